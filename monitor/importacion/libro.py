"""The rows of a book of Excel (.xlsx), as the text that a CSV file would have in their place.

The libraries that read books are no longer kept, or have all of a sheet in memory, whatever the book says that it has
(docs/adr/0020). A book is a zip of XML files (ECMA-376), and a few bytes of it may stand for a great deal: what it
unpacks to is counted, rows are read one after another, and a book whose XML declares entities is refused.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from posixpath import join, normpath
from typing import NamedTuple
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from monitor.errores import ErrorDeDominio
from monitor.exportacion.como_xlsx import EPOCA, LETRAS, SIGUE
from monitor.importacion.archivo import COMO_LIBRO, CORTADO, Archivo, archivo_invalido
from monitor.paquetes import abrir_parte

MEGAS_ABIERTO = 64
ABIERTO_MAXIMO = MEGAS_ABIERTO * 1_000_000  # bytes of what is read
TEXTOS_MAXIMOS = 1_000_000
ULTIMA_COLUMNA = 300  # what lies beyond isn't read; a sheet has 16,384 columns
ULTIMA_FILA = 1_048_576  # of a sheet
TROZO = 1 << 16

ENORME = f"abierto pesa más de {MEGAS_ABIERTO} MB: quítele lo que no sean filas, o divídalo en varios"
NO_ES_LIBRO = f"no se puede abrir como libro de Excel: {COMO_LIBRO}, sin contraseña"

DE_1904 = date(1904, 1, 1)  # day 0 of the books of some Macs
SIN_REDONDEAR = 10**15  # Excel keeps fifteen digits
INEXISTENTE = 60  # Excel counts a day that never was, the 29th of February of 1900
# The formats of numbers that show days and hours, of those that every book has.
DE_FECHA = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')  # what a format of numbers shows as it is
CODIGO = re.compile("_x([0-9A-Fa-f]{4})_")
CELDA = re.compile(r"([A-Z]{1,3})\d+", re.ASCII)

Abrir = Callable[[str, dict], None]


class Celda(NamedTuple):
    clase: str
    estilo: int
    texto: str


def registros(archivo: Archivo) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of the first sheet that has any, with its number. Raise DatosInvalidos when it isn't a book, or is
    too large when it is unpacked."""
    try:
        yield from _Libro(archivo).registros()
    except ErrorDeDominio:
        raise
    except Exception as error:  # zipfile and expat have no error of their own for each thing that a book may lack
        raise archivo_invalido(archivo.nombre, NO_ES_LIBRO) from error


