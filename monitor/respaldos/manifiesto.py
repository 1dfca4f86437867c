"""The description that a backup carries of itself: of what kind of database it is, from when, up to which migrations,
and how many rows each table has, with their digest."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError
from django.db.migrations.loader import MigrationLoader

from monitor.textos import enumerar

FORMATO = 1
BASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOMBRADAS = 3


class Tabla(NamedTuple):
    """The rows of a table: how many, and the SHA-256 of all of them in the order of the primary key."""

    filas: int
    sha256: str


@dataclass(frozen=True)
class Manifiesto:
    """`version` is that of the database; `objetos` names its indexes, constraints, triggers and functions."""

    creado: str
    base: str
    version: str
    migraciones: list[list[str]]
    tablas: dict[str, Tabla]
    objetos: list[str]
    formato: int = FORMATO

    @classmethod
    def leer(cls, datos: dict, ruta: Path) -> "Manifiesto":
        """Return what was read from the file. Raise CommandError when this code doesn't understand it."""
        try:
            if datos["formato"] > FORMATO:
                raise CommandError(
                    f"{ruta} lo escribió una versión posterior de Monitor: actualice Monitor antes de usarlo."
                )
            BASES[datos["base"]]
            tablas = {nombre: Tabla(*tabla) for nombre, tabla in datos["tablas"].items()}
            return cls(**datos | {"tablas": tablas})
        except (AttributeError, KeyError, TypeError):
            raise CommandError(f"{ruta} no es un respaldo de Monitor. No se tocó nada: use otro archivo.") from None

    def como_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    def filas(self) -> int:
        return sum(tabla.filas for tabla in self.tablas.values())

    def exigir_base(self, base: str) -> None:
        if self.base != base:
            raise CommandError(
                f"El respaldo es de {BASES[self.base]}, y DATABASE_URL es de {BASES[base]}: un respaldo se restaura en"
                f" una base de su clase. Ponga en DATABASE_URL una de {BASES[self.base]} y repita. No se tocó nada."
            )

    def exigir_migraciones_conocidas(self) -> None:
        """Raise CommandError when the backup is of a database that this code is too old for. A migration that came
        before the last one that the code has is one that was removed since."""
        ultimas = dict(sorted(MigrationLoader(None, ignore_no_migrations=True).disk_migrations))
        ajenas = [f"{app}.{nombre}" for app, nombre in self.migraciones if nombre > ultimas.get(app, "")]
        if ajenas:
            raise CommandError(
                f"El respaldo es de una versión posterior de Monitor, con migraciones que ésta no tiene"
                f" ({enumerar(ajenas, NOMBRADAS)}): actualice Monitor y repita. No se tocó nada."
            )

    def pendientes(self) -> bool:
        """Return whether this code has migrations that the backup's database lacks."""
        hechas = {tuple(m) for m in self.migraciones}
        cargador = MigrationLoader(None, ignore_no_migrations=True)
        return any(hoja not in hechas for hoja in cargador.graph.leaf_nodes())
