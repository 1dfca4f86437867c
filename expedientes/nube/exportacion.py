"""The worker that moves the evidence of every expediente in Salida to the cloud, when somebody asks for it
(`manage.py respaldar_nube`). One at a time works; the others wait for its end, or its death."""

from expedientes.models import Expediente
from expedientes.nube.models import Exportacion, Respaldo, Resultado, Tipo, turno
from expedientes.nube.mudanzas import Cuenta, respaldar
from monitor.archivos.errores import SinNube
from monitor.background import Worker
from monitor.db.writes import NOBODY, Author
from monitor.errores import DatosInvalidos, NoEncontrado, NubeNoResponde

SEGUIDAS = 3  # expedientes, one after another, with which the cloud doesn't answer: the export ends there


class Exportador(Worker):
    def _work(self) -> bool:
        """Do the export that was asked for, if there is one and nobody else does it."""
        if Exportacion.objects.pendiente():
            with turno() as suyo:
                pedida = Exportacion.objects.pendiente() if suyo else None
                if pedida:
                    self._exportar(pedida)
        return True

    def _exportar(self, pedida: Exportacion) -> None:
        """Move all that waits. What a worker that died had moved is counted, and not moved again."""
        por, cuenta = pedida.pedida_por or NOBODY, Cuenta(pedida.subidas, pedida.fallidas)
        claves = list(Expediente.objects.por_respaldar().order_by("pk").values_list("pk", flat=True))
        Exportacion.objects.avanzar(tomada=True, total=pedida.procesados + len(claves))
        error = self._todos(claves, pedida.procesados, cuenta, por)
        if self._stopping.is_set() and not error:
            return  # whoever comes next goes on
        Exportacion.objects.terminar(error)
        anotar(Tipo.NUBE, cuenta, error, por=por)

    def _todos(self, claves, procesados, cuenta, por) -> str | None:
        """Move all these, and return why they weren't all seen, if they weren't."""
        seguidas = 0
        for vistos, clave in enumerate(claves, procesados + 1):
            try:
                error = self._uno(clave, cuenta, por)
            except _Fin:
                return None
            seguidas = seguidas + 1 if error else 0
            Exportacion.objects.avanzar(procesados=vistos, subidas=cuenta.subidas, fallidas=cuenta.fallidas)
            if seguidas == SEGUIDAS:
                return error
        return None

    def _uno(self, clave, cuenta, por) -> str | None:
        """Move those of one expediente, and return why the cloud didn't take them all, if it didn't."""
        try:
            respaldar(clave, cuenta, por=por, avisar=self._avisar)
        except (NoEncontrado, DatosInvalidos):
            pass  # it came back to the shop meanwhile, or somebody else moved it
        except (NubeNoResponde, SinNube) as error:
            cuenta.fallidas += 1
            return error.mensaje
        return None

    def _avisar(self, evidencia) -> None:
        if self._stopping.is_set():
            raise _Fin
        Exportacion.objects.avanzar(archivo_actual=evidencia.nombre_archivo)


class _Fin(Exception):
    """The worker was told to stop."""


def exportar_uno(no_siniestro: str, *, por: Author) -> Cuenta:
    """Move one expediente's evidence, and leave it in the log. Raise what `respaldar` does."""
    cuenta, error = Cuenta(), None
    try:
        respaldar(no_siniestro, cuenta, por=por)
    except NubeNoResponde as sin_respuesta:
        error = sin_respuesta
    anotar(Tipo.MANUAL, cuenta, error and error.mensaje, por=por, cual=no_siniestro)
    if error:
        raise error
    return cuenta


def anotar(tipo: Tipo, cuenta: Cuenta, error: str | None, *, por: Author, cual: str = "") -> None:
    """Leave a line in the log about what was done."""
    bien = not error and not cuenta.fallidas
    resultado = Resultado.EXITOSO if bien else Resultado.PARCIAL if cuenta.subidas else Resultado.ERROR
    frases = [f"{cual}:" if cual else "", f"{error}." if error else "", f"Evidencias subidas: {cuenta.subidas}."]
    frases.append(f"Fallaron: {cuenta.fallidas}." if cuenta.fallidas else "")
    Respaldo.objects.anotar(tipo, resultado, " ".join(filter(None, frases)), por=por)
