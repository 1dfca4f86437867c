from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst

from catalogos.models import Aseguradora
from expedientes.admin_filters import EnTallerFilter, EntregaFilter, EstadosFilter, IngresoFilter, UbicacionFilter
from expedientes.anexos.admin import ConAnexos
from expedientes.archivo import ExpedienteArchivado
from expedientes.checklist.admin import PaginaDeChecklist
from expedientes.copias import columnas_de_copia, leer_copia
from expedientes.estados import ABIERTOS, TRANSICIONES, Estado, Ubicacion
from expedientes.formatos.admin import ConFormatos
from expedientes.galeria import ConGaleria
from expedientes.importacion import Importador
from expedientes.levantamientos.admin import PaginaDeLevantamiento
from expedientes.models import Expediente, HistorialEstado
from expedientes.nube.admin import ConNube
from expedientes.numeros import es_provisional
from expedientes.panel import ConPanel
from expedientes.recibir import ConRecepcion
from expedientes.reglas import dudas_de
from expedientes.salida import MOTIVO_MAXIMO, PERMISO, se_revisa
from expedientes.secciones import SECCIONES
from expedientes.tablero import ConTablero
from monitor.admin.forms import VerbForm
from monitor.admin.inicio import Cifra
from monitor.admin.lists import KeysetChangeList
from monitor.admin.routes import route
from monitor.admin.verbs import VerbAdmin, changed
from monitor.cambios.admin import ConHistorial
from monitor.cambios.linea import Historia, Suceso
from monitor.db.functions import LAST_DAY
from monitor.db.versions import Seen
from monitor.importacion.vista import ConImportacion
from monitor.textos import trimmed

BOTON = "_estado"  # the name of the buttons that change the state on an expediente's page
MOTIVO = "_motivo"  # the name of the box in which an Administrador says why a unit leaves without its checklist
CAMBIO = changed("estado")

DEL_SERVIDOR = ("no_siniestro", "en_estado", "ubicacion", "abierto_por")


class DocumentoRadios(forms.RadioSelect):
    """A choice among what may be known of a document, at one click each."""

    template_name = "admin/expedientes/documento.html"
    option_template_name = "django/forms/widgets/input.html"
    format_value = forms.NullBooleanSelect.format_value
    value_from_datadict = forms.NullBooleanSelect.value_from_datadict

    def __init__(self, attrs=None):
        super().__init__(attrs, choices=[("true", "Sí"), ("false", "No"), ("unknown", "Sin confirmar")])

    def get_context(self, name, value, attrs):
        contexto = super().get_context(name, value, attrs)
        contexto["widget"]["titulo"] = capfirst(Expediente._meta.get_field(name).verbose_name)
        return contexto


