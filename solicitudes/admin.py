from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join

import solicitudes.correo.admin  # noqa: F401  registers the mail queue
from catalogos.admin import registrar
from monitor.admin.lists import KeysetChangeList
from monitor.admin.stale import REVISAR, VISTO, Visto, lo_que_cambio
from monitor.admin.verbs import RECUPERADO, VerbAdmin, VerbForm
from monitor.cambios.admin import ConHistorial
from monitor.db.versions import Seen
from monitor.errores import DatosInvalidos
from monitor.usuarios.models import Usuario
from solicitudes.estados import TRANSICIONES, Estado
from solicitudes.models import EstadoSolicitud, LugarSolicitud, Solicitud
from solicitudes.models.solicitud import DESTINOS
from solicitudes.permisos import Accion, puede
from solicitudes.serializers import MOTIVO, MOTIVO_OPCIONAL

DECIDIR = "_decidir"  # the name of the buttons that decide on a solicitud's page, after saving what was changed there
CAMBIO = [{"changed": {"fields": ["estado"]}}]  # how Django's log keeps a change of state
HECHAS = {Accion.APROBAR: "Se aprobaron", Accion.RECHAZAR: "Se rechazaron", Accion.CANCELAR: "Se cancelaron"}
DEL_SERVIDOR = ("codigo", "en_estado", "creado_en", "actualizado_en")


class PendientesFilter(admin.SimpleListFilter):
    title = "mi aprobación"
    parameter_name = "pendientes"

    def lookups(self, request, model_admin):
        return [("mias", "Pendientes de mi aprobación")]

    def queryset(self, request, queryset):
        return queryset.pendientes_de(request.user) if self.value() else queryset


class ConVigentes(VerbForm):
    """A form that offers only what isn't deleted, and also what the row refers to already, so that saving the row
    doesn't lose it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for nombre, campo in self.fields.items():
            if isinstance(campo, forms.ModelChoiceField):
                _sin_atajos(campo.widget)
                actual = models.Q(pk=getattr(self.instance, f"{nombre}_id", None))
                campo.queryset = campo.queryset.model.objects.filter(_vigentes(campo.queryset.model) | actual)


def _sin_atajos(widget) -> None:
    """Take away the widget's links to add, change, delete or view what it offers, because catalogues have their own
    pages."""
    for atajo in ("add", "change", "delete", "view"):
        setattr(widget, f"can_{atajo}_related", False)


def _vigentes(modelo) -> models.Q:
    return models.Q(is_active=True, es_llave=False) if modelo is Usuario else models.Q(eliminado=False)


class ParadaForm(ConVigentes):
    def _get_validation_exclusions(self):
        """Return the excluded fields, and with them the solicitud that the place belongs to, which the verb sets."""
        return super()._get_validation_exclusions() | {"solicitud"}


VISTAS = "VISTAS"  # the hidden field that says which places the page showed
OTRA_LOS_CAMBIO = (
    "Otra persona cambió los lugares mientras usted los editaba. Guarde otra vez para dejar los que ve aquí, o vuelva a"
    " abrir la solicitud para ver los otros."
)


class ClaveDeParada(forms.CharField):
    """The id that a place had when the page was opened. It changes whenever anybody writes the places, because the verb
    replaces them all, so it says nothing of what the person changed."""

    widget = forms.HiddenInput

    def has_changed(self, initial, data):
        return False


class ParadasFormSet(BaseInlineFormSet):
    """The places of a solicitud. The verb checks the rules between one place and another."""

    new_objects = changed_objects = deleted_objects = ()  # Django's log reads these after a save

    @cached_property
    def management_form(self):
        forma = super().management_form
        forma.fields[VISTAS] = forms.CharField(required=False, widget=forms.HiddenInput, initial=self._vigentes())
        return forma

    def _vigentes(self) -> str:
        return ",".join(str(parada.pk) for parada in self.get_queryset())

    def add_fields(self, form, index):
        """Compare each place that the page showed with what it showed, also when its row isn't there any more."""
        super().add_fields(form, index)
        form.fields["id"] = ClaveDeParada(required=False, initial=form.instance.pk)
        if index is not None and index < self.initial_form_count():
            for nombre in form.base_fields:
                form.fields[nombre].show_hidden_initial = True

    def clean(self):
        """Refuse once the places of a person who didn't see those that are there now. The page that comes back has seen
        them."""
        vistas, hoy = self.data.get(self.management_form.add_prefix(VISTAS)), self._vigentes()
        if vistas not in (None, hoy) and self.has_changed():
            datos = self.data.copy()
            datos[self.management_form.add_prefix(VISTAS)] = hoy
            self.management_form.data = datos
            raise forms.ValidationError(OTRA_LOS_CAMBIO)

    def validate_unique(self):
        pass

    def paradas(self) -> list[dict]:
        """Return the places as the verb takes them."""
        utiles = [f.cleaned_data for f in self.forms if f.cleaned_data and not f.cleaned_data.get("DELETE")]
        return [_parada(datos) for datos in utiles]


