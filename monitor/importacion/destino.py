"""The target of an import, a model: which columns a file may have, and how a line of it is written and undone.

Each model that people import has its own `Destino`, which calls the model's verbs.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db import models

from monitor.cambios.cadena import Encadenado
from monitor.db.writes import Author
from monitor.importacion.archivo import Errores
from monitor.importacion.tabla import Columnas, Hoja

CREADA, ACTUALIZADA, SIN_CAMBIOS = "creadas", "actualizadas", "sin cambios"

Avance = Callable[[int, int], None]  # told how many lines are done, and of how many
LOTE = 100  # lines that are written or undone together, after each of which it is told


def nadie_pregunta(hechas: int, total: int) -> None:
    """The Avance of whoever doesn't ask."""


class Hecho(NamedTuple):
    """The outcome of a line, as the counts call it (`que`), and its row as it is then. `estado` is the state that the
    row left, when the line moved it to another."""

    linea: int
    que: str
    fila: Encadenado | None
    estado: str | None = None


class Destino:
    """The base of them. A line that can't be written is noted in `errores`, and the others go on: whoever imports hears
    of all that is wrong at once, and nothing of it stays."""

    modelo: type[Encadenado]
    columnas: Columnas

    def escribir(self, hoja: Hoja, errores: Errores, *, por: Author) -> Iterator[Hecho]:
        """Write the lines, each by a verb, and yield what came of each. It runs in a transaction."""
        raise NotImplementedError

    def deshacer_nueva(self, fila: Encadenado, *, por: Author) -> None:
        """Take away a row that an import made."""
        raise NotImplementedError

    def deshacer_cambio(self, fila: Encadenado, valores: dict, estado: str | None, *, por: Author) -> None:
        """Give a row the values that it had, by attname, and the state that it left, if it left one."""
        raise NotImplementedError

    def bloquear(self, uids: list) -> models.QuerySet:
        """Return the rows of these identities, which nobody else writes until the transaction ends."""
        return self.modelo._base_manager.select_for_update().filter(uid__in=uids)