class ExpedienteForm(VerbForm):
    aside = {"evidencia"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "aseguradora" in self.fields:
            # An insurer that was deleted later stays in its expedientes, and saving one of them must not lose it.
            elegibles = models.Q(eliminado=False) | models.Q(pk=self.instance.aseguradora_id)
            self.fields["aseguradora"].queryset = Aseguradora.objects.filter(elegibles)


def _pasar_a(estado: Estado):
    @admin.action(permissions=["change"], description=f"Pasar a {estado.label}")
    def accion(modeladmin, request, queryset):
        modeladmin.one_by_one(
            request,
            lambda clave: Expediente.objects.cambiar_estado(clave, estado, por=request.user),
            lambda expediente: modeladmin.log_change(request, expediente, CAMBIO),
            f"Pasaron a {estado.label}",
        )

    accion.__name__ = f"pasar_a_{estado.value.lower()}"
    return accion


def leer_paso(paso: HistorialEstado) -> Suceso:
    estado = ("Estado", paso.get_estado_anterior_display() or "—", paso.get_estado_nuevo_display())
    return Suceso(paso.fecha_cambio, paso.cambiado_por or "—", paso.get_origen_display() or "", campos=[estado])


def insignia(estado: str):
    return format_html('<span class="insignia estado-{}">{}</span>', estado, Estado(estado).label)


@admin.register(Expediente)
class ExpedienteAdmin(
    ConGaleria,
    ConNube,
    ConAnexos,
    ConFormatos,
    ConRecepcion,
    ConTablero,
    ConPanel,
    ConImportacion,
    ConHistorial,
    VerbAdmin,
):
    form = ExpedienteForm
    historia = Historia("historial", "fecha_cambio", leer_paso)
    paginas_de_anexos = (PaginaDeLevantamiento, PaginaDeChecklist)
    quitar, eliminado, eliminados = "Archivar", "Se archivó", "Se archivaron"
    importador = Importador()
    en_el_menu = (("Tablero", "tablero"), ("Panel", "panel"))
    sheet_signatures = ("Asesor", "Cliente: entrega la unidad", "Cliente: recibe la unidad")
    actions = (*(_pasar_a(estado) for estado in Estado), "delete_selected")
    list_display = (
        "no_siniestro",
        "cliente",
        "marca_y_modelo",
        "placas",
        "aseguradora",
        "en_estado",
        "dias",
        "ingreso",
        "entrega",
        "faltan",
    )
    list_filter = (
        EnTallerFilter,
        EstadosFilter,
        "aseguradora",
        ("fecha_ingreso", IngresoFilter),
        ("fecha_entrega", EntregaFilter),
        ("ubicacion_almacenamiento", UbicacionFilter),
    )
    list_select_related = ("aseguradora",)
    search_fields = ("no_siniestro",)  # with this Django shows the box; `buscar` says where to look
    search_help_text = "No. Siniestro, cliente, teléfono, placas, vehículo, VIN, orden, factura o asesor"
    found_as = ("nombre_cliente", "marca_y_modelo", "placas", "en_estado")
    export_fields = tuple(campo.name for campo in Expediente.LEGIBLES)
    ordering = ("orden_en_admin", "no_siniestro")
    sortable_by = ("dias", "ingreso", "entrega")
    formfield_overrides = {
        **VerbAdmin.formfield_overrides,
        models.BooleanField: {"widget": DocumentoRadios},
    }

    def crear(self, datos, *, por):
        return Expediente.objects.abrir(datos, por=por)

    def eliminar(self, pk, *, por, visto=None):
        Expediente.objects.archivar(pk, por=por, visto=visto)

    # --- The list ---

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList

    def buscar(self, queryset, texto):
        """Find an expediente also by the provisional number that it had, which somebody may have on paper."""
        numero = texto.strip().upper()
        return queryset.que_tuvo(numero) if es_provisional(numero) else queryset.buscar(texto)

    @admin.display(description="cliente")
    def cliente(self, expediente):
        return expediente.nombre_cliente

    @admin.display(description="vehículo")
    def marca_y_modelo(self, expediente):
        return expediente.marca_y_modelo

    @admin.display(description="estado")
    def en_estado(self, expediente):
        return insignia(expediente.estado)

    @admin.display(description="días en el estado", ordering="en_estado_desde")
    def dias(self, expediente):
        return expediente.dias_en_el_estado

    @admin.display(description="ingreso", ordering="orden_en_admin")
    def ingreso(self, expediente):
        return expediente.fecha_ingreso

    @admin.display(description="entrega", ordering="-orden_entrega")
    def entrega(self, expediente):
        if not expediente.esta_atrasado:
            return expediente.fecha_entrega
        dia = date_format(expediente.fecha_entrega)
        return format_html('<span class="atrasado" title="La fecha prometida ya pasó">{}</span>', dia)

    @admin.display(description="docs. que faltan")
    def faltan(self, expediente):
        return expediente.documentos_que_faltan or None

    def cifras(self, request):
        todos, hoy = Expediente.objects.all(), timezone.localdate()
        ingresaron = todos.filter(orden_en_admin=(LAST_DAY - hoy).days)
        yield Cifra("ingresaron hoy", ingresaron, {"fecha_ingreso__gte": hoy, "fecha_ingreso__lte": hoy})
        taller = EnTallerFilter.parameter_name
        yield Cifra("atrasados", todos.atrasados(), {taller: EnTallerFilter.ATRASADOS}, "entrega")
        for estado in ABIERTOS:
            filtro = {EstadosFilter.parameter_name: estado.value}
            yield Cifra(f"en {estado.label}", todos.filter(estado=estado), filtro, "dias")
        yield Cifra("sin todos sus documentos", todos.sin_documentos(), {taller: EnTallerFilter.DOCUMENTOS})

    # --- The page of an expediente ---

    def get_fieldsets(self, request, obj=None):
        cabecera = "no_siniestro" if obj is None else DEL_SERVIDOR
        secciones = ((None, (cabecera,), ("en-cuatro",)), *SECCIONES)
        return [(titulo, {"fields": lineas, "classes": columnas}) for titulo, lineas, columnas in secciones]

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else DEL_SERVIDOR

    @admin.display(description="sus archivos")
    def ubicacion(self, expediente):
        return Ubicacion(expediente.ubicacion_almacenamiento).en_palabras

    @admin.display(description="abierto por")
    def abierto_por(self, expediente):
        return expediente.creado_por

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            context["siguientes"] = [estado for estado in Estado if estado in TRANSICIONES[obj.estado]]
            context |= {"boton": BOTON, "motivo": MOTIVO if self._admite_motivo(request, obj) else ""}
            context |= {"motivo_escrito": request.POST.get(MOTIVO, ""), "motivo_maximo": MOTIVO_MAXIMO}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def dudas(self, expediente):
        return dudas_de(expediente)

    def decide(self, request):
        return BOTON in request.POST

    def save_model(self, request, obj, form, change):
        expediente = super().save_model(request, obj, form, change)
        if change and BOTON in request.POST:
            visto = Seen([expediente.tag])
            hasta = request.POST[BOTON]
            motivo = trimmed(request.POST.get(MOTIVO, "")) if se_revisa(hasta) else ""
            Expediente.objects.cambiar_estado(obj.pk, hasta, por=request.user, visto=visto, motivo=motivo or None)

    def _admite_motivo(self, request, expediente) -> bool:
        """Return whether this person may let a unit leave without its checklist, and say why."""
        sale = Estado.SALIDA in TRANSICIONES[expediente.estado]
        return sale and se_revisa(Estado.SALIDA) and request.user.has_perm(PERMISO)

    def construct_change_message(self, request, form, formsets, add=False):
        mensaje = super().construct_change_message(request, form, formsets, add)
        return mensaje + CAMBIO if BOTON in request.POST else mensaje

    def response_change(self, request, obj):
        if BOTON not in request.POST:
            return super().response_change(request, obj)
        self.message_user(request, f"El expediente pasó a {Estado(request.POST[BOTON]).label}.", messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path())


@admin.register(ExpedienteArchivado)
class ExpedienteArchivadoAdmin(VerbAdmin):
    """The pages that show archived expedientes, which the table of permissions lets nobody change, only restore."""

    actions = ("restaurar",)
    list_display = ("no_siniestro", "archivado_en", "archivado_por")
    list_select_related = ("archivado_por",)
    list_filter = ("archivado_en",)
    search_fields = ("no_siniestro",)
    search_help_text = "No. Siniestro"
    ordering = ("-id",)
    sortable_by = ()
    export_fields = ("archivado_en", "archivado_por")  # and those of the copy
    found_as = ("archivado_el",)
    found_actions = ("restaurar",)
    fields = ("no_siniestro", ("archivado_en", "archivado_por"))

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["copia"] = leer_copia(obj.datos)
        context["puede_restaurar"] = self.has_restaurar_permission(request)
        context["casilla"] = ACTION_CHECKBOX_NAME
        return super().render_change_form(request, context, add, change, form_url, obj)

    def found_queryset(self, request, texto):
        return super().found_queryset(request, texto).defer("datos")

    @admin.display(description="archivado el")
    def archivado_el(self, archivado):
        return f"Archivado el {date_format(timezone.localdate(archivado.archivado_en), 'SHORT_DATE_FORMAT')}"

    def export_columns(self):
        return [*super().export_columns(), *columnas_de_copia()]

    # --- Restoring ---

    def has_restaurar_permission(self, request):
        return request.user.has_perm("expedientes.restaurar_expedientearchivado")

    @admin.action(permissions=["restaurar"], description="Restaurar")
    def restaurar(self, request, queryset):
        """Bring the selected ones back. Whoever brings back one goes to its page."""
        vueltos = []
        self.one_by_one(
            request,
            lambda pk: vueltos.append(Expediente.objects.restaurar(pk, por=request.user)),
            lambda archivado: self.log_change(request, archivado, changed("archivado")),
            "Se restauraron",
        )
        if len(vueltos) == 1:
            return HttpResponseRedirect(route(Expediente, "change", vueltos[0].pk))
        return None
