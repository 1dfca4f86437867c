"""A sheet as XLSX: laid on a grid of narrow columns, ready to print on letter paper."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from math import ceil
from unicodedata import east_asian_width

from xlsxwriter import Workbook

from monitor.exportacion.como_csv import FORMULA
from monitor.exportacion.como_xlsx import PRIMERA
from monitor.exportacion.hoja import ANCHO, Bloque, Campo, Campos, Dibujo, Hoja, Lista, Valor, en_palabras, renglones

LETRAS = 8  # the width of a column of the grid, as Excel counts it
POR_COLUMNA = 9.5  # letters of a text that it holds
NOMBRE = 2  # columns of the grid for the name of a field
ALTO = 14  # points of a line
LINEAS = 25  # in a cell: Excel shows no row of more than 409 points, and a page breaks only between rows
DIGITOS = 15  # that Excel keeps of a number
FIRMA = 290, 80  # points in which a drawing fits
PIXELES = 96 / 72  # in a point

GRIS, BANDA, TENUE = "#B8BEC6", "#DCE6EE", "#55606B"
BASE = {"font_name": "Calibri", "font_size": 10, "valign": "top", "text_wrap": True}
TITULO, DE = {"bold": True, "font_size": 16}, {"font_size": 12, "font_color": TENUE}
SECCION = {"bold": True, "bg_color": BANDA}
DEL_NOMBRE = {"font_color": TENUE, "bottom": 1, "bottom_color": GRIS}
DEL_VALOR = {"align": "left", "bottom": 1, "bottom_color": GRIS}
DE_CELDA = {"border": 1, "border_color": GRIS}
DE_CABEZA = {"bold": True, "bg_color": BANDA} | DE_CELDA

# How each class of value is shown.
DINERO = '"$"#,##0.00;-"$"#,##0.00'
FECHA, INSTANTE, HORA, CON_SEGUNDOS = "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "hh:mm", "hh:mm:ss"
SIN_FORMULA = {"num_format": "@", "quote_prefix": True}  # Excel takes it for a text also when somebody edits it


def escribir(hoja: Hoja) -> bytes:
    salida = BytesIO()
    with Workbook(salida, {"in_memory": True}) as libro:
        _Papel(libro, hoja).dibujar()
    return salida.getvalue()


class _Papel:
    """A worksheet, written line after line."""

    def __init__(self, libro: Workbook, contenido: Hoja):
        self._libro, self._contenido = libro, contenido
        self._hoja = libro.add_worksheet(contenido.titulo[:31])
        self._linea = 0
        self._repetida: int | None = None  # the heading that each page shows
        self._estilos: dict = {}

    def dibujar(self) -> None:
        self._preparar()
        self._poner([(ANCHO, self._contenido.titulo, TITULO)], alto=24)
        de = self._contenido.de
        self._poner([(NOMBRE, de.nombre, DE), (ANCHO - NOMBRE, de.valor, DE)], alto=18)
        for bloque in self._contenido.bloques:
            self._linea += 1
            self._bloque(bloque)
        if self._repetida is not None:
            self._hoja.repeat_rows(self._repetida)
        self._hoja.print_area(0, 0, self._linea - 1, ANCHO - 1)

    def _preparar(self) -> None:
        self._hoja.set_column(0, ANCHO - 1, LETRAS)
        self._hoja.hide_gridlines(2)
        self._hoja.set_paper(1)  # letter
        self._hoja.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        self._hoja.fit_to_pages(1, 0)
        self._hoja.set_footer("&L&8 {}&R&8 Página &P de &N".format(self._contenido.nombre[:120].replace("&", "&&")))
        self._libro.set_properties({"title": self._contenido.nombre, "author": "Monitor"})

    def _bloque(self, bloque: Bloque) -> None:
        if bloque.titulo:
            self._poner([(ANCHO, bloque.titulo, SECCION)])
        if isinstance(bloque, Campos):
            for campos in renglones(bloque.campos):
                self._campos(campos)
        elif isinstance(bloque, Lista):
            self._lista(bloque)
        else:
            self._dibujo(bloque)

    def _campos(self, campos: list[Campo]) -> None:
        if campos[0].es_largo:
            ancho = ANCHO - NOMBRE
            nombres = [campos[0].nombre]
            for pedazo in _pedazos(en_palabras(campos[0].valor), ancho):
                self._poner([(NOMBRE, nombres.pop() if nombres else "", DEL_NOMBRE), (ancho, pedazo, DEL_VALOR)])
            return
        ancho = ANCHO // 2 - NOMBRE
        parejas = [((NOMBRE, campo.nombre, DEL_NOMBRE), (ancho, campo.valor, DEL_VALOR)) for campo in campos]
        vacio = [(ANCHO // 2, None, DEL_VALOR)] * (2 - len(campos))
        self._poner([celda for pareja in parejas for celda in pareja] + vacio)

    def _lista(self, lista: Lista) -> None:
        if self._repetida is None:
            self._repetida = self._linea
        self._poner([(c.ancho, c.nombre, DE_CABEZA | {"align": c.lado}) for c in lista.columnas])
        estilos = [(c.ancho, DE_CELDA | {"align": c.lado}) for c in lista.columnas]
        for fila in lista.filas:
            self._poner([(ancho, valor, estilo) for (ancho, estilo), valor in zip(estilos, fila, strict=True)])
        if lista.total:
            ultima, a_la_derecha = lista.columnas[-1].ancho, DE_CABEZA | {"align": "right"}
            total = lista.total
            self._poner([(ANCHO - ultima, total.nombre, a_la_derecha), (ultima, total.valor, a_la_derecha)])

    def _dibujo(self, dibujo: Dibujo) -> None:
        self._hoja.set_row(self._linea, FIRMA[1] + 10)
        if dibujo.png:
            opciones = {"image_data": BytesIO(dibujo.png), "object_position": 1, "x_offset": 4, "y_offset": 4}
            self._hoja.insert_image(self._linea, 0, "firma.png", opciones | _escala(dibujo.png))
        self._linea += 1

    # --- Lines and cells ---

    def _poner(self, celdas: list[tuple[int, Valor, dict]], alto: int = ALTO) -> None:
        """Write a line: how many columns each cell takes, what it says, and how it looks."""
        columna = 0
        for ancho, valor, como in celdas:
            self._celda(columna, ancho, valor, como)
            columna += ancho
        lineas = max(_lineas(en_palabras(valor), ancho) for ancho, valor, _ in celdas)
        self._hoja.set_row(self._linea, alto + ALTO * (lineas - 1))
        self._linea += 1

    def _celda(self, columna: int, ancho: int, valor: Valor, como: dict) -> None:
        estilo = self._estilo(BASE | como | _de_su_clase(valor))
        if ancho > 1:
            self._hoja.merge_range(self._linea, columna, self._linea, columna + ancho - 1, "", estilo)
        if _es_dia_u_hora(valor):
            self._hoja.write_datetime(self._linea, columna, valor, estilo)
        elif _es_numero(valor):
            self._hoja.write_number(self._linea, columna, float(valor), estilo)
        elif texto := en_palabras(valor):
            self._hoja.write_string(self._linea, columna, texto, estilo)
        else:
            self._hoja.write_blank(self._linea, columna, None, estilo)

    def _estilo(self, como: dict):
        clave = tuple(sorted(como.items()))
        if clave not in self._estilos:
            self._estilos[clave] = self._libro.add_format(como)
        return self._estilos[clave]


def _de_su_clase(valor: Valor) -> dict:
    if isinstance(valor, str):
        return SIN_FORMULA if valor.startswith(FORMULA) else {}
    if isinstance(valor, Decimal):
        return {"num_format": DINERO}
    if isinstance(valor, time):
        return {"num_format": CON_SEGUNDOS if valor.second else HORA}
    if isinstance(valor, date):
        return {"num_format": INSTANTE if isinstance(valor, datetime) else FECHA}
    return {}


def _es_dia_u_hora(valor: Valor) -> bool:
    """Return whether a value is a day or an hour that Excel knows."""
    dia = valor.date() if isinstance(valor, datetime) else valor
    return isinstance(dia, time) or (isinstance(dia, date) and dia >= PRIMERA)


def _es_numero(valor: Valor) -> bool:
    """Return whether a value is a number that Excel keeps exact. Others go as texts."""
    if isinstance(valor, Decimal):
        return len(valor.normalize().as_tuple().digits) <= DIGITOS
    return isinstance(valor, int) and not isinstance(valor, bool)


def _escala(png: bytes) -> dict:
    lados = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    escala = min(1, *(cabe * PIXELES / lado for cabe, lado in zip(FIRMA, lados, strict=True)))
    return {"x_scale": escala, "y_scale": escala}


# --- How much room a text takes: Excel doesn't fit the height of rows with merged cells ---


def _lineas(texto: str, ancho: int) -> int:
    return sum(max(1, ceil(_letras(linea) / (ancho * POR_COLUMNA))) for linea in texto.split("\n"))


def _letras(texto: str) -> float:
    """Return how many letters of a common width a text is as wide as."""
    anchas = 0 if texto.isascii() else sum(east_asian_width(letra) in "WF" for letra in texto)
    return len(texto) + anchas + 0.3 * sum(map(str.isupper, texto))


def _pedazos(texto: str, ancho: int) -> list[str]:
    """Return a text in pieces that each fit in a cell. A line that doesn't fit is cut, at a blank if there is one."""
    tope = int(ancho * POR_COLUMNA * LINEAS / 2)
    trozo = re.compile(rf".{{1,{tope}}}(?:\s|$)|.{{1,{tope}}}")
    pedazos, alto = [], LINEAS
    for linea in texto.split("\n"):
        trozos = trozo.findall(linea) or [""]
        suyas = _lineas(trozos[0], ancho)
        if len(trozos) == 1 and alto + suyas <= LINEAS:
            pedazos[-1], alto = f"{pedazos[-1]}\n{linea}", alto + suyas
        else:
            pedazos += trozos
            alto = suyas if len(trozos) == 1 else LINEAS
    return pedazos
