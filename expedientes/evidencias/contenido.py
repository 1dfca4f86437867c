"""The bytes of evidence, wherever they are: in the store of the shop, or in the cloud."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia
from monitor.archivos import ALMACEN, comprobar
from monitor.archivos.almacen import Bytes, huella
from monitor.archivos.comprobar import AlPaso, Enviado
from monitor.archivos.nube import NUBE, Remoto

VECES = 3  # that its row is read again, while others move it


def abrir(evidencia: Evidencia) -> BinaryIO | Remoto:
    """Return its bytes, to be read. Raise FileNotFoundError when they are nowhere; those of the cloud, at the first
    `seek`. One who comes while they move finds them where they are then."""
    for _ in range(VECES):
        if evidencia.ubicacion_almacenamiento == Ubicacion.NUBE:
            return Remoto(NUBE, evidencia.llave_nube)
        try:
            return ALMACEN.abrir(evidencia.lugar)
        except FileNotFoundError:
            ahora = Evidencia.objects.filter(pk=evidencia.pk).first()
            if ahora is None or (ahora.lugar == evidencia.lugar and ahora.ubicacion_almacenamiento == Ubicacion.LOCAL):
                raise
            evidencia = ahora
    raise FileNotFoundError(evidencia.lugar)


def abrir_parte(evidencia: Evidencia, desde: int, hasta: int) -> BinaryIO | Remoto | AlPaso:
    """Return its bytes from one place to another, to be sent to a client. Raise FileNotFoundError, ArchivoAlterado or
    NubeNoResponde."""
    return comprobar.parte(abrir(evidencia), _enviado(evidencia), desde, hasta)


@contextmanager
def a_la_mano(evidencia: Evidencia) -> Iterator[BinaryIO]:
    """Give its bytes in a file of this machine, which those of the cloud leave at the end. Raise FileNotFoundError,
    ArchivoAlterado or NubeNoResponde."""
    with comprobar.entero(abrir(evidencia), _enviado(evidencia)) as archivo:
        yield archivo


def _enviado(evidencia) -> Enviado:
    return Enviado(suyos(evidencia), f"la evidencia {evidencia.pk}")


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
