"""The cloud in the admin: on an expediente's page, what its evidence may be told to do; and the log of the backups."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from expedientes.anexos.avisos import EN_EVIDENCIA, decir_en
from expedientes.estados import Estado, Ubicacion
from expedientes.evidencias.models import Evidencia
from expedientes.models import Expediente
from expedientes.nube.models import Respaldo
from expedientes.nube.mudanzas import Cuenta, Integridad, respaldar, restaurar, revisar
from monitor.admin.lists import KeysetChangeList
from monitor.admin.verbs import VerbAdmin, changed
from monitor.archivos.nube import NUBE
from monitor.errores import ErrorDeDominio

CAMBIO = changed("evidencia")
NOMBRADAS = 10  # pieces of evidence that a message names
REPITA = "Lo que ya pasó se queda en la nube; repita para seguir con lo que falta."
QUEDAN = "{} no se pudieron subir: lo que hay en el taller está alterado o falta. Use «Revisar integridad»."


class Revision(NamedTuple):
    """The state of the evidence of an expediente, as far as it is known since its bytes were last read again."""

    cuando: datetime | None
    malas: int
    sin_revisar: int

    @classmethod
    def de(cls, galeria: Sequence[Evidencia]) -> "Revision":
        momentos = [una.revisada_en for una in galeria if una.revisada_en]
        malas = sum(una.intacta is False for una in galeria)
        return cls(max(momentos, default=None), malas, len(galeria) - len(momentos))

    @property
    def como(self) -> str:
        """Return how it looks at a glance, as the class of its mark."""
        return "mal" if self.malas else "falta" if self.sin_revisar else "bien"


class ConNube:
    """A mixin of the ModelAdmin of expedientes, after that of the gallery, whose rows it looks at."""

    def get_urls(self):
        def ruta(verbo, vista):
            vista = self.admin_site.admin_view(require_POST(vista))
            return path(f"<path:object_id>/evidencia/{verbo}/", vista, name=f"expedientes_expediente_{verbo}")

        return [
            ruta("respaldar", self.respaldar_view),
            ruta("restaurar", self.restaurar_view),
            ruta("integridad", self.integridad_view),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if context.get("galeria"):
            context |= self._de_la_nube(request, obj, context["galeria"])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _de_la_nube(self, request, expediente, galeria) -> dict:
        en_la_nube = sum(una.ubicacion_almacenamiento == Ubicacion.NUBE for una in galeria)
        en_el_taller = len(galeria) - en_la_nube
        se_respalda = NUBE.hay and en_el_taller and expediente.estado == Estado.SALIDA
        return {
            "en_la_nube": en_la_nube,
            "en_el_taller": en_el_taller,
            "puede_respaldar": se_respalda and request.user.has_perm("expedientes.respaldar_evidencia"),
            "puede_traer": NUBE.hay and en_la_nube and request.user.has_perm("expedientes.restaurar_evidencia"),
            "revision": Revision.de(galeria),
            "puede_revisar": request.user.has_perm("expedientes.revisar_evidencia"),
        }

    def respaldar_view(self, request, object_id):
        def hacer(clave):
            cuenta = Cuenta()
            respaldar(clave, cuenta, por=request.user)
            self._anotar(request, clave)
            quedan = f" {QUEDAN.format(cuenta.fallidas)}" if cuenta.fallidas else ""
            return f"Pasaron a la nube: {cuenta.subidas}.{quedan}", not cuenta.fallidas

        return self._con_su_evidencia(request, object_id, "expedientes.respaldar_evidencia", hacer)

    def restaurar_view(self, request, object_id):
        def hacer(clave):
            vueltas = restaurar(clave, por=request.user)
            self._anotar(request, clave)
            return f"Volvieron de la nube: {vueltas}. Su copia se queda allá.", True

        return self._con_su_evidencia(request, object_id, "expedientes.restaurar_evidencia", hacer)

    def integridad_view(self, request, object_id):
        def hacer(clave):
            empezo = timezone.now()
            integridad = revisar(clave)
            malas = [*integridad.alteradas, *integridad.ausentes]
            leidas = Evidencia.objects.filter(expediente=clave, fecha_carga__lte=empezo).exclude(pk__in=malas)
            Evidencia.objects.anotar_revision(leidas.values_list("pk", flat=True), malas)
            return en_palabras(integridad), integridad.intactas == integridad.revisadas

        return self._con_su_evidencia(request, object_id, "expedientes.revisar_evidencia", hacer)

    def _con_su_evidencia(self, request, object_id, permiso: str, hacer: Callable[[str], tuple[str, bool]]):
        """Do something with an expediente's evidence, and go back to its page with what it says, good or not."""
        if not request.user.has_perm(permiso):
            raise PermissionDenied
        clave = unquote(object_id)
        try:
            frase, bien = hacer(clave)
        except ErrorDeDominio as error:
            sigue = (
                f" {REPITA}" if permiso.endswith("respaldar_evidencia") and error.codigo == "nube_no_responde" else ""
            )
            frase, bien = f"{error.mensaje}.{sigue}", False
        return decir_en(self, request, clave, EN_EVIDENCIA, frase, messages.SUCCESS if bien else messages.ERROR)

    def _anotar(self, request, clave):
        expediente = Expediente.objects.filter(pk=clave).only("pk").first()
        if expediente:  # nobody gave it another number meanwhile
            self.log_change(request, expediente, CAMBIO)


def en_palabras(integridad: Integridad) -> str:
    """Return what a review found, for people."""
    if not integridad.revisadas:
        return "Este expediente no tiene fotos ni documentos."
    if integridad.intactas == integridad.revisadas:
        return f"Se leyeron otra vez las {integridad.revisadas}: todas son como llegaron."
    frases = [f"De {integridad.revisadas}, {integridad.intactas} son como llegaron."]
    frases += [f"Alteradas: {_nombres(integridad.alteradas)}."] if integridad.alteradas else []
    frases += [f"Faltan: {_nombres(integridad.ausentes)}."] if integridad.ausentes else []
    return " ".join([*frases, "Avise a quien opera el servidor: se traen de un respaldo."])


def _nombres(ids) -> str:
    filas = Evidencia.objects.filter(pk__in=ids[:NOMBRADAS]).order_by("pk")
    nombres = [f"«{nombre}» ({pk})" for pk, nombre in filas.values_list("pk", "nombre_archivo")]
    otras = len(ids) - NOMBRADAS
    return ", ".join(nombres) + (f" y {otras} más" if otras > 0 else "")


@admin.register(Respaldo)
class RespaldoAdmin(VerbAdmin):
    """Pages that nobody writes in."""

    actions = ()
    list_display = ("fecha", "tipo", "resultado", "detalle", "usuario")
    list_select_related = ("usuario",)
    list_filter = ("resultado", "tipo")
    search_fields = ("detalle",)
    search_help_text = "No. Siniestro, o lo que dice el detalle"
    ordering = ("-id",)
    sortable_by = ()
    fields = (("fecha", "usuario"), ("tipo", "resultado"), "detalle")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList
