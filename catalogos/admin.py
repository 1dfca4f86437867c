from django.contrib import admin

from catalogos.base import Catalogo, elegibles
from catalogos.importacion.carga import Importador
from catalogos.models import CATALOGOS, Departamento, Lugar
from monitor.admin.verbs import VerbAdmin
from monitor.cambios.admin import ConHistorial
from monitor.importacion.vista import ConImportacion

# These are the columns of the lists. The list of a catalogue that isn't here shows the name alone.
COLUMNAS = {
    Lugar: ("nombre", "codigo", "tipo_lugar", "direccion", "es_punto_frecuente"),
    Departamento: ("nombre", "codigo", "departamento_padre", "nivel_jerarquico", "nombre_jefe"),
}
FILTROS = {Lugar: ("tipo_lugar", "es_punto_frecuente"), Departamento: ("nivel_jerarquico",)}
HALLADOS = {Lugar: ("codigo", "direccion")}  # what the search of the whole admin shows of each
DEL_SERVIDOR = ("creado_en", "actualizado_en")


class VigenciaFilter(admin.SimpleListFilter):
    """A filter that shows the rows that aren't deleted, until the person asks for the deleted ones or for all."""

    title = "vigencia"
    parameter_name = "vigencia"
    ELIMINADAS, TODAS = "eliminadas", "todas"

    def lookups(self, request, model_admin):
        return [(self.ELIMINADAS, "Eliminados"), (self.TODAS, "Todos")]

    def choices(self, changelist):
        vigentes, *otras = super().choices(changelist)
        return [vigentes | {"display": "Vigentes"}, *otras]

    def queryset(self, request, queryset):
        return queryset if self.value() == self.TODAS else queryset.filter(eliminado=self.value() == self.ELIMINADAS)


class CatalogoAdmin(ConImportacion, ConHistorial, VerbAdmin):
    actions = ("reactivar", "delete_selected")

    @admin.action(permissions=["change"], description="Reactivar")
    def reactivar(self, request, queryset):
        self.one_by_one(
            request,
            lambda pk: self.model.objects.reactivar(pk, por=request.user),
            lambda obj: self.log_change(request, obj, [{"changed": {"fields": ["eliminado"]}}]),
            "Se reactivaron",
        )

    def found_queryset(self, request, texto):
        return super().found_queryset(request, texto).filter(eliminado=False)

    def get_fields(self, request, obj=None):
        editables = [campo.name for campo in self.model.editables()]
        return [*editables, *DEL_SERVIDOR] if obj else editables

    def get_readonly_fields(self, request, obj=None):
        return DEL_SERVIDOR if obj else ()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.eliminado)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.eliminado)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = elegibles(db_field.related_model)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def registrar(modelo: type[Catalogo], **atributos) -> None:
    """Register a ModelAdmin for the catalogue. `atributos` are class attributes of it, and win over those that every
    catalogue has."""
    comunes = {
        "list_display": ("nombre",),
        "list_select_related": [campo.name for campo in modelo.editables() if campo.is_relation],
        "search_fields": modelo.en_busqueda,
        "search_help_text": ", ".join(
            str(modelo._meta.get_field(columna).verbose_name) for columna in modelo.en_busqueda
        ).capitalize(),
        "sortable_by": (),
        "importador": Importador(modelo),
        "export_fields": ("id", *(campo.name for campo in modelo.editables()), "eliminado", *DEL_SERVIDOR),
    }
    admin.site.register(modelo, type(f"{modelo.__name__}Admin", (CatalogoAdmin,), comunes | atributos))


for modelo in CATALOGOS:
    filtros = (VigenciaFilter, *FILTROS.get(modelo, ()))
    columnas = {"list_display": COLUMNAS.get(modelo, ("nombre",)), "found_as": HALLADOS.get(modelo, ())}
    registrar(modelo, list_filter=filtros, **columnas)
