"""The rows of a data file, which is text separated by `;`, tabs, commas or `|`. Its first line names a catalogue's
columns."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import NamedTuple

from django.db import models

from catalogos.base import Catalogo
from catalogos.importacion.archivo import VACIO, Archivo, Errores, archivo_invalido, citar, texto_de
from monitor.textos import fold

FILAS_MAXIMAS = 5_000
SEPARADORES = ";\t,|"
# This line tells Excel the separator. The pattern admits what Excel adds to the line when it saves the file again.
SEP = re.compile(r'"?sep=([^\w\s"]|\t)"?[;\t,|]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
TITULOS = re.compile(r'(?:[^"\r\n]++|"[^"]*+")*+')  # up to the first end of line outside quotes
DURO = re.compile("[\u00a0\u2007\u202f]")  # non-breaking blanks
SIN_CERRAR = (
    "abre unas comillas que no se cierran, y desde ahí no se puede leer: ciérrelas; las que sean parte de un texto "
    'van dobles ("")'
)
SIN_FILAS = "sólo trae los nombres de las columnas: escriba debajo las filas"
DEMASIADAS = f"tiene más de {FILAS_MAXIMAS:,} filas: divídalo en varios y cárguelos uno por uno"
LARGA = f"una celda pasa de {csv.field_size_limit():,} letras, y desde ahí no se puede leer: acórtela"


class Renglon(NamedTuple):
    numero: int  # the number of its first line in the file
    celdas: dict[str, str]


def leer(archivo: Archivo, modelo: type[Catalogo], errores: Errores) -> list[Renglon]:
    """Return the rows that aren't empty, and note in `errores` what can't be read of them.

    Raise DatosInvalidos when the file isn't text, when its columns aren't the catalogue's, and when it has no rows or
    too many.
    """
    registros = _registros(texto_de(archivo), errores)
    _, titulos = next(registros, (0, None))
    if titulos is None:
        errores.lanzar()  # the header itself couldn't be read
        raise archivo_invalido(archivo.nombre, VACIO)
    columnas = _columnas(archivo, titulos, modelo)
    renglones = [_renglon(numero, celdas, columnas, errores) for numero, celdas in islice(registros, FILAS_MAXIMAS + 1)]
    if not renglones:
        errores.lanzar()
        raise archivo_invalido(archivo.nombre, SIN_FILAS)
    if len(renglones) > FILAS_MAXIMAS:
        raise archivo_invalido(archivo.nombre, DEMASIADAS)
    return renglones


def _registros(texto, errores) -> Iterator[tuple[int, list[str]]]:
    """Give each row that isn't empty, with the number of its first line. Stop at what csv can't read, such as quotes
    that aren't closed, and note it in `errores`."""
    sep = SEP.match(texto)
    cuerpo, antes = (texto[sep.end() :], 1) if sep else (texto, 0)
    separador = sep[1] if sep else _separador(cuerpo)
    lector = csv.reader(io.StringIO(cuerpo, newline=""), delimiter=separador, strict=True)
    while True:
        primera = lector.line_num
        try:
            celdas = [_limpia(celda) for celda in next(lector)]
        except StopIteration:
            return
        except csv.Error:
            registro = "".join(islice(io.StringIO(cuerpo, newline=""), primera, lector.line_num))
            lineas, frase = _falla(registro, separador)
            errores.anotar(antes + primera + 1 + lineas, frase)
            return
        if any(celdas):
            yield antes + primera + 1, celdas


def _separador(texto):
    """Return the separator that the titles have most, outside quotes. For a single column it is `;`, which Excel writes
    in Spanish."""
    lineas = io.StringIO(texto, newline="")
    vacias = takewhile(lambda linea: not linea.strip(f'{SEPARADORES}" \r\n\u00a0'), lineas)
    titulos = TITULOS.match(texto, sum(map(len, vacias)))[0]
    return max(SEPARADORES, key=re.sub('"[^"]*"', "", titulos).count)


def _falla(registro, separador) -> tuple[int, str]:
    """Return how many lines of a row come before what csv couldn't read in it, and the sentence that says what it
    is."""
    separador = re.escape(separador)
    celda = re.compile(rf'(?:"(?:[^"]++|"")*+"|(?!")[^{separador}\r\n]*)(?:{separador}|\r\n|\r|\n|\Z)')
    posicion = 0
    while posicion < len(registro) and (bien := celda.match(registro, posicion)):
        posicion = bien.end()
    if posicion == len(registro):
        return 0, LARGA
    return len(re.findall("\r\n|\r|\n", registro[:posicion])), SIN_CERRAR


def _limpia(celda):
    return DURO.sub(" ", celda).replace("\r\n", "\n").replace("\r", "\n").strip()


def _columnas(archivo, titulos, modelo) -> dict[int, str]:
    """Return the field that each title means, by the title's place; a column may have no title. Raise DatosInvalidos
    when a column is unknown, repeated or missing."""
    conocidas = _por_titulo(modelo)
    columnas = {lugar: conocidas.get(llano(titulo), titulo) for lugar, titulo in enumerate(titulos) if titulo}
    cuantas = Counter(columnas.values())
    identifican = (modelo.clave, "nombre") if modelo._meta.get_field(modelo.clave).null else (modelo.clave,)
    peros = {
        "no se conoce": [columna for columna in cuantas if columna not in conocidas.values()],
        "se repite": [columna for columna, veces in cuantas.items() if veces > 1],
        "falta": [] if cuantas.keys() & identifican else [modelo.clave],
    }
    if any(peros.values()):
        detalle = "; ".join(f"{pero} {_citar_algunas(cuales)}" for pero, cuales in peros.items() if cuales)
        frase = f"su primera línea debe nombrar columnas de {', '.join(columnas_de(modelo))}, cada una una vez"
        raise archivo_invalido(archivo.nombre, f"{frase}: {detalle}")
    return columnas


def _citar_algunas(columnas, cuantas=5):
    citadas = ", ".join(citar(columna) for columna in columnas[:cuantas])
    return citadas + (f" y {len(columnas) - cuantas} más" if len(columnas) > cuantas else "")


def _por_titulo(modelo) -> dict[str, str]:
    """Return the fields' names by the titles that people may give them, which are their names in the file and in the
    admin, as `llano` leaves them."""
    campos = columnas_de(modelo).values()
    return {llano(str(c.verbose_name)): c.name for c in campos} | {llano(c.name): c.name for c in campos}


def llano(titulo):
    """Return only the letters and digits of a title, without capitals or accents: «Departamento Padre» becomes
    «departamentopadre»."""
    return "".join(letra for letra in fold(titulo) if letra.isalnum())


def columnas_de(modelo: type[Catalogo]) -> dict[str, models.Field]:
    return {c.name: c for c in modelo._meta.concrete_fields if c.primary_key or (c.editable and not c.auto_created)}


def _renglon(numero, celdas, columnas, errores) -> Renglon:
    """Return the row, with its cells by column, and note an error on text under no title. Excel leaves out the empty
    cells at the end of a row, and adds some under no title."""
    sobran = ((lugar, celda) for lugar, celda in enumerate(celdas) if celda and lugar not in columnas)
    for lugar, celda in islice(sobran, 1):
        errores.anotar(numero, f"su celda {lugar + 1}, {citar(celda)}, no está bajo el nombre de ninguna columna")
    return Renglon(numero, {nombre: celdas[n] if n < len(celdas) else "" for n, nombre in columnas.items()})