class _Libro:
    def __init__(self, archivo: Archivo):
        self.archivo, self.abierto = archivo, 0
        self.paquete = ZipFile(BytesIO(archivo.contenido))
        self.epoca, self.hojas = EPOCA, []
        self._leer("xl/workbook.xml", self._del_libro)
        self.textos = _Textos(self).todos if "xl/sharedStrings.xml" in self.paquete.namelist() else []
        self.son_fechas = _Estilos(self).son_fechas if "xl/styles.xml" in self.paquete.namelist() else []

    def registros(self) -> Iterator[tuple[int, list[str]]]:
        rutas = self._rutas()
        for hoja in self.hojas:
            vacia = True
            for numero, celdas in _Hoja().filas(self.trozos(rutas[hoja])):
                textos = [self._texto(celda) if celda else "" for celda in celdas]
                if any(textos):
                    vacia = False
                    yield numero, textos
            if not vacia:
                return

    def _rutas(self) -> dict[str, str]:
        """Return the files of the sheets, by the name that the book calls them."""
        rutas = {}

        def abrir(nombre, atributos):
            if nombre == "Relationship":
                rutas[atributos["Id"]] = normpath(join("/xl", atributos["Target"])).lstrip("/")

        self._leer("xl/_rels/workbook.xml.rels", abrir)
        return rutas

    def trozos(self, ruta: str) -> Iterator[bytes]:
        """Yield a file of the book, piece by piece. What it says that it unpacks to is counted before it is opened, and
        nobody gets more of it than that (`abrir_parte`)."""
        self.abierto += self.paquete.getinfo(ruta).file_size
        if self.abierto > ABIERTO_MAXIMO:
            raise archivo_invalido(self.archivo.nombre, ENORME)
        with abrir_parte(self.paquete, ruta) as parte:
            while trozo := parte.read(TROZO):
                yield trozo

    def _leer(self, ruta, abrir: Abrir) -> None:
        deque(Lector(abrir).leer(self.trozos(ruta)), maxlen=0)

    def _del_libro(self, nombre, atributos):
        if nombre == "sheet" and atributos.get("state", "visible") == "visible":
            self.hojas.append(next(valor for clave, valor in atributos.items() if clave.endswith(":id")))
        elif nombre == "workbookPr" and atributos.get("date1904") in ("1", "true"):
            self.epoca = DE_1904

    def _texto(self, celda: Celda) -> str:
        """Return what a cell shows, as a CSV file would have it."""
        clase, estilo, texto = celda
        if clase == "s":
            texto = self.textos[int(texto)] if texto else ""
        elif clase == "b":
            return "sí" if texto == "1" else "no"
        elif clase == "n" and texto:
            return self._numero(float(texto), es_fecha=estilo < len(self.son_fechas) and self.son_fechas[estilo])
        texto = CODIGO.sub(_letra, texto)
        if len(texto) == LETRAS and texto.endswith(SIGUE):
            raise archivo_invalido(self.archivo.nombre, f"hay {CORTADO}")
        return texto.replace("\r\n", "\n").replace("\r", "\n").strip()

    def _numero(self, numero, *, es_fecha) -> str:
        if not es_fecha or numero < 0:
            return _llano(numero)
        try:
            segundos = round(numero * 86_400)  # a moment is a fraction of a day, some milliseconds off
            momento = datetime.combine(self.epoca, time()) + timedelta(seconds=segundos)
        except OverflowError:  # no calendar has that day, and Excel shows none either
            return _llano(numero)
        if self.epoca == EPOCA and numero < INEXISTENTE:
            momento += timedelta(days=1)
        if numero < 1:
            return momento.time().isoformat()
        return momento.date().isoformat() if momento.time() == time() else momento.isoformat(" ")


class Lector:
    """Reads XML piece by piece, and calls `abrir` with the name of each tag and its attributes, `cerrar` with that of
    each that ends, and `letras` with text. The names come without their prefixes."""

    def __init__(self, abrir: Abrir, cerrar=None, letras=None):
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda nombre, atributos: abrir(nombre.rpartition(":")[2], atributos)
        if cerrar:
            self._parser.EndElementHandler = lambda nombre: cerrar(nombre.rpartition(":")[2])
        self._parser.CharacterDataHandler = letras
        self._parser.StartDoctypeDeclHandler = _rechazar

    def leer(self, trozos: Iterator[bytes]) -> Iterator[None]:
        """Read what is given, and pause after each piece."""
        for trozo in trozos:
            self._parser.Parse(trozo)
            yield
        self._parser.Parse(b"", True)


def _llano(numero: float) -> str:
    """Return a number as Excel shows it. Of one that is too long for Excel to have all its digits, say so as Excel
    does, for `valores` to refuse it."""
    return f"{numero:.14E}" if abs(numero) >= SIN_REDONDEAR else format(Decimal(repr(numero)).normalize(), "f")


def _letra(codigo: re.Match) -> str:
    """Return the letter that a text writes by its number, or nothing when it is none."""
    numero = int(codigo[1], 16)
    return "" if numero == 0 or 0xD800 <= numero < 0xE000 else chr(numero)


def _rechazar(*declarado):
    """Refuse what may declare entities, which no program for sheets writes."""
    raise ValueError("the XML of a book has no declarations")


