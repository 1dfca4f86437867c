"""Reading a data file: CSV in UTF-8, whose first line names the columns of a catalogue."""

import csv
from pathlib import Path
from typing import NamedTuple

from django.db import models

from catalogos.base import Catalogo
from monitor.errores import DatosInvalidos


class Renglon(NamedTuple):
    numero: int  # of its line in the file, the header being 1
    celdas: dict[str, str]


def leer(archivo: Path, modelo: type[Catalogo]) -> list[Renglon]:
    """Raises DatosInvalidos when it can't be read or its columns aren't the catalogue's."""
    try:
        with archivo.open(encoding="utf-8-sig", newline="") as texto:
            lector = csv.DictReader(texto, strict=True)
            _exigir_columnas(archivo, lector.fieldnames or [], modelo)
            return [Renglon(lector.line_num, celdas) for celdas in lector]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatosInvalidos(f"{archivo.name}: no se pudo leer como CSV en UTF-8: {error}") from error


def _exigir_columnas(archivo, columnas, modelo):
    conocidas = columnas_de(modelo)
    sobran = [columna for columna in columnas if columna not in conocidas]
    if sobran or modelo.clave not in columnas or len(set(columnas)) < len(columnas):
        raise DatosInvalidos(
            f"{archivo.name}: su primera línea debe nombrar columnas de {', '.join(conocidas)}, cada una una vez, "
            f"entre ellas {modelo.clave}" + (f"; sobran: {', '.join(sobran)}" if sobran else "")
        )


def columnas_de(modelo: type[Catalogo]) -> dict[str, models.Field]:
    return {c.name: c for c in modelo._meta.concrete_fields if c.primary_key or (c.editable and not c.auto_created)}
