"""The sheet of paper of one row: what its page holds, for people to read and sign."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.admin.utils import flatten
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst

from monitor.admin.values import show

LARGO = 60  # letters of a text that gets a line of its own


class Sheet(NamedTuple):
    """The contents of a sheet. Each section has a title and its fields: name, text, and whether it takes a whole
    line."""

    estado: str
    secciones: list[tuple]
    firmas: tuple[str, ...]


def sheet_of(fila: models.Model, secciones: Iterable, firmas: tuple[str, ...]) -> Sheet:
    """Return the sheet of a row as it was read. `secciones` are fieldsets, as a ModelAdmin has them."""
    estado = fila.get_estado_display() if hasattr(fila, "get_estado_display") else str(fila.estado)
    return Sheet(estado, [_seccion(fila, titulo, opciones["fields"]) for titulo, opciones in secciones], firmas)


def _seccion(fila, titulo, nombres) -> tuple:
    campos = [_campo(fila, nombre) for nombre in flatten(nombres)]
    return titulo, [(nombre, texto, len(texto) > LARGO or "\n" in texto) for nombre, texto in filter(None, campos)]


def _campo(fila, nombre) -> tuple[str, str] | None:
    """Return the name and the text of a field, or None when it has no value or isn't a field of the row."""
    try:
        campo = fila._meta.get_field(nombre)
    except FieldDoesNotExist:
        return None
    valor = getattr(fila, nombre)
    if valor in (None, "") or valor == str(fila):  # the sheet is titled by it
        return None
    return capfirst(campo.verbose_name), str(valor) if campo.is_relation else show(campo, valor)
