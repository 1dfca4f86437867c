"""A table of rows of the admin that goes out of Monitor: its columns, and the values of each row in batches."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.text import capfirst

Valor = str | int | float | Decimal | date | datetime | time | None
LOTE = 1000  # rows in memory at once


class Columna(NamedTuple):
    encabezado: str
    valor: Callable[[models.Model], object]


class Tabla(NamedTuple):
    """A table to be written, whatever the format. `lotes` gives its rows, some at a time, and reads them as it gives
    them."""

    nombre: str
    encabezados: list[str]
    lotes: Iterable[list[list[Valor]]]


def columna_de(modelo: type[models.Model], nombre: str) -> Columna:
    """Return the column of a field: a choice by its label, what it refers to by its name."""
    campo = modelo._meta.get_field(nombre)
    if campo.choices:
        etiquetas = dict(campo.flatchoices)
        return Columna(capfirst(campo.verbose_name), lambda fila: etiquetas.get(getattr(fila, nombre)))
    return Columna(capfirst(campo.verbose_name), attrgetter(nombre))


def filas_de(columnas: list[Columna], lotes: Iterable[Iterable[models.Model]]) -> Iterator[list[list[Valor]]]:
    for lote in lotes:
        yield [[simple(columna.valor(fila)) for columna in columnas] for fila in lote]


def simple(valor: object) -> Valor:
    """Return a value as a cell takes it. A moment goes in local time, which is what people call it; one of the first or
    the last day there is, which has no local time everywhere, in UTC."""
    if valor is None or isinstance(valor, str):
        return valor
    if isinstance(valor, bool):
        return "Sí" if valor else "No"
    if isinstance(valor, datetime):
        try:
            return timezone.make_naive(valor)
        except OverflowError:
            return valor.replace(tzinfo=None)
    return valor if isinstance(valor, int | float | Decimal | date | time) else str(valor)
