from datetime import timedelta
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AdminTimeWidget
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode

from catalogos.admin import registrar
from monitor.admin.inicio import Cifra
from monitor.admin.lists import KeysetChangeList, cuantas
from monitor.admin.verbs import VerbAdmin
from monitor.cambios.admin import ConHistorial
from monitor.cambios.linea import Historia
from monitor.db.versions import Seen
from solicitudes.admin.decisiones import (
    DECIDIR,
    DECISIONES,
    LAS_QUE_ESPERAN,
    ConDecisiones,
    EsperanFilter,
    decisiones_de,
)
from solicitudes.admin.formularios import SolicitudForm
from solicitudes.admin.linea import correos_de, leer_paso
from solicitudes.admin.lugares import ParadaInline
from solicitudes.admin.panel import ConPanel, MesFilter
from solicitudes.correo.mensajes import paradas_de
from solicitudes.estados import Estado
from solicitudes.models import EstadoSolicitud, Solicitud
from solicitudes.reglas import dudas_de

DIAS = 7  # of the services that the first page counts
DEL_SERVIDOR = ("codigo", "en_estado", "creado_en", "actualizado_en")
DE_LA_ANTERIOR = ("departamento", "aprobador", "prioridad", "servicio")  # what a person seldom changes between two


def insignia(estado_id: int):
    estado = Estado(estado_id)
    return format_html('<span class="insignia estado-{}">{}</span>', estado.name, estado.label)


