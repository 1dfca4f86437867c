"""A table as XLSX, made while it is sent.

The libraries that write XLSX keep the sheets in files or in memory, and have nothing to send until the last row is in:
for a hundred thousand expedientes, whoever asked would wait for all of it with a thread of the server taken. The format
is a zip of XML files (ECMA-376), and these few are all that a table needs. Its texts are in the cells themselves, so
that nothing has to be remembered.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import count, product
from string import ascii_uppercase
from zipfile import ZIP_DEFLATED, ZipFile

from monitor.exportacion.como_csv import FORMULA
from monitor.exportacion.tabla import Tabla, Valor

TIPO = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILAS = 1_000_000  # rows in a sheet, which admits few more
LETRAS_POR_HOJA = 1 << 30  # of XML in a sheet: beyond 2 GiB, its zip would be of a kind that Excel doesn't open
LETRAS = 32_767  # in a cell
SIGUE = "… (sigue)"
NEGRITA, FECHA, INSTANTE, TEXTO, HORA = 1, 2, 3, 4, 5  # the styles, by their place in ESTILOS
EPOCA = date(1899, 12, 30)  # day 0
PRIMERA = date(1900, 3, 1)  # Excel has a day more before this one, which never was
SEGUNDOS = 86_400
COLUMNAS = ["".join(letras) for largo in (1, 2) for letras in product(ascii_uppercase, repeat=largo)]

CABEZA = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
HOJAS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ENLACES = "http://schemas.openxmlformats.org/package/2006/relationships"
DE_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CLASES = "http://schemas.openxmlformats.org/package/2006/content-types"
DE_HOJAS = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# Plain; bold, for the headings; a day; a moment; a text that Excel must not take for a formula even when somebody edits
# it; an hour.
ESTILOS = f"""{CABEZA}<styleSheet xmlns="{HOJAS}">
<numFmts count="3"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>
<numFmt numFmtId="165" formatCode="dd/mm/yyyy hh:mm"/>
<numFmt numFmtId="166" formatCode="hh:mm"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font>
</fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>
<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


def escribir(tabla: Tabla) -> Iterator[bytes]:
    """Yield the file, piece by piece."""
    salida = _Salida()
    with ZipFile(salida, "w", ZIP_DEFLATED, compresslevel=1) as paquete:
        hojas = 0
        lotes = iter(tabla.lotes)
        pendiente = next(lotes, [])
        while pendiente is not None:
            hojas += 1
            with paquete.open(f"xl/worksheets/sheet{hojas}.xml", "w") as hoja:
                filas, letras = 1, hoja.write(_principio(tabla.encabezados).encode())
                while pendiente is not None and filas + len(pendiente) <= FILAS and letras < LETRAS_POR_HOJA:
                    letras += hoja.write("".join(map(_fila, count(filas + 1), pendiente)).encode())
                    filas += len(pendiente)
                    yield salida.tomar()
                    pendiente = next(lotes, None)
                hoja.write(b"</sheetData></worksheet>")
        for nombre, texto in _lo_demas(tabla.nombre, hojas).items():
            paquete.writestr(nombre, texto)
    yield salida.tomar()


class _Salida:
    """A file that is only written, whose bytes are taken away as they come."""

    def __init__(self):
        self._pedazos: list[bytes] = []

    def write(self, pedazo) -> int:
        self._pedazos.append(bytes(pedazo))
        return len(pedazo)

    def flush(self) -> None:
        pass

    def tomar(self) -> bytes:
        juntos = b"".join(self._pedazos)
        self._pedazos.clear()
        return juntos


def _principio(encabezados) -> str:
    columnas = "".join(
        f'<col min="{n}" max="{n}" width="{max(len(texto) + 3, 12)}" customWidth="1"/>'
        for n, texto in enumerate(encabezados, start=1)
    )
    return (
        f'{CABEZA}<worksheet xmlns="{HOJAS}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columnas}</cols><sheetData>{_fila(1, encabezados, lambda texto: _texto(texto, NEGRITA))}"
    )


