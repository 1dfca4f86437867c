"""A sheet to print and sign: what it says, whatever draws it. `como_hoja_xlsx` and `como_hoja_pdf` do."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from typing import NamedTuple

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst

from monitor.exportacion.como_xlsx import LETRAS, NO_CABE, SIGUE
from monitor.exportacion.tabla import simple

# The writers are loaded with the first sheet that somebody asks for: their libraries take 10 MB that a process which
# makes none does without.
ESCRITORES = {"xlsx": "monitor.exportacion.como_hoja_xlsx", "pdf": "monitor.exportacion.como_hoja_pdf"}
TIPOS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "pdf": "application/pdf"}

ANCHO = 12  # the columns of the grid on which everything is laid
LARGO = 60  # letters of a text that gets the whole width
MARCA = "X"

# A Decimal is an amount of money. What is true is marked; what nobody has said stays blank.
Valor = str | bool | int | Decimal | date | datetime | time | None


class Campo(NamedTuple):
    """A named value. One that is `largo` has the whole width, whatever it says."""

    nombre: str
    valor: Valor
    largo: bool = False

    @property
    def es_largo(self) -> bool:
        return self.largo or (isinstance(self.valor, str) and (len(self.valor) > LARGO or "\n" in self.valor))


class Campos(NamedTuple):
    """A block of named values."""

    titulo: str
    campos: Sequence[Campo]


class Columna(NamedTuple):
    """A column of a list, how many of the grid's it takes, and to which side its values lean."""

    nombre: str
    ancho: int
    lado: str = "left"


class Lista(NamedTuple):
    """A block with a table, whose heading is on each page that it takes. `total` is under its last column."""

    titulo: str
    columnas: Sequence[Columna]
    filas: Sequence[Sequence[Valor]]
    total: Campo | None = None


class Dibujo(NamedTuple):
    """A block with a PNG, or with room to draw by hand."""

    titulo: str
    png: bytes | None


Bloque = Campos | Lista | Dibujo


class Hoja(NamedTuple):
    """`de` says what the sheet is of."""

    titulo: str
    de: Campo
    bloques: Sequence[Bloque]

    @property
    def nombre(self) -> str:
        """Return what each of its pages says that it is."""
        return f"{self.titulo}: {self.de.nombre} {self.de.valor}"


def escribir(hoja: Hoja, tipo: str) -> bytes:
    """Return the sheet as a file of a type of TIPOS."""
    return import_module(ESCRITORES[tipo]).escribir(hoja)


def campo_de(fila, nombre: str) -> Campo:
    """Return a column of a row: a choice by its label, what it refers to by its name."""
    columna = fila._meta.get_field(nombre)
    valor = getattr(fila, nombre)
    if columna.choices:
        valor = getattr(fila, f"get_{nombre}_display")()
    elif columna.is_relation:
        valor = None if valor is None else str(valor)
    return Campo(capfirst(columna.verbose_name), limpio(valor), isinstance(columna, models.TextField))


def limpio(valor: Valor) -> Valor:
    """Return a value as a sheet takes it: a moment by the shop's clock, a text without what no file can hold."""
    if isinstance(valor, str):
        texto = NO_CABE.sub("\ufffd", valor.replace("\r\n", "\n").replace("\r", "\n"))
        return texto if len(texto) <= LETRAS else texto[: LETRAS - len(SIGUE)] + SIGUE
    return simple(valor) if isinstance(valor, datetime) else valor


def en_palabras(valor: Valor) -> str:
    """Return a value as people read it."""
    if valor is None or isinstance(valor, str):
        return valor or ""
    if isinstance(valor, bool):
        return MARCA if valor else "No"
    if isinstance(valor, Decimal):
        return f"{'-' if valor < 0 else ''}${abs(valor):,.2f}"
    if isinstance(valor, time):
        return f"{valor:%H:%M:%S}" if valor.second else f"{valor:%H:%M}"
    if isinstance(valor, date):
        return date_format(valor, "DATETIME_FORMAT" if isinstance(valor, datetime) else "DATE_FORMAT")
    return str(valor)


def renglones(campos: Sequence[Campo]) -> list[list[Campo]]:
    """Return the fields by lines: two in each, and a long one by itself."""
    lineas: list[list[Campo]] = []
    for campo in campos:
        cabe = lineas and len(lineas[-1]) == 1 and not (campo.es_largo or lineas[-1][0].es_largo)
        if cabe:
            lineas[-1].append(campo)
        else:
            lineas.append([campo])
    return lineas
