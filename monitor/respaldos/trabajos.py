"""The jobs that the commands share: make a backup, and compare what was restored with what was backed up."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

from monitor.respaldos import contenedor, postgresql, sqlite
from monitor.respaldos.carpeta import NOMBRE, mesa
from monitor.respaldos.manifiesto import Manifiesto

MOTORES = {motor.BASE: motor for motor in (sqlite, postgresql)}
DICHAS = 10  # differences that are named
DE_SQLITE = "sqlite_"


def base_de_aqui() -> sqlite.Base | postgresql.Base:
    """Return the database of DATABASE_URL, with no connection of Django's to it."""
    return MOTORES[connection.vendor].Base(connection)


def ahora() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def respaldar(base, mesa: Path) -> Path:
    """Write a backup of the database in a folder for what isn't finished, under the name that its moment gives it.

    Every write that was acknowledged before this was called is in it: the rows are counted and copied in one snapshot.
    """
    with base.foto() as foto:
        momento = ahora()
        manifiesto = Manifiesto(
            creado=momento.isoformat().replace("+00:00", "Z"),
            base=base.base,
            version=foto.version(),
            migraciones=foto.migraciones(),
            tablas={tabla: foto.leer(tabla) for tabla in foto.tablas()},
            objetos=foto.objetos(),
        )
        if not manifiesto.migraciones:
            raise CommandError(f"La base {base.nombre} no es de Monitor, o falta migrarla: no hay nada que respaldar.")
        archivo = mesa / momento.strftime(NOMBRE)
        contenedor.escribir(archivo, manifiesto, base.parte, lambda destino: foto.copiar(destino, mesa))
    return archivo


@contextmanager
def restaurado(base, respaldo: contenedor.Respaldo, avisar: Callable[[str], object]) -> Iterator:
    """Give the backup's database, restored where it can take the place of the present one."""
    lugar = mesa(base.carpeta, avisar) if base.carpeta else nullcontext()
    with lugar as carpeta, base.banco(respaldo, carpeta) as banco:
        yield banco


def lo_que_se_perderia(base, manifiesto: Manifiesto) -> list[str]:
    """Return what the present database has, beside what the backup has, a line for each table with rows; nothing when
    it has no tables."""
    try:
        with base.actual() as lector:
            hay = {tabla: lector.contar(tabla) for tabla in lector.tablas()} if lector else {}
    except sqlite3.Error as error:
        return [f"un archivo que no se puede leer ({error})"]
    lineas = []
    todas = sorted(hay.keys() | manifiesto.tablas.keys()) if hay else []
    for tabla in (tabla for tabla in todas if not tabla.startswith(DE_SQLITE)):
        antes = manifiesto.tablas[tabla].filas if tabla in manifiesto.tablas else 0
        if hay.get(tabla, 0) or antes:
            lineas.append(f"{tabla}: {hay.get(tabla, 0):,} filas, y en el respaldo {antes:,}")
    return lineas or [f"{tabla}: 0 filas" for tabla in hay]


def exigir_igual(manifiesto: Manifiesto, lector) -> None:
    """Raise CommandError unless the database has the backup's tables, rows, indexes, constraints, triggers and
    functions."""
    if distintas := diferencias(manifiesto, lector):
        otras = f"\n  y {len(distintas) - DICHAS} más" if len(distintas) > DICHAS else ""
        raise CommandError(
            "Lo restaurado no es lo que se respaldó, y la base en servicio no se tocó:\n  "
            + "\n  ".join(distintas[:DICHAS])
            + otras
        )


def diferencias(manifiesto: Manifiesto, lector) -> list[str]:
    hay = lector.tablas()
    frases = [f"falta la tabla {tabla}" for tabla in manifiesto.tablas if tabla not in hay]
    frases += [f"sobra la tabla {tabla}" for tabla in hay if tabla not in manifiesto.tablas]
    # A later PostgreSQL may name more of them.
    frases += [f"falta {objeto}" for objeto in sorted(set(manifiesto.objetos) - set(lector.objetos()))]
    for tabla in (tabla for tabla in hay if tabla in manifiesto.tablas):
        antes, ahora = manifiesto.tablas[tabla], lector.leer(tabla)
        if antes.filas != ahora.filas:
            frases.append(f"{tabla}: eran {antes.filas:,} filas, y son {ahora.filas:,}")
        elif antes != ahora:
            frases.append(f"{tabla}: tiene las {antes.filas:,} filas, pero no todas son iguales")
    return frases