def _fila(numero: int, valores, escribir_celda=None) -> str:
    escribir_celda = escribir_celda or _celda
    celdas = [
        f'<c r="{columna}{numero}"{escribir_celda(valor)}'
        for columna, valor in zip(COLUMNAS, valores, strict=False)
        if valor is not None and valor != ""
    ]
    return f'<row r="{numero}">{"".join(celdas)}</row>'


def _celda(valor: Valor) -> str:
    """Return what follows a cell's place."""
    return CELDAS[type(valor)](valor)


def _numero(valor) -> str:
    return f"><v>{valor}</v></c>"


@lru_cache(maxsize=4096)
def _dia(valor: date) -> str:
    if valor < PRIMERA:
        return _texto(valor.isoformat())
    return f' s="{FECHA}"><v>{(valor - EPOCA).days}</v></c>'


def _instante(valor: datetime) -> str:
    if valor.date() < PRIMERA:
        return _texto(valor.isoformat(" ", "seconds"))
    return f' s="{INSTANTE}"><v>{(valor.date() - EPOCA).days + _parte_del_dia(valor.time()):.8f}</v></c>'


def _hora(valor: time) -> str:
    return f' s="{HORA}"><v>{_parte_del_dia(valor):.8f}</v></c>'


def _parte_del_dia(hora: time) -> float:
    return (hora.hour * 3600 + hora.minute * 60 + hora.second) / SEGUNDOS


# What XML has no way to write, and what in a text would be read as the code of a letter.
NO_CABE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
CODIGO = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
ESPECIAL = re.compile("[&<>\r]")
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "_x000D_"}


def _texto(valor: str, estilo: int = 0) -> str:
    if len(valor) > LETRAS:
        valor = valor[: LETRAS - len(SIGUE)] + SIGUE
    if not estilo and valor.startswith(FORMULA):
        estilo = TEXTO
    if not valor.isalnum():
        valor = NO_CABE.sub("\ufffd", CODIGO.sub("_x005F_", valor))
        valor = ESPECIAL.sub(lambda hallado: ESCAPES[hallado[0]], valor)
    de_estilo = f' s="{estilo}"' if estilo else ""
    return f'{de_estilo} t="inlineStr"><is><t xml:space="preserve">{valor}</t></is></c>'


CELDAS: dict[type, Callable[[Valor], str]] = {
    str: _texto,
    int: _numero,
    float: _numero,
    Decimal: _numero,
    date: _dia,
    datetime: _instante,
    time: _hora,
}


def _lo_demas(nombre, hojas) -> dict[str, str]:
    """Return the files of the package besides its sheets."""
    numeros = range(1, hojas + 1)
    titulo = re.sub(r"[\[\]:*?/\\']", " ", nombre)[:27]
    nombres = [titulo if n == 1 else f"{titulo} {n}" for n in numeros]
    partes = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    partes += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in numeros]
    del_libro = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numeros]
    del_libro.append((f"rId{hojas + 1}", "styles", "styles.xml"))
    return {
        "xl/styles.xml": ESTILOS,
        "xl/workbook.xml": f'{CABEZA}<workbook xmlns="{HOJAS}" xmlns:r="{DE_OFFICE}"><sheets>'
        + "".join(f'<sheet name="{uno}" sheetId="{n}" r:id="rId{n}"/>' for n, uno in enumerate(nombres, start=1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _enlaces(del_libro),
        "_rels/.rels": _enlaces([("rId1", "officeDocument", "xl/workbook.xml")]),
        "[Content_Types].xml": f'{CABEZA}<Types xmlns="{CLASES}">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{parte}" ContentType="{DE_HOJAS}.{clase}+xml"/>' for parte, clase in partes)
        + "</Types>",
    }


def _enlaces(enlaces) -> str:
    cuales = (
        f'<Relationship Id="{id_}" Type="{DE_OFFICE}/{clase}" Target="{donde}"/>' for id_, clase, donde in enlaces
    )
    return f'{CABEZA}<Relationships xmlns="{ENLACES}">{"".join(cuales)}</Relationships>'
