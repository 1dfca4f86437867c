"""A table as CSV, as Excel opens it."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from monitor.exportacion.tabla import Tabla, Valor

TIPO = "text/csv; charset=utf-8"
BOM = "\ufeff"  # without it Excel takes UTF-8 for the code page of the machine
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def escribir(tabla: Tabla) -> Iterator[bytes]:
    yield (BOM + _lineas([tabla.encabezados])).encode()
    for filas in tabla.lotes:
        yield _lineas(filas).encode()


def _lineas(filas) -> str:
    salida = io.StringIO()
    csv.writer(salida).writerows([_texto(valor) for valor in fila] for fila in filas)
    return salida.getvalue()


def _texto(valor: Valor) -> str:
    """Return the text of a value. A text that a spreadsheet would run as a formula gets an apostrophe before it, which
    says that it is text, and so does one that has some already: whoever reads the file takes one away. Numbers and
    dates can't be one."""
    if valor is None:
        return ""
    if isinstance(valor, str):
        return f"'{valor}" if valor.lstrip("'").startswith(FORMULA) else valor
    if isinstance(valor, datetime):
        return valor.isoformat(" ", "seconds")
    return str(valor)