def _parada(datos) -> dict:
    propios = {campo: datos[campo] for campo in ParadaInline.fields if campo != "lugar"}
    return {"lugar_id": datos["lugar"].pk} | propios


class ParadaInline(admin.TabularInline):
    model = LugarSolicitud
    form, formset = ParadaForm, ParadasFormSet
    fields = ("orden", "lugar", "es_origen", "descripcion", "hora_llegada", "requiere_retorno", "hora_retorno")
    formfield_overrides = {
        models.TextField: {"widget": forms.TextInput},
        models.TimeField: {"widget": forms.TimeInput(attrs={"size": 6, "placeholder": "08:00"}, format="%H:%M")},
    }
    verbose_name, verbose_name_plural = "lugar", "lugares"
    ordering = ("orden",)
    extra = 0
    min_num = 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("lugar")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.TextField):
            kwargs["empty_value"] = None
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_view_permission(self, request, obj=None):
        return True

    def _puede(self, request, obj=None):
        """Return whether the person may change the solicitud. The page of a new one asks before there is any."""
        return obj is None or puede_editar(request.user, obj)

    has_add_permission = has_change_permission = has_delete_permission = _puede


def puede_editar(usuario, solicitud) -> bool:
    return solicitud.estado_id == Estado.PENDIENTE_APROBACION and _puede(Accion.ACTUALIZAR, usuario, solicitud)


def _puede(accion, usuario, solicitud) -> bool:
    return puede(accion, usuario, **solicitud.partes())


def decisiones_de(usuario, solicitud) -> list[Accion]:
    siguientes = TRANSICIONES[Estado(solicitud.estado_id)]
    return [a for a, hasta in DESTINOS.items() if hasta in siguientes and _puede(a, usuario, solicitud)]


def _decidir(accion: Accion):
    """Return the action that takes a decision. It asks for the motive on a page of its own, which comes again when the
    motive is refused."""

    @admin.action(permissions=["change"], description=accion.capitalize())
    def decidir(modeladmin, request, queryset):
        texto, error = request.POST.get("motivo"), modeladmin.cambiadas(request, queryset)
        if texto is not None and not error and REVISAR not in request.POST:
            try:
                motivo = _leer_motivo(accion, texto)
            except DatosInvalidos as rechazo:
                error = rechazo.mensaje
            else:
                return modeladmin.decidir(request, accion, **motivo)
        return modeladmin.pedir_motivo(request, queryset, accion, texto, error)

    decidir.__name__ = str(accion)
    return decidir


def _mostrada(request, pk) -> Visto | None:
    """Return what the person saw of a solicitud: on its own page, or on that of the motive."""
    return Visto.leer(request.POST.get(VISTO) or request.POST.get(f"{VISTO}-{pk}"))


def _leer_motivo(accion, texto) -> dict:
    """Return the motive, read with the API's own rules and sentences. A browser sends CRLF for each newline. Raise
    DatosInvalidos."""
    lector = MOTIVO_OPCIONAL if accion == Accion.APROBAR else MOTIVO
    return lector.read({"motivo": texto.replace("\r\n", "\n")})


def insignia(estado_id: int):
    estado = Estado(estado_id)
    return format_html('<span class="insignia estado-{}">{}</span>', estado.name, estado.label)


