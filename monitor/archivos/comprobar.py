"""Files on their way out: nothing leaves of one that isn't what was sent (docs/adr/0021).

What is small, and what is asked for in part, is read whole before any of it leaves. What is large and asked for whole
is compared as it leaves: it doesn't end. Of what is large and in the cloud, no part needs the whole of it where the
cloud says what we said of it when it was stored. What a process found good a while ago isn't read again for that, as
long as the system says that nobody has written it since.
"""

import logging
import os
from collections.abc import Callable
from hashlib import sha256
from tempfile import TemporaryFile
from time import monotonic, time
from typing import BinaryIO, NamedTuple

from monitor.archivos import ALMACEN
from monitor.archivos.almacen import PIEZA, Bytes, huella
from monitor.archivos.errores import ArchivoAlterado
from monitor.archivos.nube import Remoto

CHICO = 4 * 1024 * 1024  # bytes
SE_CREE = 10 * 60  # seconds that a file of this machine, which was read whole, isn't read again
RECIENTE = 1  # seconds within which two writes of a file may say that they were at one time
MAS_CREIDOS = 10_000

log = logging.getLogger(__name__)
_creidos: dict[tuple, float] = {}  # until when each is believed


class Enviado(NamedTuple):
    """A file as it was sent: its bytes, and how the log calls it."""

    son: Bytes
    cual: str

    def alterado(self) -> ArchivoAlterado:
        log.error("Está alterado el archivo de %s", self.cual)
        return ArchivoAlterado()


class AlPaso:
    """A file that is read whole, from its beginning: whoever reads it doesn't get its last piece when it isn't what was
    sent."""

    def __init__(self, archivo: BinaryIO | Remoto, enviado: Enviado):
        self._archivo, self._enviado, self.close = archivo, enviado, archivo.close
        self._faltan, self._leida = enviado.son.tamano, sha256()

    def read(self, cuantos: int) -> bytes:
        pieza = self._archivo.read(min(cuantos, self._faltan))
        self._faltan -= len(pieza)
        self._leida.update(pieza)
        if (not pieza and self._faltan) or (not self._faltan and self._leida.hexdigest() != self._enviado.son.sha256):
            raise self._enviado.alterado()
        if not self._faltan:
            _creer(self._archivo, self._enviado)
        return pieza


def parte(archivo: BinaryIO | Remoto, enviado: Enviado, desde: int, hasta: int) -> BinaryIO | Remoto | AlPaso:
    """Return a file to be read from one place to another; it may be none of its bytes. It closes the one that it was
    given when that is another, or when it raises: ArchivoAlterado, or NubeNoResponde."""
    return _o_cerrar(archivo, lambda: _parte(archivo, enviado, desde, hasta))


def entero(archivo: BinaryIO | Remoto, enviado: Enviado) -> BinaryIO:
    """Return all its bytes, in a file of this machine. It closes and raises as `parte` does."""
    return _o_cerrar(archivo, lambda: _entero(archivo, enviado))


def _o_cerrar(archivo, hacer: Callable):
    try:
        return hacer()
    except BaseException:
        archivo.close()
        raise


def _parte(archivo, enviado, desde, hasta):
    tamano = enviado.son.tamano
    if desde == hasta or _se_cree(archivo, enviado):
        return _en(archivo, enviado, desde)
    if hasta - desde == tamano > CHICO:
        return AlPaso(_en(archivo, enviado, 0), enviado)
    if tamano > CHICO and _se_le_cree_a_la_nube(archivo, enviado, desde):
        return archivo
    suyo = _entero(archivo, enviado)
    suyo.seek(desde)
    return suyo


def _se_le_cree_a_la_nube(archivo, enviado, desde) -> bool:
    return isinstance(archivo, Remoto) and _en(archivo, enviado, desde).dicha == enviado.son.sha256


def _en(archivo, enviado, lugar):
    """Put a file at a place, and return it. Raise ArchivoAlterado for one of another size."""
    try:
        archivo.seek(lugar)
    except EOFError:
        raise enviado.alterado() from None
    tamano = archivo.tamano if isinstance(archivo, Remoto) else os.fstat(archivo.fileno()).st_size
    if tamano != enviado.son.tamano:
        raise enviado.alterado()
    return archivo


def _entero(archivo, enviado) -> BinaryIO:
    _en(archivo, enviado, 0)
    if isinstance(archivo, Remoto):
        return _copia(archivo, enviado)
    if not _se_cree(archivo, enviado):
        if huella(archivo) != enviado.son.sha256:
            raise enviado.alterado()
        _creer(archivo, enviado)
    archivo.seek(0)
    return archivo


def _se_cree(archivo, enviado) -> bool:
    return not isinstance(archivo, Remoto) and _creidos.get(_cual(archivo, enviado), 0) > monotonic()


def _creer(archivo, enviado) -> None:
    if isinstance(archivo, Remoto) or time() - os.fstat(archivo.fileno()).st_ctime < RECIENTE:
        return
    if len(_creidos) >= MAS_CREIDOS:
        _creidos.clear()
    _creidos[_cual(archivo, enviado)] = monotonic() + SE_CREE


def _cual(archivo, enviado) -> tuple:
    """Return what no two states of a file have in common."""
    estado = os.fstat(archivo.fileno())
    return enviado.son, estado.st_dev, estado.st_ino, estado.st_size, estado.st_mtime_ns, estado.st_ctime_ns


def _copia(archivo, enviado) -> BinaryIO:
    """Return a file without a name, with all that comes from the cloud."""
    copia = TemporaryFile(dir=ALMACEN.entrantes)  # noqa: SIM115  whoever reads it closes it
    with archivo:
        comprobada = AlPaso(archivo, enviado)
        _o_cerrar(copia, lambda: _pasar(comprobada, copia))
    copia.seek(0)
    return copia


def _pasar(de, a):
    while pieza := de.read(PIEZA):
        a.write(pieza)