class _Textos:
    """The texts that the cells of a book share."""

    def __init__(self, libro: _Libro):
        self.todos: list[str] = []
        self._partes: list[str] = []
        self._dentro = self._aparte = False
        self._libro = libro
        lector = Lector(self._abrir, self._cerrar, self._letras)
        deque(lector.leer(libro.trozos("xl/sharedStrings.xml")), maxlen=0)

    def _abrir(self, nombre, atributos):
        if nombre == "rPh":  # how to read it aloud
            self._aparte = True
        self._dentro = nombre == "t" and not self._aparte

    def _cerrar(self, nombre):
        self._dentro = False
        if nombre == "rPh":
            self._aparte = False
        elif nombre == "si":
            self.todos.append("".join(self._partes))
            self._partes = []
            if len(self.todos) > TEXTOS_MAXIMOS:
                raise archivo_invalido(self._libro.archivo.nombre, ENORME)

    def _letras(self, texto):
        if self._dentro:
            self._partes.append(texto)


class _Estilos:
    """The styles of cells, by their place: which of them show a number as a day or an hour."""

    def __init__(self, libro: _Libro):
        self.son_fechas: list[bool] = []
        self._de_fecha = set(DE_FECHA)
        self._en_celdas = False
        libro._leer("xl/styles.xml", self._abrir)

    def _abrir(self, nombre, atributos):
        if nombre == "numFmt" and re.search("[dmyhs]", LITERAL.sub("", atributos["formatCode"]), re.IGNORECASE):
            self._de_fecha.add(int(atributos["numFmtId"]))
        elif nombre in ("cellStyleXfs", "cellXfs"):
            self._en_celdas = nombre == "cellXfs"
        elif nombre == "xf" and self._en_celdas:
            self.son_fechas.append(int(atributos.get("numFmtId", 0)) in self._de_fecha)


class _Hoja:
    """A sheet, whose rows are given as they are read."""

    def __init__(self):
        self._listas: list[tuple[int, list[Celda | None]]] = []
        self._numero, self._celdas, self._columna = 0, [], 0
        self._clase, self._estilo, self._partes = "n", 0, []
        self._dentro = self._aparte = False

    def filas(self, trozos: Iterator[bytes]) -> Iterator[tuple[int, list[Celda | None]]]:
        lector = Lector(self._abrir, self._cerrar, self._letras)
        for _ in lector.leer(trozos):
            yield from self._listas
            self._listas = []

    def _abrir(self, nombre, atributos):
        if nombre == "c":
            hallada = CELDA.fullmatch(atributos.get("r", ""))
            self._columna = _numero_de(hallada[1]) if hallada else self._columna + 1
            self._clase, self._estilo, self._partes = atributos.get("t", "n"), int(atributos.get("s", 0)), []
        elif nombre == "row":
            self._numero = _siguiente(self._numero, atributos.get("r"))
            self._celdas, self._columna = [], 0
        elif nombre == "rPh":
            self._aparte = True
        self._dentro = nombre in ("v", "t") and not self._aparte

    def _cerrar(self, nombre):
        self._dentro = False
        if nombre == "c" and self._partes and self._columna <= ULTIMA_COLUMNA:
            self._celdas += [None] * (self._columna - len(self._celdas))
            self._celdas[self._columna - 1] = Celda(self._clase, self._estilo, "".join(self._partes))
        elif nombre == "row" and self._celdas:
            self._listas.append((self._numero, self._celdas))
        elif nombre == "rPh":
            self._aparte = False

    def _letras(self, texto):
        if self._dentro:
            self._partes.append(texto)


def _siguiente(anterior: int, dicho: str | None) -> int:
    """Return the number of a row, which follows the one before it when it has none of its own. Raise ValueError when no
    sheet has it there: people would be told of lines that they can't find, or that are two."""
    numero = anterior + 1 if dicho is None else int(dicho)
    if not anterior < numero <= ULTIMA_FILA:
        raise ValueError("the rows of a sheet come in order, and none lies beyond its end")
    return numero


def _numero_de(letras: str) -> int:
    numero = 0
    for letra in letras:
        numero = numero * 26 + ord(letra) - ord("A") + 1
    return numero
