from collections.abc import Callable
from functools import partial

from expedientes.nube import mudanzas
from expedientes.nube.exportacion import exportar_uno
from expedientes.nube.models import Exportacion, Respaldo
from expedientes.nube.serializers import RESPALDO
from expedientes.nube.situacion import progreso, situacion
from monitor.api.shapes import Reader
from monitor.api.viewsets import Action, ApiViewSet
from monitor.archivos.nube import NUBE
from monitor.db.writes import Author
from monitor.errores import ErrorDeDominio

ULTIMOS = 200  # rows of the log

logs = Reader(RESPALDO, lambda: Respaldo.objects.order_by("-id")[:ULTIMOS])


def _respaldar(no_siniestro: str, por: Author) -> dict:
    cuenta = mudanzas.Cuenta()
    mudanzas.respaldar(no_siniestro, cuenta, por=por)
    return {"subidas": cuenta.subidas}


def _restaurar(no_siniestro: str, por: Author) -> dict:
    return {"restauradas": mudanzas.restaurar(no_siniestro, por=por)}


def _exportar_uno(no_siniestro: str, por: Author) -> dict:
    return {"subidas": exportar_uno(no_siniestro, por=por).subidas}


TRABAJOS = {"respaldar": _respaldar, "restaurar": _restaurar, "exportar_uno": _exportar_uno}


def _intentar(hacer: Callable[[], dict]) -> Callable[[], dict]:
    """Do it, and return what gives its answer, or raises the error that it met."""
    try:
        hecho = hacer()
    except ErrorDeDominio as error:
        return partial(_fallar, error)
    return lambda: hecho


def _fallar(error):
    raise error


class NubeViewSet(ApiViewSet):
    """The routes of the cloud: evidence goes there, comes back, and is checked."""

    acciones = {
        "respaldar": Action("expedientes.respaldar_evidencia", "respaldar a la nube"),
        "restaurar": Action("expedientes.restaurar_evidencia", "restaurar de la nube"),
        "integridad": Action("expedientes.revisar_evidencia", "revisar la evidencia"),
        "estado": Action("expedientes.view_respaldo", "obtener el estado de los respaldos"),
        "logs": Action("expedientes.view_respaldo", "listar los respaldos"),
        "limpiar": Action("expedientes.delete_respaldo", "limpiar la lista de respaldos"),
        "eliminar_logs": Action("expedientes.delete_respaldo", "limpiar la lista de respaldos"),
        "exportar": Action("expedientes.exportar_evidencia", "exportar a la nube"),
        "progreso": Action("expedientes.exportar_evidencia", "obtener el progreso de la exportación"),
        "exportar_uno": Action("expedientes.exportar_evidencia", "exportar a la nube"),
    }
    _trabajo: Callable[[], dict] | None = None

    def _once(self, act, request, **ruta):
        """Do what takes the network before the transaction of an `Idempotency-Key`: done again, it goes on where it
        stopped."""
        trabajar = partial(self._trabajar, request, **ruta) if self.action in TRABAJOS else None
        return super()._once(act, request, beforehand=trabajar, **ruta)

    def _trabajar(self, request, **ruta):
        self._trabajo = _intentar(partial(TRABAJOS[self.action], por=request.user, **ruta))

    def _mover(self, request, no_siniestro):
        hacer = self._trabajo or partial(TRABAJOS[self.action], no_siniestro=no_siniestro, por=request.user)
        return self.respond({"ok": True} | hacer())

    respaldar = restaurar = exportar_uno = _mover

    def integridad(self, request, no_siniestro):
        return self.respond({"no_siniestro": no_siniestro} | mudanzas.revisar(no_siniestro)._asdict())

    def estado(self, request):
        return self.respond(situacion())

    def logs(self, request):
        return self.respond(logs.many())

    def limpiar(self, request):
        return self.respond({"ok": True, "eliminados": Respaldo.objects.limpiar(por=request.user)})

    eliminar_logs = limpiar

    def exportar(self, request):
        NUBE.exigir()
        Exportacion.objects.pedir(por=request.user)
        return self.respond({"ok": True, "iniciado": True})

    def progreso(self, request):
        return self.respond(progreso())
