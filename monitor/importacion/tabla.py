"""The rows of a data file, which is a book of Excel, or text separated by `;`, tabs, commas or `|`. Its first line
names columns of a model."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import NamedTuple

from django.db import models

from monitor.exportacion.como_csv import FORMULA
from monitor.importacion import libro
from monitor.importacion.archivo import VACIO, Archivo, Errores, archivo_invalido, citar, texto_de
from monitor.textos import enumerar, fold

FILAS_MAXIMAS = 10_000
CITADAS = 5  # columns of which a refusal says the same; the rest are counted
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


class Columnas(NamedTuple):
    """The columns that a file of a model may have. `campos` has them by the name that sentences call them, and a file
    has at least one of those that `identifican` its rows. `ajenas` are known, and nothing is read of them: they are the
    server's, and the lists that go out as files have them."""

    campos: dict[str, models.Field]
    identifican: tuple[str, ...]
    ajenas: tuple[models.Field, ...] = ()


class Hoja(NamedTuple):
    """The contents of a file: its rows, and the titles of the columns of which nothing was read."""

    renglones: list[Renglon]
    ajenas: list[str]

    @property
    def columnas(self) -> Iterable[str]:
        return self.renglones[0].celdas


def leer(archivo: Archivo, columnas: Columnas, errores: Errores) -> Hoja:
    """Return the rows that aren't empty, and note in `errores` what can't be read of them.

    Raise DatosInvalidos when the file isn't a table, when its columns aren't the model's, and when it has no rows or
    too many.
    """
    archivo.exigir_que_quepa()
    registros = libro.registros(archivo) if archivo.es_libro else _registros(texto_de(archivo), errores)
    registros = ((numero, celdas) for numero, celdas in registros if any(celdas))
    _, titulos = next(registros, (0, None))
    if titulos is None:
        errores.lanzar()  # the header itself couldn't be read
        raise archivo_invalido(archivo.nombre, VACIO)
    lugares, ajenas = _columnas(archivo, titulos, columnas)
    renglones = [_renglon(numero, celdas, lugares, errores) for numero, celdas in islice(registros, FILAS_MAXIMAS + 1)]
    if not renglones:
        errores.lanzar()
        raise archivo_invalido(archivo.nombre, SIN_FILAS)
    if len(renglones) > FILAS_MAXIMAS:
        raise archivo_invalido(archivo.nombre, DEMASIADAS)
    return Hoja([_sin(renglon, ajenas) for renglon in renglones] if ajenas else renglones, list(ajenas.values()))


def _sin(renglon, ajenas) -> Renglon:
    return Renglon(renglon.numero, {n: celda for n, celda in renglon.celdas.items() if n not in ajenas})


def _registros(texto, errores) -> Iterator[tuple[int, list[str]]]:
    """Give each row, with the number of its first line. Stop at what csv can't read, such as quotes
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
    return recortada(_sin_apostrofe(celda))


def recortada(texto):
    """Return a text as a list that goes out has it once it is back: without blanks around it, and with the ends of line
    and the blanks that files have."""
    return DURO.sub(" ", texto).replace("\r\n", "\n").replace("\r", "\n").strip()


def _sin_apostrofe(celda):
    """Undo what the lists that go out do, so that no text is run as a formula (`como_csv`)."""
    return celda[1:] if celda.startswith("'") and celda.lstrip("'").startswith(FORMULA) else celda


def _columnas(archivo, titulos, columnas) -> tuple[dict[int, str], dict[str, str]]:
    """Return the field that each title means, by the title's place, and the titles of those that aren't read, by field;
    a column may have no title. Raise DatosInvalidos when a column is unknown, repeated or missing."""
    conocidas = _por_titulo(columnas.campos.items())
    del_servidor = _por_titulo((f" {campo.name}", campo) for campo in columnas.ajenas)
    lugares = {
        n: conocidas.get(llano(titulo)) or del_servidor.get(llano(titulo), titulo)
        for n, titulo in enumerate(titulos)
        if titulo
    }
    cuantas = Counter(lugares.values())
    peros = {
        "no se conoce": [c for c in cuantas if c not in conocidas.values() and c not in del_servidor.values()],
        "se repite": [columna.strip() for columna, veces in cuantas.items() if veces > 1],
        "falta": [] if cuantas.keys() & columnas.identifican else [columnas.identifican[0]],
    }
    if any(peros.values()):
        detalle = "; ".join(
            f"{pero} {enumerar([citar(columna) for columna in cuales], CITADAS)}"
            for pero, cuales in peros.items()
            if cuales
        )
        frase = f"su primera línea debe nombrar columnas de {', '.join(columnas.campos)}, cada una una vez"
        raise archivo_invalido(archivo.nombre, f"{frase}: {detalle}")
    return lugares, {c: titulos[n] for n, c in lugares.items() if c in del_servidor.values()}


def _por_titulo(campos: Iterable[tuple[str, models.Field]]) -> dict[str, str]:
    """Return the names of fields by the titles that people may give them, as `llano` leaves them: their names in the
    admin and, before those of others, in the API and in the database."""
    campos = list(campos)
    en_paginas = {llano(str(campo.verbose_name)): nombre for nombre, campo in campos}
    return en_paginas | {llano(t): nombre for nombre, c in campos for t in (c.attname, c.column, c.name)}


def llano(titulo):
    """Return only the letters and digits of a title, without capitals or accents: «Departamento Padre» becomes
    «departamentopadre»."""
    return "".join(letra for letra in fold(titulo) if letra.isalnum())


def _renglon(numero, celdas, columnas, errores) -> Renglon:
    """Return the row, with its cells by column, and note an error on text under no title. Excel leaves out the empty
    cells at the end of a row, and adds some under no title."""
    sobran = ((lugar, celda) for lugar, celda in enumerate(celdas) if celda and lugar not in columnas)
    for lugar, celda in islice(sobran, 1):
        errores.anotar(numero, f"su celda {lugar + 1}, {citar(celda)}, no está bajo el nombre de ninguna columna")
    return Renglon(numero, {nombre: celdas[n] if n < len(celdas) else "" for n, nombre in columnas.items()})
