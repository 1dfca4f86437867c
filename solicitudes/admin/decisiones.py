"""Deciding solicitudes: what each person may decide, and the page that shows what is decided and asks why."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from monitor.admin.routes import route
from monitor.admin.stale import REVISAR, VISTO, Visto, lo_que_cambio
from monitor.admin.verbs import RECUPERADO, changed
from monitor.errores import DatosInvalidos, sin_su_campo
from solicitudes.correo.mensajes import para_decidir
from solicitudes.estados import TRANSICIONES, Estado
from solicitudes.models import Solicitud
from solicitudes.models.verbos import DESTINOS
from solicitudes.permisos import Accion
from solicitudes.reglas import dudas_de
from solicitudes.serializers import MOTIVO, MOTIVO_OPCIONAL

CAMBIO = changed("estado")
HECHAS = {Accion.APROBAR: "Se aprobaron", Accion.RECHAZAR: "Se rechazaron", Accion.CANCELAR: "Se cancelaron"}
DECIDIR = "_decidir"  # the name of the buttons that decide on a solicitud's page, after saving what was changed there
ENTERAS = 20  # solicitudes of which the page shows everything; of others it says the code and the subject


class EsperanFilter(admin.SimpleListFilter):
    title = "mi decisión"
    parameter_name, MIAS = "pendientes", "mias"

    def lookups(self, request, model_admin):
        return [(self.MIAS, "Esperan mi decisión")]

    def queryset(self, request, queryset):
        return queryset.esperan_a(request.user) if self.value() else queryset


LAS_QUE_ESPERAN = {EsperanFilter.parameter_name: EsperanFilter.MIAS}  # the parameters of the list of those


def decisiones_de(usuario, solicitud) -> list[Accion]:
    siguientes = TRANSICIONES[Estado(solicitud.estado_id)]
    return [a for a, hasta in DESTINOS.items() if hasta in siguientes and solicitud.admite(a, usuario)]


def _decidir(accion: Accion):
    """Return the action that takes a decision. It asks for the motive on a page of its own, which comes again when the
    motive is refused."""

    @admin.action(permissions=["change"], description=accion.capitalize())
    def decidir(modeladmin, request, queryset):
        texto, error = request.POST.get("motivo"), None
        if texto is not None and REVISAR not in request.POST and not modeladmin.cambiadas(request):
            try:
                motivo = _leer_motivo(accion, texto)
            except DatosInvalidos as rechazo:
                error = sin_su_campo(rechazo.mensaje)
            else:
                return modeladmin.decidir(request, accion, **motivo)
        return modeladmin.pedir_motivo(request, accion, texto, error)

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


DECISIONES = tuple(_decidir(accion) for accion in DESTINOS)


class ConDecisiones:
    """The part of SolicitudAdmin that decides. The form that asks for a decision is sent to the list, with the filters
    to which the person goes back."""

    def decidir(self, request, accion, motivo):
        verbo = getattr(Solicitud.objects, accion)

        def decidir(pk):
            mostrada = _mostrada(request, pk)
            verbo(pk, por=request.user, motivo=motivo, visto=mostrada and mostrada.visto)

        self.one_by_one(request, decidir, lambda solicitud: self.log_change(request, solicitud, CAMBIO), HECHAS[accion])

    def cambiadas(self, request) -> list[tuple]:
        """Return the solicitudes that changed since the person saw them, each with the HTML that says what changed."""
        vistas = {pk: vista for pk in self._claves(request) if (vista := _mostrada(request, pk))}
        filas = self.get_queryset(request).filter(pk__in=vistas) if vistas else ()
        return [
            (fila, lo_que_cambio(self.ajenos(request, fila, vistas[fila.pk].eslabones)))
            for fila in filas
            if vistas[fila.pk].es_viejo(fila)
        ]

    # --- From the page of a solicitud ---

    def decide(self, request):
        return DECIDIR in request.POST

    def response_change(self, request, obj):
        """Go on to the motive when the person pressed a decision, which has saved what they changed."""
        accion = request.POST.get(DECIDIR)
        if accion not in DESTINOS:
            return super().response_change(request, obj)
        return self.pedir_motivo(request, accion, None, None, lista=self.lista_de_vuelta(request, obj))

    def pedir_motivo(self, request, accion, texto, error, *, lista=None):
        if REVISAR in request.POST:
            self.message_user(request, RECUPERADO, messages.WARNING)
        claves = self._claves(request)
        elegidas = self.get_queryset(request).filter(pk__in=claves)
        enteras = [(solicitud, para_decidir(solicitud)) for solicitud in elegidas.con_todo()[:ENTERAS]]
        otras = elegidas.select_related("solicitante")[ENTERAS:] if len(claves) > ENTERAS else ()
        contexto = self.admin_site.each_context(request) | {
            "title": f"{accion.capitalize()} {enteras[0][0] if len(claves) == 1 and enteras else 'solicitudes'}",
            "opts": self.opts,
            "accion": accion,
            "lista": lista or request.get_full_path(),
            "solicitudes": [(s, datos, dudas_de(s.fecha_servicio, s.lugares_en_orden)) for s, datos in enteras],
            "vistas": [(f"{VISTO}-{s.pk}", Visto.de(s)) for s in (*(s for s, _ in enteras), *otras)],
            "cambiadas": () if lista else self.cambiadas(request),
            "otras": otras,
            "claves": claves,
            "casilla": ACTION_CHECKBOX_NAME,
            "obligatorio": accion != Accion.APROBAR,
            "motivo": texto or "",
            "error": error,
        }
        return TemplateResponse(request, "admin/solicitudes/solicitud/motivo.html", contexto)

    def lista_de_vuelta(self, request, solicitud) -> str:
        """Return the list to which a person goes from the page of a solicitud once it is decided: the one from which
        they came, or else what waits for them if this did."""
        lista = route(Solicitud, "changelist")
        de_donde = self.con_filtros(request, lista)
        return (
            f"{lista}?{urlencode(LAS_QUE_ESPERAN)}"
            if de_donde == lista and solicitud.espera_a(request.user)
            else de_donde
        )