@admin.register(Solicitud)
class SolicitudAdmin(ConHistorial, ConDecisiones, ConPanel, VerbAdmin):
    form = SolicitudForm
    inlines = (ParadaInline,)
    historia = Historia("historico", "creado_en", leer_paso)
    formfield_overrides = {
        **VerbAdmin.formfield_overrides,
        models.TimeField: {"widget": AdminTimeWidget(format="%H:%M")},
    }
    sheet_signatures = ("Solicitante", "Aprobador", "Conductor")
    actions = (*DECISIONES, "delete_selected")
    list_display = ("con_codigo", "en_estado", "asunto", "solicitante", "aprobador", "servicio_el", "prioridad")
    list_filter = (EsperanFilter, "estado", MesFilter, "departamento", "prioridad", "fecha_servicio")
    list_select_related = ("solicitante", "aprobador", "prioridad")
    search_fields = ("codigo",)  # with this Django shows the box; `buscar` says where to look
    search_help_text = "Código, asunto, pasajeros, solicitante o aprobador"
    ordering = ("-id",)
    sortable_by = ()
    found_as = ("asunto", "solicitante", "servicio_el", "en_estado")
    export_fields = (
        *("codigo", "estado", "asunto", "solicitante", "departamento", "aprobador", "prioridad", "servicio"),
        *("fecha_servicio", "hora_servicio", "ruta", "cantidad_pasajeros", "nombres_pasajeros"),
        *("descripcion", "justificacion", "observaciones", "creado_en", "actualizado_en"),
    )
    # The places come before the last one.
    fieldsets = (
        ("Quién", {"fields": (("solicitante", "departamento", "aprobador"),)}),
        (
            "Qué y cuándo",
            {
                "fields": (
                    "asunto",
                    ("fecha_servicio", "hora_servicio", "cantidad_pasajeros"),
                    ("servicio", "prioridad"),
                    "nombres_pasajeros",
                )
            },
        ),
        ("Por qué", {"fields": ("descripcion", "justificacion", "observaciones")}),
    )

    # --- Permissions ---

    def get_queryset(self, request):
        """Return what the person may see. The page of one solicitud names all that it refers to."""
        visibles = super().get_queryset(request).visibles_para(request.user)
        return visibles.con_nombres() if "object_id" in request.resolver_match.kwargs else visibles

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.la_edita(request.user))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.la_edita(request.user))

    # --- The first page ---

    def cifras(self, request):
        yield Cifra("esperan mi decisión", Solicitud.objects.esperan_a(request.user), LAS_QUE_ESPERAN)
        desde = timezone.localdate()
        hasta = desde + timedelta(days=DIAS)
        visibles = Solicitud.objects.visibles_para(request.user)
        servicios = visibles.filter(estado=Estado.APROBADA, fecha_servicio__gte=desde, fecha_servicio__lt=hasta)
        filtro = {"estado__id__exact": Estado.APROBADA.value, "fecha_servicio__gte": desde, "fecha_servicio__lt": hasta}
        yield Cifra(f"servicios de aquí a {DIAS} días", servicios, filtro)

    # --- The list ---

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList

    def changelist_view(self, request, extra_context=None):
        esperan = partial(cuantas, Solicitud.objects.esperan_a(request.user))
        esperan = {"esperan": esperan, "las_que_esperan": urlencode(LAS_QUE_ESPERAN)}
        return super().changelist_view(request, esperan | (extra_context or {}))

    def buscar(self, queryset, texto):
        return queryset.buscar(texto)

    @admin.display(description="código")
    def con_codigo(self, solicitud):
        return format_html('<span class="en-una-linea">{}</span>', solicitud.codigo)

    @admin.display(description="estado")
    def en_estado(self, solicitud):
        return insignia(solicitud.estado_id)

    @admin.display(description="servicio")
    def servicio_el(self, solicitud):
        return solicitud.fecha_servicio

    def export_queryset(self, queryset):
        return super().export_queryset(queryset).con_todo()

    @admin.display(description="ruta")
    def ruta(self, solicitud):
        return " → ".join(str(parada.lugar) for parada in solicitud.lugares_en_orden)

    # --- The page of a solicitud ---

    def get_changeform_initial_data(self, request):
        """Fill in that the person asks for themselves, as they did the last time."""
        suyas = Solicitud.objects.vigentes().filter(solicitante=request.user.pk).order_by("-id")
        anterior = suyas.values(*DE_LA_ANTERIOR).first() or {}
        propios = {"solicitante": request.user.pk, "cantidad_pasajeros": 1}
        return propios | anterior | super().get_changeform_initial_data(request)

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj is None else ((None, {"fields": (DEL_SERVIDOR,)}), *self.fieldsets)

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else DEL_SERVIDOR

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            obj.lugares_en_orden = list(context["inline_admin_formsets"][0].formset.get_queryset())
            context["decisiones"] = decisiones_de(request.user, obj)
            context["casilla"], context["decidir"] = ACTION_CHECKBOX_NAME, DECIDIR
            context["lista_de_vuelta"] = self.lista_de_vuelta(request, obj)
            context["recorrido"] = paradas_de(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def dudas(self, solicitud):
        if not hasattr(solicitud, "lugares_en_orden"):  # it was just saved
            solicitud.lugares_en_orden = list(solicitud.lugares.order_by("orden"))
        return dudas_de(solicitud.fecha_servicio, solicitud.lugares_en_orden)

    def anexos(self, request, solicitud, momentos):
        return correos_de(solicitud, momentos, por=request.user)

    def save_model(self, request, obj, form, change):
        """Write nothing yet, because the verb takes the solicitud together with its places, in `save_related`."""

    def save_related(self, request, form, formsets, change):
        (paradas,) = formsets
        datos = form.changes()
        if not change or (paradas.has_changed() and not paradas.deja_los_de_otro):
            datos["lugares"] = paradas.paradas()
        if not change:
            form.instance.pk = self.crear(datos, por=request.user).pk
        elif datos:
            self.actualizar(form.instance.pk, datos, por=request.user, visto=Seen([form.instance.tag]))
            if self.decide(request):
                self.message_user(request, "Se guardaron sus cambios.", messages.SUCCESS)

    def log_addition(self, request, obj, message):
        obj.refresh_from_db()  # the database makes its code
        return super().log_addition(request, obj, message)


registrar(
    EstadoSolicitud,
    list_display=("nombre", "orden", "es_estado_final"),
    list_filter=(),
    # They belong to the code: nobody looks for them in the menu.
    get_model_perms=lambda self, request: {},
    # Their codes and colours are for programs.
    get_fields=lambda self, request, obj=None: ["nombre", "orden", "es_estado_final"],
)
