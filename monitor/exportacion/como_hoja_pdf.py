"""A sheet as PDF, on letter paper, with each page numbered.

Its one font has the letters of every language that is written with Latin, Greek or Cyrillic ones. What it lacks, a
Chinese name or an emoji, comes out as a sign in its place, and the sheet says so (docs/adr/0022)."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from io import BytesIO
from itertools import groupby

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    Image,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from monitor.exportacion.hoja import (
    ANCHO,
    Bloque,
    Campo,
    Campos,
    Columna,
    Dibujo,
    Hoja,
    Lista,
    Valor,
    en_palabras,
    renglones,
)

LETRA, SUSTITUTO = "NotoSans", "\ufffd"
FALTAN = f"{SUSTITUTO} está donde va una letra que esta hoja no puede imprimir. El formato en Excel sí la tiene."

MARGEN = 1.5 * cm
UTIL = LETTER[0] - 2 * MARGEN
COLUMNA = UTIL / ANCHO
NOMBRE = 2.4 * COLUMNA  # of the width, for the name of a field
RELLENO = 6  # that ReportLab leaves around a page
MINIMO = 2 * cm  # what must fit under the title of a block that begins at the end of a page
FIRMA = 10 * cm, 2.8 * cm  # in which a drawing fits
DE_UNA_PIEZA = 1_000  # letters of a text that a row holds: a table breaks only between rows

GRIS, BANDA, TENUE = HexColor("#B8BEC6"), HexColor("#DCE6EE"), HexColor("#55606B")
CUERPO = ParagraphStyle("cuerpo", fontName=LETRA, fontSize=9, leading=11.5)
TITULO = ParagraphStyle("titulo", CUERPO, fontSize=17, leading=22)
DE = ParagraphStyle("de", CUERPO, fontSize=12, leading=15, textColor=TENUE)
AVISO = ParagraphStyle("aviso", CUERPO, fontSize=8, textColor=HexColor("#9A3412"))
SECCION = ParagraphStyle("seccion", CUERPO, fontSize=10.5, leading=13)
ROTULO = ParagraphStyle("rotulo", CUERPO, fontSize=8, textColor=TENUE)
SUELTO = ParagraphStyle("suelto", CUERPO, leftIndent=3, rightIndent=3)
ROTULO_SUELTO = ParagraphStyle("rotulo suelto", ROTULO, leftIndent=3)
LADOS = {
    lado: ParagraphStyle(lado, CUERPO, alignment=cual) for lado, cual in {"left": 0, "center": 1, "right": 2}.items()
}

TABLA = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
]
EN_BANDA = [*TABLA, ("BACKGROUND", (0, 0), (-1, -1), BANDA)]
EN_RENGLONES = [*TABLA, ("LINEBELOW", (0, 0), (-1, -1), 0.4, GRIS)]
EN_CUADROS = [
    *TABLA,
    ("SPAN", (0, 0), (-1, 0)),
    ("BACKGROUND", (0, 0), (-1, 0), BANDA),
    ("GRID", (0, 1), (-1, -1), 0.4, GRIS),
    ("BACKGROUND", (0, 1), (-1, 1), HexColor("#F1F4F7")),
]
DEL_TOTAL = [("SPAN", (0, -1), (-2, -1)), ("BACKGROUND", (0, -1), (-1, -1), BANDA)]


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
    documento.build(pluma.dibujar(hoja), canvasmaker=_numerado(pluma.legible(hoja.nombre)))
    return salida.getvalue()


@cache
def _letras() -> frozenset[int]:
    """Load the font, and return the letters that it has."""
    fuente = TTFont(LETRA, str(files("fontpkg_noto_sans") / "files" / "NotoSans[wdth,wght].ttf"))
    registerFont(fuente)
    return frozenset(fuente.face.charToGlyph)


class _Legible(dict):
    """A table for str.translate: what the font lacks becomes a sign, and what nobody sees, nothing."""

    def __init__(self, letras: frozenset[int]):
        super().__init__()
        self._letras, self.falto = letras, False

    def __missing__(self, codigo: int) -> str | None:
        letra = chr(codigo)
        if unicodedata.category(letra) == "Cf" or unicodedata.name(letra, "").startswith("VARIATION SELECTOR"):
            self[codigo] = None
        elif codigo in self._letras or letra.isspace():
            self[codigo] = letra
        else:
            self[codigo], self.falto = SUSTITUTO, True
        return self[codigo]


class _Pluma:
    """Makes the pieces that a document is built of."""

    def __init__(self):
        self._legible = _Legible(_letras())

    def dibujar(self, hoja: Hoja) -> list[Flowable]:
        cabeza = [self._parrafo(hoja.titulo, TITULO), self._parrafo(f"{hoja.de.nombre} {hoja.de.valor}", DE)]
        cuerpo = [pieza for bloque in hoja.bloques for pieza in self._bloque(bloque)]
        aviso = [Spacer(1, 4), self._parrafo(FALTAN, AVISO)] if self._legible.falto else []
        return [*cabeza, *aviso, *cuerpo]

    def legible(self, texto: str) -> str:
        return texto if texto.isascii() else texto.translate(self._legible)

    def _parrafo(self, valor: Valor, estilo: ParagraphStyle = CUERPO) -> Paragraph:
        return Paragraph(escape(self.legible(en_palabras(valor)), quote=False).replace("\n", "<br/>"), estilo)

    def _bloque(self, bloque: Bloque) -> list[Flowable]:
        if isinstance(bloque, Lista):
            return [Spacer(1, 8), CondPageBreak(MINIMO), self._lista(bloque)]
        if isinstance(bloque, Campos):
            cuerpo, alto = self._campos(bloque), MINIMO
        else:
            cuerpo, alto = _dibujo(bloque), FIRMA[1] + MINIMO
        titulo = [Table([[self._parrafo(bloque.titulo, SECCION)]], [UTIL], style=EN_BANDA)] if bloque.titulo else []
        return [Spacer(1, 8), CondPageBreak(alto), *titulo, *cuerpo]

    def _campos(self, bloque: Campos) -> list[Flowable]:
        piezas: list[Flowable] = []
        for cabe, grupo in groupby(renglones(bloque.campos), lambda linea: _cabe(linea[0])):
            lineas = list(grupo)
            piezas += [self._tabla(lineas)] if cabe else [p for linea in lineas for p in self._largo(linea[0])]
        return piezas

    def _tabla(self, lineas: list[list[Campo]]) -> Table:
        filas = [[p for campo in linea for p in self._pareja(campo)] for linea in lineas]
        filas = [fila + [""] * (4 - len(fila)) for fila in filas]
        a_lo_ancho = [("SPAN", (1, n), (3, n)) for n, linea in enumerate(lineas) if linea[0].es_largo]
        return Table(filas, [NOMBRE, UTIL / 2 - NOMBRE] * 2, style=[*EN_RENGLONES, *a_lo_ancho])

    def _pareja(self, campo: Campo) -> list[Paragraph]:
        return [self._parrafo(campo.nombre, ROTULO), self._parrafo(campo.valor)]

    def _largo(self, campo: Campo) -> list[Flowable]:
        """Return a text that may take several pages."""
        rotulo = self._parrafo(campo.nombre, ROTULO_SUELTO)
        return [Spacer(1, 3), CondPageBreak(MINIMO), rotulo, self._parrafo(campo.valor, SUELTO)]

    def _lista(self, lista: Lista) -> LongTable:
        columnas = lista.columnas
        filas = [[self._parrafo(lista.titulo, SECCION)], self._fila(columnas, [c.nombre for c in columnas])]
        filas += [self._fila(columnas, fila) for fila in lista.filas]
        estilo = EN_CUADROS
        if lista.total:
            nombre, valor = (self._parrafo(dicho, LADOS["right"]) for dicho in lista.total[:2])
            filas.append([nombre, *[""] * (len(columnas) - 2), valor])
            estilo = [*EN_CUADROS, *DEL_TOTAL]
        return LongTable(filas, [c.ancho * COLUMNA for c in columnas], style=estilo, repeatRows=2)

    def _fila(self, columnas: Sequence[Columna], valores: Sequence[Valor]) -> list[Paragraph]:
        """Return the cells of a list, each a single line that wraps: a row must fit in a page."""
        renglon = [en_palabras(valor).replace("\n", " ") for valor in valores]
        return [self._parrafo(texto, LADOS[c.lado]) for c, texto in zip(columnas, renglon, strict=True)]


def _cabe(campo: Campo) -> bool:
    """Return whether a field fits in a row of a table."""
    texto = en_palabras(campo.valor)
    return len(texto) + 80 * texto.count("\n") <= DE_UNA_PIEZA


def _dibujo(dibujo: Dibujo) -> list[Flowable]:
    if dibujo.png is None:
        return [Spacer(1, FIRMA[1])]
    return [Spacer(1, 6), Image(BytesIO(dibujo.png), *FIRMA, kind="proportional", hAlign="LEFT")]


def _numerado(nombre: str) -> type[Canvas]:
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
                _pie(self, nombre, f"Página {numero} de {len(self._paginas)}")
                super().showPage()
            super().save()

    return Numerado


def _pie(pagina: Canvas, nombre: str, cual: str) -> None:
    pagina.setFont(LETRA, 8)
    pagina.setFillColor(TENUE)
    pagina.drawRightString(LETTER[0] - MARGEN, MARGEN - 10, cual)
    sobra = UTIL - 3 * cm
    while stringWidth(nombre, LETRA, 8) > sobra:
        nombre = f"{nombre[:-2]}…"
    pagina.drawString(MARGEN, MARGEN - 10, nombre)
