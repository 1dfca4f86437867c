"""Put a restored SQLite file in the place of the present one, while nobody has that one open.

The previous file is kept beside it, together with its `-wal` and `-shm`: a `-wal` beside a file that it isn't of makes
that one malformed.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.management.base import CommandError

from monitor.respaldos.carpeta import asentar

LADOS = ("-wal", "-shm", "-journal")
ANTERIOR = ".anterior-"
# The bytes that SQLite locks (its PENDING_BYTE, RESERVED_BYTE and SHARED_FIRST): whoever locks them all for writing is
# alone. A connection in WAL mode holds some of them for as long as it is open.
PRIMER_CERROJO, CERROJOS = 0x40000000, 512
PACIENCIA = 30  # seconds: longer than a connection of ours waits for a lock


def exigir_libre(ruta: Path) -> None:
    """Raise CommandError when somebody serves the database, or has it open."""
    if ruta.exists():
        with _a_solas(ruta):
            pass


@contextmanager
def _a_solas(ruta: Path) -> Iterator[None]:
    """Keep everybody else out of the database. Closing any other descriptor of the file would let go of it."""
    with ruta.open("r+b") as archivo:
        try:
            fcntl.flock(archivo, fcntl.LOCK_EX | fcntl.LOCK_NB)  # `serve` holds this one
            fcntl.lockf(archivo, fcntl.LOCK_EX | fcntl.LOCK_NB, CERROJOS, PRIMER_CERROJO)
        except (BlockingIOError, PermissionError):
            raise CommandError(_ocupada(ruta)) from None
        yield


def _ocupada(ruta: Path) -> str:
    quienes = "; ".join(f"{pid}: {orden}" for pid, orden in abierta_por(ruta.stat())) or "un proceso de otro usuario"
    return (
        f"La base {ruta} está en uso ({quienes}), y no se tocó nada. Detenga Monitor, su correo y su nube"
        " (sudo systemctl stop monitor monitor-correo monitor-nube) y repita."
    )


def abierta_por(archivo: os.stat_result) -> list[tuple[int, str]]:
    """Return the processes that have the file open under any name, as far as the system lets us see, without this
    one: the number of each and its command."""
    return sorted(
        (int(proceso.name), _orden(proceso))
        for proceso in Path("/proc").glob("[0-9]*")
        if int(proceso.name) != os.getpid() and any(os.path.samestat(archivo, otro) for otro in _abiertos(proceso))
    )


def _abiertos(proceso: Path) -> Iterator[os.stat_result]:
    """Yield what the process has open: nothing when it has ended or is another user's."""
    with suppress(OSError):
        for descriptor in (proceso / "fd").iterdir():
            with suppress(OSError):
                yield descriptor.stat()


def _orden(proceso: Path) -> str:
    try:
        partes = (proceso / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return "?"
    return " ".join(partes).strip()[:80]


def intercambiar(nueva: Path, ruta: Path, sufijo: str, *, guardar_anterior: bool) -> Path | None:
    """Put the file `nueva` at `ruta`. Return where the previous one is now, if there was one to keep, or what it had
    left beside it."""
    anterior = ruta.with_name(ruta.name + ANTERIOR + sufijo)
    while anterior.exists():  # another was put aside in the same second
        anterior = anterior.with_name(f"{anterior.name}_")
    _con_duenio_de(nueva, ruta if ruta.exists() else ruta.parent)
    if not ruta.exists():
        quedaba = _apartar_lados(ruta, anterior)
        _poner(nueva, ruta)
        return anterior if quedaba else None
    with _a_solas(ruta):
        vieja = ruta.stat()
        # Under this second name the file stays when the new one takes its first.
        os.link(ruta, anterior)
        _apartar_lados(ruta, anterior)
        _poner(nueva, ruta)
        _esperar_a_que_la_suelten(vieja)
    if guardar_anterior:
        return anterior
    for resto in (anterior, *_lados(anterior)):
        resto.unlink(missing_ok=True)
    return None


def _con_duenio_de(nueva: Path, modelo: Path) -> None:
    """Give the file the owner of another, for when root runs the command, and the permissions of a file."""
    duenio = modelo.stat()
    nueva.chmod(duenio.st_mode & 0o666 if modelo.is_file() else 0o600)
    if os.geteuid() == 0:
        os.chown(nueva, duenio.st_uid, duenio.st_gid)


def _lados(ruta: Path) -> list[Path]:
    return [ruta.with_name(ruta.name + lado) for lado in LADOS]


def _apartar_lados(de: Path, a: Path) -> bool:
    """Move what stands beside a file to another name, and return whether there was anything."""
    pares = [(lado, aparte) for lado, aparte in zip(_lados(de), _lados(a), strict=True) if lado.exists()]
    for lado, aparte in pares:
        lado.replace(aparte)
    asentar(de.parent)
    return bool(pares)


def _poner(nueva: Path, ruta: Path) -> None:
    with nueva.open("r+b") as archivo:
        os.fsync(archivo.fileno())
    nueva.replace(ruta)
    asentar(ruta.parent)


def _esperar_a_que_la_suelten(vieja: os.stat_result) -> None:
    """Wait until nobody has the previous file open: whoever opened it just before the exchange waits for our lock,
    gives up after some seconds, and never writes what would be lost."""
    fin = time.monotonic() + PACIENCIA
    while abierta_por(vieja):
        if time.monotonic() > fin:
            raise CommandError(
                "Se restauró, pero alguien abrió la base anterior entretanto y no la suelta: reinicie lo que la usa"
                f" ({'; '.join(orden for _, orden in abierta_por(vieja))})."
            )
        time.sleep(0.1)


def reparar(ruta: Path) -> None:
    """Give back its `-wal` to a file whose exchange was killed before the new one took its place."""
    for anterior in ruta.parent.glob(f"{ruta.name}{ANTERIOR}*"):
        if ruta.exists() and anterior.exists() and anterior.samefile(ruta):
            for aparte, lado in zip(_lados(anterior), _lados(ruta), strict=True):
                if aparte.exists() and not lado.exists():
                    aparte.replace(lado)
            anterior.unlink()
            asentar(ruta.parent)
