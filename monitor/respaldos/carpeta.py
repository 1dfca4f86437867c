"""The folder of the backups: what each one is called, who works in it, and which ones stay."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError

NOMBRE = "monitor-%Y-%m-%dT%H%M%SZ.respaldo"
UN_NOMBRE = re.compile(r"monitor-\d{4}-\d\d-\d\dT\d{6}Z\.respaldo")
CERROJO = ".monitor-respaldos"
EN_CURSO = ".monitor-en-curso-"
RECIENTES = timedelta(days=2)


@contextmanager
def mesa(carpeta: Path, avisar: Callable[[str], object]) -> Iterator[Path]:
    """Give a new folder inside `carpeta` for what isn't finished, and remove it at the end, together with what an
    earlier one left if it was killed. One at a time works there; the others wait."""
    with _turno(carpeta, avisar):
        for resto in carpeta.glob(f"{EN_CURSO}*"):
            shutil.rmtree(resto)
        nueva = Path(tempfile.mkdtemp(prefix=EN_CURSO, dir=carpeta))
        try:
            yield nueva
        finally:
            shutil.rmtree(nueva)


@contextmanager
def _turno(carpeta, avisar):
    with os.fdopen(os.open(carpeta / CERROJO, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as cerrojo:
        try:
            fcntl.flock(cerrojo, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            avisar(f"Otro respaldo o simulacro trabaja en {carpeta}: se espera a que termine.")
            fcntl.flock(cerrojo, fcntl.LOCK_EX)
        yield


def guardar(archivo: Path, en: Path) -> None:
    """Move a finished file, which is on the disk already, to its name; the name is on the disk when this returns."""
    if en.exists():
        raise CommandError(f"Ya existe {en}. No se tocó: repita en un segundo.")
    archivo.replace(en)
    asentar(en.parent)


def asentar(carpeta: Path) -> None:
    """Write the folder's names to the disk."""
    descriptor = os.open(carpeta, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def respaldos(carpeta: Path) -> dict[datetime, Path]:
    """Return the backups of the folder by their moment, the oldest first."""
    rutas = sorted(ruta for ruta in carpeta.iterdir() if UN_NOMBRE.fullmatch(ruta.name))
    return {datetime.strptime(ruta.name, NOMBRE).replace(tzinfo=UTC): ruta for ruta in rutas}


class Regla(NamedTuple):
    """A rule for which backups stay: all of the last two days, and the last one of each of so many days, weeks and
    months that have one. Days without backups don't count, so that nothing is removed because nothing was made."""

    diarios: int = 7
    semanales: int = 4
    mensuales: int = 12

    def se_quedan(self, momentos: list[datetime], ahora: datetime) -> set[datetime]:
        recientes = {momento for momento in momentos if momento > ahora - RECIENTES}
        return (
            recientes
            | set(momentos[-1:])
            | _ultimos(momentos, self.diarios, lambda momento: momento.date())
            | _ultimos(momentos, self.semanales, lambda momento: momento.isocalendar()[:2])
            | _ultimos(momentos, self.mensuales, lambda momento: (momento.year, momento.month))
        )


def _ultimos(momentos, cuantos, periodo) -> set[datetime]:
    """Return the last moment of each of the last `cuantos` periods. The moments are in order."""
    por_periodo = {periodo(momento): momento for momento in momentos}
    return set(list(por_periodo.values())[-cuantos:]) if cuantos else set()


def quitar_viejos(carpeta: Path, regla: Regla, ahora: datetime) -> list[Path]:
    """Remove the backups that the rule doesn't keep, and return them."""
    todos = respaldos(carpeta)
    viejos = [todos[momento] for momento in sorted(todos.keys() - regla.se_quedan(list(todos), ahora))]
    for viejo in viejos:
        viejo.unlink()
    return viejos