@admin.register(Solicitud)
class SolicitudAdmin(ConHistorial, VerbAdmin):
    form = ConVigentes
    inlines = (ParadaInline,)
    actions = (*(_decidir(accion) for accion in DESTINOS), "delete_selected")
    list_display = ("con_codigo", "en_estado", "asunto", "solicitante", "aprobador", "servicio_el", "prioridad")
    list_filter = (PendientesFilter, "estado", "departamento", "prioridad", "fecha_servicio")
    list_select_related = ("solicitante", "aprobador", "prioridad")
    search_fields = ("codigo",)  # with this Django shows the box; `buscar` says where to look
    search_help_text = "Código, asunto, pasajeros, solicitante o aprobador"
    ordering = ("-id",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": (("solicitante", "departamento"), "aprobador", ("prioridad", "servicio"))}),
        (
            "Servicio",
            {
                "fields": (
                    "asunto",
                    ("fecha_servicio", "hora_servicio"),
                    ("cantidad_pasajeros", "nombres_pasajeros"),
                    "descripcion",
                    "justificacion",
                    "observaciones",
                )
            },
        ),
    )

    # --- Permissions ---

    def get_queryset(self, request):
        return super().get_queryset(request).visibles_para(request.user)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or puede_editar(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or puede_editar(request.user, obj))

    # --- The list ---

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList

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

    # --- Decisions ---

    def decidir(self, request, accion, motivo):
        verbo = getattr(Solicitud.objects, accion)

        def decidir(pk):
            mostrada = _mostrada(request, pk)
            verbo(pk, por=request.user, motivo=motivo, visto=mostrada and mostrada.visto)

        self.one_by_one(request, decidir, lambda solicitud: self.log_change(request, solicitud, CAMBIO), HECHAS[accion])

    def cambiadas(self, request, queryset) -> str:
        """Return the HTML that says what changed in the solicitudes since the person saw them, or the empty text."""
        return format_html_join(
            "",
            "{} {}",
            [
                (solicitud.codigo, lo_que_cambio(self.ajenos(request, solicitud, mostrada.eslabones)))
                for solicitud in queryset
                if (mostrada := _mostrada(request, solicitud.pk)) and mostrada.es_viejo(solicitud)
            ],
        )

    def pedir_motivo(self, request, queryset, accion, texto, error):
        if REVISAR in request.POST:
            self.message_user(request, RECUPERADO, messages.WARNING)
        contexto = self.admin_site.each_context(request) | {
            "title": f"{accion.capitalize()} solicitudes",
            "opts": self.opts,
            "accion": accion,
            "solicitudes": [(s, Visto.de(s)) for s in queryset.select_related(*self.list_select_related)],
            "claves": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "casilla": ACTION_CHECKBOX_NAME,
            "visto": VISTO,
            "obligatorio": accion != Accion.APROBAR,
            "motivo": texto or "",
            "error": error,
        }
        return TemplateResponse(request, "admin/solicitudes/solicitud/motivo.html", contexto)

    # --- The page of a solicitud ---

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj is None else ((None, {"fields": (DEL_SERVIDOR,)}), *self.fieldsets)

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else DEL_SERVIDOR

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            context["historico"] = obj.historico.select_related("estado", "cambiado_por")
            context["decisiones"] = decisiones_de(request.user, obj)
            context["casilla"], context["decidir"] = ACTION_CHECKBOX_NAME, DECIDIR
        return super().render_change_form(request, context, add, change, form_url, obj)

    def decide(self, request):
        return DECIDIR in request.POST

    def response_change(self, request, obj):
        """Go on to the motive when the person pressed a decision, which has saved what they changed."""
        accion = request.POST.get(DECIDIR)
        if accion not in DESTINOS:
            return super().response_change(request, obj)
        return self.pedir_motivo(request, self.get_queryset(request).filter(pk=obj.pk), accion, None, None)

    def save_model(self, request, obj, form, change):
        """Write nothing yet, because the verb takes the solicitud together with its places, in `save_related`."""

    def save_related(self, request, form, formsets, change):
        (paradas,) = formsets
        datos = form.changes()
        if not change or paradas.has_changed():
            datos["lugares"] = paradas.paradas()
        if not change:
            form.instance.pk = self.crear(datos, por=request.user).pk
        elif datos:
            self.actualizar(form.instance.pk, datos, por=request.user, visto=Seen([form.instance.tag]))
            if DECIDIR in request.POST:
                self.message_user(request, "Se guardaron sus cambios.", messages.SUCCESS)

    def log_addition(self, request, obj, message):
        obj.refresh_from_db()  # the database makes its code
        return super().log_addition(request, obj, message)


registrar(EstadoSolicitud, list_display=("nombre", "codigo", "color", "orden", "es_estado_final"), list_filter=())
