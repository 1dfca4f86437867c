"""The bytes of evidence, wherever they are: in the store of the shop, or in the cloud."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia
from monitor.archivos import ALMACEN
from monitor.archivos.almacen import PIEZA, huella
from monitor.archivos.nube import NUBE, Bytes, Remoto

VECES = 3  # that its row is read again, while others move it


def abrir(evidencia: Evidencia) -> BinaryIO | Remoto:
    """Return its bytes, to be read. Raise FileNotFoundError when they are nowhere; those of the cloud, at the first
    `seek`. One who comes while they move finds them where they are then."""
    for _ in range(VECES):
        if evidencia.ubicacion_almacenamiento == Ubicacion.NUBE:
            return Remoto(NUBE, evidencia.llave_nube, suyos(evidencia), f"la evidencia {evidencia.pk}")
        try:
            return ALMACEN.abrir(evidencia.lugar)
        except FileNotFoundError:
            ahora = Evidencia.objects.filter(pk=evidencia.pk).first()
            if ahora is None or (ahora.lugar == evidencia.lugar and ahora.ubicacion_almacenamiento == Ubicacion.LOCAL):
                raise
            evidencia = ahora
    raise FileNotFoundError(evidencia.lugar)


@contextmanager
def a_la_mano(evidencia: Evidencia) -> Iterator[BinaryIO]:
    """Give its bytes in a file of this machine, which those of the cloud leave at the end. Raise FileNotFoundError, or
    NubeNoResponde."""
    archivo = abrir(evidencia)
    with archivo, TemporaryFile(dir=ALMACEN.entrantes) as copia:
        if isinstance(archivo, Remoto):
            archivo.seek(0)
            while pieza := archivo.read(PIEZA):
                copia.write(pieza)
            archivo = copia
        archivo.seek(0)
        yield archivo


def suyos(evidencia: Evidencia) -> Bytes:
    """Return what its bytes were when they came."""
    return Bytes(evidencia.tamano, evidencia.sha256)


def leidos(evidencia: Evidencia) -> Bytes:
    """Read all its bytes again, and return what they are now. Raise FileNotFoundError when they are nowhere, and
    NubeNoResponde."""
    if evidencia.ubicacion_almacenamiento == Ubicacion.NUBE:
        return NUBE.bajar(evidencia.llave_nube)
    archivo = abrir(evidencia)
    if isinstance(archivo, Remoto):  # it has just moved there
        return leidos(Evidencia.objects.get(pk=evidencia.pk))
    with archivo:
        return Bytes(archivo.seek(0, 2), huella_desde_el_principio(archivo))


def huella_desde_el_principio(archivo: BinaryIO) -> str:
    archivo.seek(0)
    return huella(archivo)
