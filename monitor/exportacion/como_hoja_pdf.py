"""A sheet as PDF, on letter paper, with each page numbered.

Its one font has the letters of every language that is written with Latin, Greek or Cyrillic ones. What it lacks, a
Chinese name or an emoji, comes out as a sign in its place, and the sheet says so (docs/adr/0022).

Texts go to ReportLab's tables already cut in lines. Its paragraphs read marks in a text, and take minutes for some that
anybody may write.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Image, LongTable, SimpleDocTemplate, Spacer, Table

from monitor.exportacion.hoja import ANCHO, Bloque, Campo, Campos, Dibujo, Hoja, Lista, Valor, en_palabras, renglones

LETRA, SUSTITUTO = "NotoSans", "\ufffd"
FALTAN = f"{SUSTITUTO} está donde va una letra que esta hoja no puede imprimir. El formato en Excel sí la tiene."
PALABRA = re.compile(r"\s*\S+")
BLANCOS = re.compile(r"\n{3,}")  # paper for nothing

MARGEN = 1.5 * cm
RELLENO = 6  # that ReportLab leaves around a page
ORILLA = 3  # inside a cell, at each side
UTIL = LETTER[0] - 2 * MARGEN
COLUMNA = UTIL / ANCHO
NOMBRE = 2.4 * COLUMNA  # of the width, for the name of a field
RESTO = UTIL / 2 - NOMBRE
MINIMO = 2 * cm  # what must fit under the title of a block that begins at the end of a page
FIRMA = 10 * cm, 2.8 * cm  # in which a drawing fits
LINEAS = 20  # in a row: a table breaks only between rows
FILAS = 10  # in a table of fields

GRIS, BANDA, TENUE = HexColor("#B8BEC6"), HexColor("#DCE6EE"), HexColor("#55606B")
CUERPO, CHICO, SECCION, TITULO, DE = 9, 8, 10.5, 17, 12  # sizes of letters, in points
TABLA = [
    ("FONT", (0, 0), (-1, -1), LETRA, CUERPO, 11.5),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LEFTPADDING", (0, 0), (-1, -1), ORILLA),
    ("RIGHTPADDING", (0, 0), (-1, -1), ORILLA),
]
EN_CABEZA = [
    *TABLA,
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("FONT", (0, 0), (-1, 0), LETRA, TITULO, 20),
    ("FONT", (0, 1), (-1, 1), LETRA, DE, 15),
    ("TEXTCOLOR", (0, 1), (-1, 1), TENUE),
    ("FONTSIZE", (0, 2), (-1, -1), CHICO),
    ("TEXTCOLOR", (0, 2), (-1, -1), HexColor("#9A3412")),
]
EN_BANDA = [*TABLA, ("FONTSIZE", (0, 0), (-1, -1), SECCION), ("BACKGROUND", (0, 0), (-1, -1), BANDA)]
EN_RENGLONES = [
    *TABLA,
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, GRIS),
    *(("FONTSIZE", (columna, 0), (columna, -1), CHICO) for columna in (0, 2)),
    *(("TEXTCOLOR", (columna, 0), (columna, -1), TENUE) for columna in (0, 2)),
]
EN_CUADROS = [
    *TABLA,
    ("SPAN", (0, 0), (-1, 0)),
    ("FONTSIZE", (0, 0), (-1, 0), SECCION),
    ("BACKGROUND", (0, 0), (-1, 0), BANDA),
    ("GRID", (0, 1), (-1, -1), 0.4, GRIS),
    ("BACKGROUND", (0, 1), (-1, 1), HexColor("#F1F4F7")),
]
DEL_TOTAL = [
    ("SPAN", (0, -1), (-2, -1)),
    ("ALIGN", (0, -1), (-1, -1), "RIGHT"),
    ("BACKGROUND", (0, -1), (-1, -1), BANDA),
]


def escribir(hoja: Hoja) -> bytes:
    salida = BytesIO()
    documento = SimpleDocTemplate(
        salida,
        pagesize=LETTER,
        leftMargin=MARGEN - RELLENO,
        rightMargin=MARGEN - RELLENO,
        topMargin=MARGEN,
        bottomMargin=1.8 * cm,
        title=hoja.nombre,
        author="Monitor",
        lang="es-MX",
        invariant=1,  # the same sheet has the same bytes
    )
    pluma = _Pluma()
    piezas = pluma.dibujar(hoja)
    pie = next(pluma.en_lineas(hoja.nombre, UTIL - 3 * cm, CHICO))
    documento.build(piezas, canvasmaker=_numerado(pie))
    return salida.getvalue()


@cache
def _anchos() -> dict[int, float]:
    """Load the font, and return the width of each letter that it has, in thousandths of its size."""
    fuente = TTFont(LETRA, str(files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"))
    registerFont(fuente)
    return fuente.face.charWidths


class _Legible(dict):
    """A table for str.translate: what the font lacks becomes a sign, and what nobody sees, nothing."""

    def __init__(self, letras: Iterable[int]):
        super().__init__({ord("\n"): "\n"})
        self._letras, self.falto = letras, False

    def __missing__(self, codigo: int) -> str | None:
        letra = chr(codigo)
        if letra.isspace():
            self[codigo] = " "
        elif unicodedata.category(letra) == "Cf" or unicodedata.name(letra, "").startswith("VARIATION SELECTOR"):
            self[codigo] = None
        elif codigo in self._letras:
            self[codigo] = letra
        else:
            self[codigo], self.falto = SUSTITUTO, True
        return self[codigo]


class _Pluma:
    """Makes the pieces that a document is built of."""

    def __init__(self):
        self._anchos = _anchos()
        self._legible = _Legible(self._anchos)

    def dibujar(self, hoja: Hoja) -> list[Flowable]:
        de = f"{hoja.de.nombre} {hoja.de.valor}"
        cabeza = [[hoja.titulo], [self._texto(de, UTIL, DE)]]
        cuerpo = [pieza for bloque in hoja.bloques for pieza in self._bloque(bloque)]
        if self._legible.falto:
            cabeza.append([FALTAN])
        return [Table(cabeza, [UTIL], style=EN_CABEZA), *cuerpo]

    def _bloque(self, bloque: Bloque) -> list[Flowable]:
        if isinstance(bloque, Lista):
            return [Spacer(1, 8), CondPageBreak(MINIMO), self._lista(bloque)]
        if isinstance(bloque, Campos):
            cuerpo, alto = self._campos(bloque), MINIMO
        else:
            cuerpo, alto = _dibujo(bloque), FIRMA[1] + cm
        titulo = [Table([[bloque.titulo]], [UTIL], style=EN_BANDA)] if bloque.titulo else []
        return [Spacer(1, 8), CondPageBreak(alto), *titulo, *cuerpo]

    def _campos(self, bloque: Campos) -> list[Table]:
        """Return tables of a few rows: ReportLab copies what is left of a table at each page."""
        lineas = [linea for campos in renglones(bloque.campos) for linea in self._lineas(campos)]
        return [self._tabla(lineas[n : n + FILAS]) for n in range(0, len(lineas), FILAS)]

    def _lineas(self, campos: list[Campo]) -> list[list[str]]:
        """Return the rows of one or two fields, each with as many cells as it takes."""
        if not campos[0].es_largo:
            celdas = [celda for campo in campos for celda in self._pareja(campo, RESTO)]
            return [[*celdas, *[""] * (4 - len(celdas))]]
        nombre, texto = self._pareja(campos[0], UTIL - NOMBRE)
        lineas = texto.split("\n")
        piezas = ["\n".join(lineas[n : n + LINEAS]) for n in range(0, len(lineas), LINEAS)]
        return [["" if n else nombre, pieza] for n, pieza in enumerate(piezas)]

    def _tabla(self, lineas: list[list[str]]) -> Table:
        a_lo_ancho = [("SPAN", (1, n), (-1, n)) for n, linea in enumerate(lineas) if len(linea) == 2]
        filas = [[*linea, *[""] * (4 - len(linea))] for linea in lineas]
        return Table(filas, [NOMBRE, RESTO] * 2, style=[*EN_RENGLONES, *a_lo_ancho])

    def _pareja(self, campo: Campo, ancho: float) -> list[str]:
        return [self._texto(campo.nombre, NOMBRE, CHICO), self._texto(campo.valor, ancho)]

    def _lista(self, lista: Lista) -> LongTable:
        columnas, estilo = lista.columnas, [*EN_CUADROS]
        filas = [[lista.titulo], self._fila(lista, [columna.nombre for columna in columnas])]
        filas += [self._fila(lista, fila) for fila in lista.filas]
        estilo += [("ALIGN", (n, 1), (n, -1), columna.lado.upper()) for n, columna in enumerate(columnas)]
        if lista.total:
            filas.append([lista.total.nombre, *[""] * (len(columnas) - 2), en_palabras(lista.total.valor)])
            estilo += DEL_TOTAL
        return LongTable(filas, [columna.ancho * COLUMNA for columna in columnas], style=estilo, repeatRows=2)

    def _fila(self, lista: Lista, valores: Sequence[Valor]) -> list[str]:
        """Return the cells of a list, each a single line that wraps: a row must fit in a page."""
        dichos = [en_palabras(valor).replace("\n", " ") for valor in valores]
        return [self._texto(dicho, c.ancho * COLUMNA) for c, dicho in zip(lista.columnas, dichos, strict=True)]

    # --- Texts ---

    def _texto(self, valor: Valor, ancho: float, cuerpo: float = CUERPO) -> str:
        return "\n".join(self.en_lineas(en_palabras(valor), ancho - 2 * ORILLA, cuerpo))

    def en_lineas(self, texto: str, ancho: float, cuerpo: float) -> Iterator[str]:
        """Yield the lines in which a text fits, broken at blanks; a word that is wider than a line is broken too."""
        tope = ancho / cuerpo * 1000
        for linea in BLANCOS.sub("\n\n", texto.translate(self._legible)).split("\n"):
            hecha, libre = "", tope
            for palabra in PALABRA.findall(linea):
                cabe = self._cuanto_cabe(palabra, libre)
                if cabe < len(palabra):
                    if hecha:
                        yield hecha
                    hecha, libre, palabra = "", tope, palabra.lstrip()
                    while (cabe := self._cuanto_cabe(palabra, tope)) < len(palabra):
                        yield palabra[: max(cabe, 1)]
                        palabra = palabra[max(cabe, 1) :]
                hecha, libre = hecha + palabra, libre - self._ancho(palabra)
            yield hecha

    def _cuanto_cabe(self, palabra: str, libre: float) -> int:
        """Return how many letters of a word fit in what is left of a line."""
        for n, letra in enumerate(palabra):
            libre -= self._anchos[ord(letra)]
            if libre < 0:
                return n
        return len(palabra)

    def _ancho(self, palabra: str) -> float:
        return sum(self._anchos[ord(letra)] for letra in palabra)


def _dibujo(dibujo: Dibujo) -> list[Flowable]:
    if dibujo.png is None:
        return [Spacer(1, FIRMA[1])]
    return [Spacer(1, 6), Image(BytesIO(dibujo.png), *FIRMA, kind="proportional", hAlign="LEFT")]


def _numerado(pie: str) -> type[Canvas]:
    """Return the class of a canvas that puts at the foot of each page what the sheet is, and which page of how many."""

    class Numerado(Canvas):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self._paginas: list[dict] = []

        def showPage(self):  # noqa: N802  ReportLab's
            self._paginas.append(dict(self.__dict__))
            self._startPage()

        def save(self):
            for numero, pagina in enumerate(self._paginas, start=1):
                self.__dict__.update(pagina)
                self.setFont(LETRA, CHICO)
                self.setFillColor(TENUE)
                self.drawString(MARGEN, MARGEN - 10, pie)
                self.drawRightString(LETTER[0] - MARGEN, MARGEN - 10, f"Página {numero} de {len(self._paginas)}")
                super().showPage()
            super().save()

    return Numerado
