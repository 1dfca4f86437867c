"""Evidence on its way to the cloud and back, and whether what is there is what was sent.

At every instant whoever reads it finds its bytes, whole: they are there before its row says so, and what was before is
taken away after. None of it happens within a transaction.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from os import SEEK_END
from typing import NamedTuple

from django.utils import timezone

from expedientes.estados import Estado, Ubicacion
from expedientes.evidencias import contenido
from expedientes.evidencias.models import Evidencia
from expedientes.models import Expediente
from expedientes.nube.acompanantes import subir_acompanantes
from monitor.archivos import ALMACEN
from monitor.archivos.almacen import tomar_turno
from monitor.archivos.nube import NUBE, llave_para
from monitor.db.writes import Author
from monitor.errores import Conflicto, DatosInvalidos, NubeNoResponde

SOLO_EN_SALIDA = "Solo se puede respaldar a la nube un expediente con estado Salida"
SIN_LOCALES = "No hay evidencias locales para respaldar"
SIN_NADA_EN_LA_NUBE = "No hay evidencias en la nube para restaurar"
ALTERADAS = "Evidencias alteradas o ausentes en la nube: {}"

log = logging.getLogger(__name__)


@dataclass
class Cuenta:
    """The number of files that were moved, and of those that can't be: what the shop has of them is missing or
    altered."""

    subidas: int = 0
    fallidas: int = 0


class Integridad(NamedTuple):
    revisadas: int
    intactas: int
    alteradas: list[int]
    ausentes: list[int]


def respaldar(
    no_siniestro: str, cuenta: Cuenta, *, por: Author, avisar: Callable[[Evidencia], None] = lambda una: None
) -> None:
    """Move what an expediente has in the shop to the cloud, with what goes along, and add what was done to `cuenta`.
    `avisar` hears of each before it goes. Raise NoEncontrado, DatosInvalidos, SinNube, or NubeNoResponde: then what was
    moved stays moved."""
    locales = _por_respaldar(no_siniestro)
    subir_acompanantes(no_siniestro)
    for evidencia in locales:
        avisar(evidencia)
        try:
            cuenta.subidas += _subir(evidencia, por)
        except OtrosBytes:
            cuenta.fallidas += 1


def _por_respaldar(no_siniestro: str) -> list[Evidencia]:
    estado = _estado_de(no_siniestro)
    if estado != Estado.SALIDA:
        raise DatosInvalidos(SOLO_EN_SALIDA, codigo="no_ha_salido")
    locales = list(Evidencia.objects.filter(expediente=no_siniestro).locales().order_by("pk"))
    if not locales:
        raise DatosInvalidos(SIN_LOCALES, codigo="sin_evidencias_locales")
    NUBE.exigir()
    return locales


def _estado_de(no_siniestro) -> str:
    estado = Expediente.objects.filter(pk=no_siniestro).values_list("estado", flat=True).first()
    if estado is None:
        raise Expediente.objects.no_encontrado(no_siniestro)
    return estado


class OtrosBytes(Exception):
    """The bytes that are there aren't those that were sent, or are missing. The other files may move."""


def _subir(evidencia, por) -> bool:
    """Move one, and return whether it was: not when somebody else has its turn, or it isn't there any more."""
    try:
        archivo = ALMACEN.abrir(evidencia.lugar)
    except FileNotFoundError:
        if _sigue(evidencia):
            log.error("Falta el archivo de la evidencia %s: no se puede subir", evidencia.pk)
            raise OtrosBytes from None
        return False
    with archivo, ALMACEN.turno("nube", con_otros=True):
        if not tomar_turno(archivo) or not _sigue(evidencia):
            return False
        llave = _copiar(evidencia, archivo)
        ahora = {
            "ubicacion_almacenamiento": Ubicacion.NUBE,
            "llave_nube": llave,
            "en_la_nube_desde": timezone.now(),
        }
        if not Evidencia.objects.mudar(evidencia, ahora, por=por):
            return False
        ALMACEN.soltar(evidencia.lugar)
        return True


