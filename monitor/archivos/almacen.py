"""The place of the bytes that people send: a folder, where names owe nothing to them (docs/adr/0021).

A file is whole and on the disk before it has its name, and whoever refers to it does so after that. So no row is
without its bytes; bytes that no row refers to are what a crash may leave.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import uuid4

PIEZA = 256 * 1024  # bytes that are read or written at once
LUGAR = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
PARCIAL = re.compile(r"[0-9a-f]{32}")


class Bytes(NamedTuple):
    """The size and the digest of a file."""

    tamano: int
    sha256: str


class Hallado(NamedTuple):
    """A file of the store: where it is, its size, and when it was last written, in seconds since 1970."""

    lugar: str
    tamano: int
    escrito: float


class Entrante:
    """A file on its way in. Nobody finds it before `guardar`."""

    def __init__(self, archivo: BinaryIO, parcial: Path, lugar: str, destino: Path):
        self.archivo, self.lugar, self.tamano = archivo, lugar, 0
        self._parcial, self._destino, self._huella = parcial, destino, sha256()

    def write(self, pieza: bytes) -> None:
        self._huella.update(pieza)
        self.tamano += self.archivo.write(pieza)

    @property
    def sha256(self) -> str:
        return self._huella.hexdigest()

    def guardar(self) -> None:
        """Give the file its place. It is on the disk, name included, when this returns."""
        self.archivo.flush()
        os.fsync(self.archivo.fileno())
        _crear(self._destino.parent)
        self._parcial.rename(self._destino)
        _sincronizar(self._destino.parent)

    def desechar(self) -> None:
        for ruta in (self._parcial, self._destino):
            ruta.unlink(missing_ok=True)


class Carpeta:
    """A store in a folder: `originales` has what came, `entrantes` what is coming, `derivados` what can be made
    again, and `turnos` empty files, whose locks say whose turn it is."""

    def __init__(self, raiz: Path):
        self.raiz = raiz

    @property
    def entrantes(self) -> Path:
        return self._de("entrantes")

    @contextmanager
    def recibir(self) -> Iterator[Entrante]:
        """Give a file to write. What isn't kept by the end of the block (`guardar`) is thrown away."""
        nombre = uuid4().hex
        lugar, parcial = f"{nombre[:2]}/{nombre}", self.entrantes / nombre
        with parcial.open("xb+") as archivo:
            entrante = Entrante(archivo, parcial, lugar, self._ruta(lugar))
            try:
                yield entrante
            finally:
                parcial.unlink(missing_ok=True)

    def abrir(self, lugar: str) -> BinaryIO:
        """Raise FileNotFoundError when it isn't there."""
        return self._ruta(lugar).open("rb")

    def soltar(self, lugar: str) -> None:
        """Remove a file that is elsewhere too; what was made of it stays."""
        self._ruta(lugar).unlink(missing_ok=True)

    def borrar(self, lugar: str) -> None:
        self._ruta(lugar).unlink(missing_ok=True)
        for derivado in self._de("derivados").glob(f"{lugar}-*"):
            derivado.unlink(missing_ok=True)

    def derivado(self, lugar: str, cual: str) -> bytes | None:
        """Return what was made of a file before, or None."""
        with suppress(FileNotFoundError):
            return self._derivado(lugar, cual).read_bytes()
        return None

    def guardar_derivado(self, lugar: str, cual: str, contenido: bytes) -> None:
        """Keep what was made of a file. It needn't outlive a power cut."""
        parcial, destino = self.entrantes / uuid4().hex, self._derivado(lugar, cual)
        parcial.write_bytes(contenido)
        _crear(destino.parent)
        parcial.rename(destino)

    @contextmanager
    def turno(self, de: str, *, con_otros: bool = False, esperar: bool = True) -> Iterator[bool]:
        """Have a turn until the end of the block, alone or `con_otros` who have it so too, and give whether it is had:
        without `esperar` it isn't while others have it. The system takes it from a process that dies."""
        modo = (fcntl.LOCK_SH if con_otros else fcntl.LOCK_EX) | (0 if esperar else fcntl.LOCK_NB)
        with (self._de("turnos") / de).open("ab") as archivo:
            yield tomar_turno(archivo, modo)

    def originales(self) -> Iterator[Hallado]:
        return self._con_nombre(LUGAR, self._de("originales"))

    def a_medias(self) -> Iterator[Hallado]:
        """Yield what never came whole. `tirar` takes it away."""
        return self._con_nombre(PARCIAL, self.entrantes)

    def ajenos(self) -> Iterator[str]:
        """Yield what somebody else left there: it has no name that the store gives."""
        for carpeta, nombre in ((self._de("originales"), LUGAR), (self.entrantes, PARCIAL)):
            for lugar, ruta in _dentro(carpeta):
                if not nombre.fullmatch(lugar):
                    yield str(ruta.relative_to(self.raiz))

    def _con_nombre(self, nombre: re.Pattern, carpeta: Path) -> Iterator[Hallado]:
        for lugar, ruta in _dentro(carpeta):
            if nombre.fullmatch(lugar):
                yield from _hallado(lugar, ruta)

    def tirar(self, a_medias: Iterable[Hallado]) -> None:
        for uno in a_medias:
            (self.entrantes / uno.lugar).unlink(missing_ok=True)

    def _de(self, carpeta: str) -> Path:
        ruta = self.raiz / carpeta
        if not ruta.is_dir():
            _crear(ruta)
        return ruta

    def _ruta(self, lugar: str) -> Path:
        if not LUGAR.fullmatch(lugar):
            raise FileNotFoundError(lugar)
        return self._de("originales") / lugar

    def _derivado(self, lugar: str, cual: str) -> Path:
        self._ruta(lugar)
        return self._de("derivados") / f"{lugar}-{cual}"


def tomar_turno(archivo: BinaryIO, modo: int = fcntl.LOCK_EX | fcntl.LOCK_NB) -> bool:
    """Take the turn of an open file for whoever opened it, until it is closed or the process dies. Return False when
    somebody else has it and nobody waits."""
    try:
        fcntl.flock(archivo, modo)
    except BlockingIOError:
        return False
    return True


def _crear(carpeta: Path) -> None:
    """Make a folder that only its owner may read, and those above it; on the disk too."""
    if carpeta.is_dir():
        return
    if not carpeta.parent.is_dir():
        _crear(carpeta.parent)
    carpeta.mkdir(mode=0o700, exist_ok=True)
    _sincronizar(carpeta.parent)


def _sincronizar(carpeta: Path) -> None:
    descriptor = os.open(carpeta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _dentro(carpeta: Path) -> Iterator[tuple[str, Path]]:
    """Yield what is in a folder and isn't one, each with its name from there."""
    for ruta in carpeta.rglob("*"):
        if not ruta.is_dir():
            yield str(ruta.relative_to(carpeta)), ruta


def _hallado(lugar: str, ruta: Path) -> Iterator[Hallado]:
    with suppress(FileNotFoundError):  # it has just got its place, or left it
        estado = ruta.stat()
        yield Hallado(lugar, estado.st_size, estado.st_mtime)


def huella(archivo: BinaryIO) -> str:
    """Return the digest of a file, read whole again."""
    leida = sha256()
    while pieza := archivo.read(PIEZA):
        leida.update(pieza)
    return leida.hexdigest()
