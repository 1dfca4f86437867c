"""Backups of SQLite: a copy of the pages that one read transaction sees, made by SQLite itself while others write.

A copy of the bare file lacks what is still in its `-wal`, and is torn when a checkpoint writes meanwhile.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import CommandError

from monitor.db.sqlite import give_functions
from monitor.respaldos.contenedor import PEDAZO, Respaldo
from monitor.respaldos.intercambio import exigir_libre, intercambiar, reparar
from monitor.respaldos.manifiesto import Tabla

BASE = "sqlite"
PARTE = "base.sqlite3"
ESPERA = 20  # seconds


class Lector:
    """Reads whole tables of a database through one connection."""

    def __init__(self, conexion: sqlite3.Connection):
        self._conexion = conexion
        self._conexion.text_factory = bytes  # a text that isn't UTF-8 is read too

    def version(self) -> str:
        return sqlite3.sqlite_version

    def tablas(self) -> list[str]:
        return self._nombres("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")

    def objetos(self) -> list[str]:
        return self._nombres(
            "SELECT type || ' ' || name FROM sqlite_schema"
            " WHERE type <> 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        )

    def migraciones(self) -> list[list[str]]:
        if "django_migrations" not in self.tablas():
            return []
        filas = self._conexion.execute("SELECT DISTINCT app, name FROM django_migrations ORDER BY app, name")
        return [[app.decode(), nombre.decode()] for app, nombre in filas]

    def contar(self, tabla: str) -> int:
        return self._conexion.execute(f"SELECT count(*) FROM {_citado(tabla)}").fetchone()[0]

    def leer(self, tabla: str) -> Tabla:
        """Return the count and the digest of the rows. A row is written as Python writes a tuple of integers, floats,
        bytes (a text is its UTF-8) and None, which no version of Python or SQLite changes."""
        filas, digest = 0, hashlib.sha256()
        for fila in self._conexion.execute(f"SELECT * FROM {_citado(tabla)} ORDER BY {self._orden(tabla)}"):
            digest.update(b"%a\n" % (fila,))
            filas += 1
        return Tabla(filas, digest.hexdigest())

    def _orden(self, tabla):
        columnas = self._conexion.execute(f"PRAGMA table_info({_citado(tabla)})").fetchall()
        llave = sorted((columna for columna in columnas if columna[5]), key=lambda columna: columna[5])
        return ", ".join(_citado(columna[1].decode()) for columna in llave or columnas)

    def _nombres(self, sentencia):
        return [nombre.decode() for (nombre,) in self._conexion.execute(sentencia)]


class Foto(Lector):
    """The database as it was when the photo was taken."""

    def copiar(self, destino: BinaryIO, carpeta: Path) -> None:
        copia = carpeta / PARTE
        with closing(sqlite3.connect(copia, isolation_level=None)) as conexion:
            self._conexion.backup(conexion)
            # Otherwise whoever opens the copy would give it a `-wal` of its own.
            conexion.execute("PRAGMA journal_mode=DELETE")
            give_functions(conexion)
            exigir_sana(conexion, "La base está dañada: no se guardó un respaldo de ella, ni se quitó ninguno")
        with copia.open("rb") as paginas:
            shutil.copyfileobj(paginas, destino, PEDAZO)
        copia.unlink()


class Base:
    """The database of DATABASE_URL."""

    base, parte = BASE, PARTE
    para_borrar = "rm {}*"

    def __init__(self, conexion):
        self.ruta = Path(conexion.settings_dict["NAME"]).absolute()
        self.nombre = str(self.ruta)
        # A file takes the place of another only from the same disk.
        self.carpeta = self.ruta.parent
        conexion.close()

    @contextmanager
    def foto(self) -> Iterator[Foto]:
        if not self.ruta.exists():
            raise CommandError(f"No existe la base {self.ruta}: no hay nada que respaldar.")
        with closing(_abrir(self.ruta, "rw")) as conexion:
            conexion.execute("BEGIN")
            conexion.execute("SELECT 1 FROM sqlite_schema").fetchone()  # the transaction begins with its first reading
            yield Foto(conexion)

    @contextmanager
    def actual(self) -> Iterator[Lector | None]:
        """Give what reads the present database without changing it or its `-wal`; None when there is none."""
        if not self.ruta.exists():
            yield None
            return
        with closing(_abrir(self.ruta, "ro")) as conexion:
            yield Lector(conexion)

    def exigir_libre(self) -> None:
        reparar(self.ruta)
        exigir_libre(self.ruta)

    @contextmanager
    def banco(self, respaldo: Respaldo, carpeta: Path) -> Iterator["Banco"]:
        """Give the backup's database, restored in that folder."""
        ruta = carpeta / PARTE
        with respaldo.parte(PARTE) as paginas, ruta.open("xb") as archivo:
            shutil.copyfileobj(paginas, archivo, PEDAZO)
        with closing(_abrir(ruta, "rw")) as conexion:
            exigir_sana(conexion, "El respaldo no sirve: la base que contiene está dañada")
            yield Banco(self, ruta, conexion)


class Banco:
    """A restored database that nobody uses yet."""

    def __init__(self, base: Base, ruta: Path, conexion: sqlite3.Connection):
        self._base, self._ruta, self._conexion = base, ruta, conexion
        self.nombre = str(ruta)
        self.lector = Lector(conexion)

    def poner_en_servicio(self, sufijo: str, *, guardar_anterior: bool) -> str | None:
        """Put it in the place of the present one. Return the name that the previous one has now, if it was kept."""
        self._conexion.close()
        return intercambiar(self._ruta, self._base.ruta, sufijo, guardar_anterior=guardar_anterior)


def exigir_sana(conexion: sqlite3.Connection, frase: str) -> None:
    errores = [str(error) for (error,) in conexion.execute("PRAGMA integrity_check(3)")]
    if errores != ["ok"]:
        raise CommandError(f"{frase} ({'; '.join(errores)}).")


def _abrir(ruta: Path, modo: str) -> sqlite3.Connection:
    conexion = sqlite3.connect(f"{ruta.as_uri()}?mode={modo}", uri=True, isolation_level=None, timeout=ESPERA)
    give_functions(conexion)
    return conexion


def _citado(nombre: str) -> str:
    return '"' + nombre.replace('"', '""') + '"'