def _sigue(evidencia) -> bool:
    return Evidencia.objects.filter(pk=evidencia.pk, lugar=evidencia.lugar).locales().exists()


def _copiar(evidencia, archivo) -> str:
    """Send its bytes, and return under which key the cloud has them: they were read back."""
    llave, suyos = llave_para(evidencia.ruta, evidencia.lugar), contenido.suyos(evidencia)
    if archivo.seek(0, SEEK_END) != suyos.tamano:
        _culpar_al_taller(evidencia)
    NUBE.subir(llave, archivo, suyos, evidencia.tipo_mime)
    try:
        if NUBE.bajar(llave) == suyos:
            return llave
    except FileNotFoundError:
        log.warning("La nube dijo que guardó la evidencia %s, y no está", evidencia.pk)
        raise NubeNoResponde from None
    if contenido.huella_desde_el_principio(archivo) != suyos.sha256:
        _culpar_al_taller(evidencia)
    log.warning("La nube dijo que guardó la evidencia %s, y guardó otra cosa", evidencia.pk)
    raise NubeNoResponde


def _culpar_al_taller(evidencia):
    log.error("El archivo de la evidencia %s está alterado: no se puede subir", evidencia.pk)
    raise OtrosBytes


def restaurar(no_siniestro: str, *, por: Author) -> int:
    """Bring back what an expediente has in the cloud, whose copy stays there, and return how many came. Raise
    NoEncontrado, DatosInvalidos, SinNube, NubeNoResponde, or Conflicto with those that aren't what was sent, which stay
    as they are."""
    _estado_de(no_siniestro)
    lejanas = list(Evidencia.objects.filter(expediente=no_siniestro).en_la_nube().order_by("pk"))
    if not lejanas:
        raise DatosInvalidos(SIN_NADA_EN_LA_NUBE, codigo="sin_evidencias_en_la_nube")
    NUBE.exigir()
    vueltas, malas = 0, []
    for evidencia in lejanas:
        try:
            vueltas += _traer(evidencia, por)
        except OtrosBytes:
            malas.append(evidencia.pk)
    if malas:
        raise Conflicto(ALTERADAS.format(", ".join(map(str, malas))), codigo="evidencias_alteradas")
    return vueltas


def _traer(evidencia, por) -> bool:
    """Bring one back to a place of its own, where nobody had anything, and return whether it came."""
    with ALMACEN.recibir() as entrante:
        try:
            bien = NUBE.bajar(evidencia.llave_nube, entrante.write) == contenido.suyos(evidencia)
        except FileNotFoundError:
            bien = False
        if not bien:
            raise OtrosBytes
        entrante.guardar()
        if not Evidencia.objects.mudar(
            evidencia, {"ubicacion_almacenamiento": Ubicacion.LOCAL, "lugar": entrante.lugar}, por=por
        ):
            entrante.desechar()
            return False
    ALMACEN.borrar(evidencia.lugar)  # the thumbnails of its former place, which are made again
    return True


def revisar(no_siniestro: str) -> Integridad:
    """Read every byte of an expediente's evidence again. Raise NoEncontrado, or NubeNoResponde."""
    _estado_de(no_siniestro)
    filas = list(Evidencia.objects.filter(expediente=no_siniestro).order_by("pk"))
    return _contar(filas)


def _contar(filas: list[Evidencia]) -> Integridad:
    alteradas, ausentes = [], []
    for evidencia in filas:
        try:
            if contenido.leidos(evidencia) != contenido.suyos(evidencia):
                alteradas.append(evidencia.pk)
        except (FileNotFoundError, Evidencia.DoesNotExist):
            ausentes.append(evidencia.pk)
    malas = len(alteradas) + len(ausentes)
    return Integridad(len(filas), len(filas) - malas, alteradas, ausentes)
