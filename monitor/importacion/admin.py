"""The files that were imported: what each wrote, and a button that undoes it."""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path
from django.utils.html import format_html
from django.utils.text import capfirst

from monitor.admin.routes import route
from monitor.admin.verbs import VerbAdmin
from monitor.errores import ErrorDeDominio
from monitor.importacion.deshacer import deshacer
from monitor.importacion.destino import LOTE
from monitor.importacion.en_vivo import en_vivo
from monitor.importacion.models import Importacion
from monitor.importacion.trabajo import MOSTRADAS
from monitor.importacion.vista import ConImportacion

EN_VIVO_DESDE = LOTE  # rows to undo beyond which the page tells how far it is
DESHECHA = "Se deshizo la importación de «{}»."


def importables() -> dict[str, ConImportacion]:
    """Return the ModelAdmins whose rows come in files, by their table."""
    return {m._meta.db_table: propio for m, propio in site._registry.items() if getattr(propio, "importador", None)}


@admin.register(Importacion)
class ImportacionAdmin(VerbAdmin):
    """Pages that nobody writes in: the table of permissions lets people see them, and undoing has its own button."""

    actions = ()
    list_display = ("archivo", "de_que", "creadas", "cambiadas", "hecha_en", "hecha_por", "deshecha_en")
    list_select_related = ("hecha_por",)
    search_fields = ("archivo",)
    search_help_text = "Nombre del archivo"
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        ("archivo", "de_que"),
        ("creadas", "cambiadas"),
        ("hecha_en", "hecha_por"),
        ("deshecha_en", "deshecha_por"),
    )
    readonly_fields = ("de_que",)
    change_form_template = "admin/importacion/importacion/change_form.html"

    def get_urls(self):
        vista = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/deshacer/", vista, name="importacion_importacion_deshacer"), *super().get_urls()]

    @admin.display(description="de qué")
    def de_que(self, importacion):
        return capfirst(importables()[importacion.objeto].opts.verbose_name_plural)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        propio = importables()[obj.objeto]
        filas = list(obj.filas.order_by("id")[:MOSTRADAS])
        context |= {
            "filas": list(_con_paginas(propio.model, filas)),
            "de_mas": obj.escritas - len(filas),
            "puede_deshacer": not obj.deshecha_en and self.may_undo(request, obj),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def may_undo(self, request, importacion) -> bool:
        """Return whether a person may do all that undoing does: taking rows away is for those who may delete them."""
        propio = importables()[importacion.objeto]
        borra = not importacion.creadas or propio.has_delete_permission(request)
        return propio.has_import_permission(request) and borra

    def undo_view(self, request, pk):
        importacion = Importacion.objects.filter(pk=pk).first()
        if importacion is None:
            raise Http404
        if not self.has_view_permission(request) or not self.may_undo(request, importacion):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if importacion.escritas > EN_VIVO_DESDE:
            contexto = self.admin_site.each_context(request) | {"title": f"Deshacer: {importacion}", "opts": self.opts}
            return en_vivo(request, "admin/importar.html", contexto, partial(self._en_vivo, request, importacion))
        bien, frase = self._deshacer(request, importacion)
        self.message_user(request, frase, messages.SUCCESS if bien else messages.ERROR)
        return HttpResponseRedirect(route(Importacion, "change", pk))

    def _en_vivo(self, request, importacion, avance) -> str:
        bien, frase = self._deshacer(request, importacion, avance=avance)
        clase = "success" if bien else "errornote"
        pagina = route(Importacion, "change", importacion.pk)
        return format_html('<p class="{}">{}</p><p><a href="{}">Ver la importación</a></p>', clase, frase, pagina)

    def _deshacer(self, request, importacion, **otros) -> tuple[bool, str]:
        try:
            deshacer(importacion.pk, importables()[importacion.objeto].importador, por=request.user, **otros)
        except ErrorDeDominio as error:
            return False, f"{error.mensaje.rstrip('.')}."
        return True, DESHECHA.format(importacion)


def _con_paginas(modelo, filas):
    """Yield each row that was written with the address of its page, while it has one."""
    claves = dict(modelo._base_manager.filter(uid__in=[fila.uid for fila in filas]).values_list("uid", "pk"))
    for fila in filas:
        yield fila, route(modelo, "change", claves[fila.uid]) if fila.uid in claves else ""
