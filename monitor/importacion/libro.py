"""The rows of a book of Excel (.xlsx), as the text that a CSV file would have in their place.

A book is a zip of XML files, and a few bytes of it may stand for a great deal: what it unpacks to is counted before
anything reads it, and a book whose XML declares entities, which no program for sheets writes, is refused.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from monitor.errores import ErrorDeDominio
from monitor.exportacion.como_xlsx import LETRAS, SIGUE
from monitor.importacion.archivo import COMO_GUARDARLO, COMO_LIBRO, Archivo, archivo_invalido

MEGAS_ABIERTO = 64
ABIERTO_MAXIMO = MEGAS_ABIERTO * 1_000_000  # bytes of all its files
ULTIMA_FILA, ULTIMA_COLUMNA = 1_048_576, 300  # what lies beyond isn't read; a sheet has 16,384 columns
TROZO = 1 << 20
# In any of the encodings of XML, with the end of one piece before the next.
ENTIDADES = re.compile(b"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")
MEDIO_SEGUNDO = timedelta(milliseconds=500)

ENORME = f"abierto pesa más de {MEGAS_ABIERTO} MB: quítele lo que no sean filas, o divídalo en varios"
NO_ES_LIBRO = f"no se puede abrir como libro de Excel: {COMO_LIBRO}, sin contraseña"
CON_CORTADAS = f"hay un texto que Excel no pudo tener entero (termina en «{SIGUE}»): {COMO_GUARDARLO}"


def registros(archivo: Archivo) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of the first sheet that has any, with its number. Raise DatosInvalidos when it isn't a book, or is
    too large when it is unpacked."""
    try:
        yield from _registros(archivo)
    except ErrorDeDominio:
        raise
    except Exception as error:  # openpyxl and zipfile have no error of their own for each thing that a book may lack
        raise archivo_invalido(archivo.nombre, NO_ES_LIBRO) from error


def _registros(archivo):
    _revisar(archivo)
    libro = load_workbook(BytesIO(archivo.contenido), read_only=True, data_only=True, keep_links=False)
    for hoja in libro.worksheets:
        filas = hoja.iter_rows(max_row=ULTIMA_FILA, max_col=ULTIMA_COLUMNA, values_only=True)
        con_algo = ((n, fila) for n, fila in enumerate(filas, start=1) if any(valor is not None for valor in fila))
        hallada = None
        for hallada in con_algo if hoja.sheet_state == "visible" else ():
            numero, valores = hallada
            yield numero, _celdas(archivo, valores)
        if hallada:
            return


def _revisar(archivo) -> None:
    with ZipFile(BytesIO(archivo.contenido)) as paquete:
        partes = paquete.infolist()
        if sum(parte.file_size for parte in partes) > ABIERTO_MAXIMO:
            raise archivo_invalido(archivo.nombre, ENORME)
        # Nobody can read more of a part than it says: zipfile stops there.
        for parte in partes:
            with paquete.open(parte) as abierta:
                antes = b""
                while trozo := abierta.read(TROZO):
                    if ENTIDADES.search(antes + trozo):
                        raise archivo_invalido(archivo.nombre, NO_ES_LIBRO)
                    antes = trozo[-20:]


def _celdas(archivo, valores) -> list[str]:
    celdas = [_texto(valor) for valor in valores]
    if any(len(celda) == LETRAS and celda.endswith(SIGUE) for celda in celdas):
        raise archivo_invalido(archivo.nombre, CON_CORTADAS)
    return celdas


def _texto(valor) -> str:
    """Return a cell as text. Excel keeps a moment as a fraction of a day, which is some milliseconds off."""
    if valor is None:
        return ""
    if isinstance(valor, bool):
        return "sí" if valor else "no"
    if isinstance(valor, datetime):
        valor = (valor + MEDIO_SEGUNDO).replace(microsecond=0)
        return valor.date().isoformat() if valor.time() == time() else valor.isoformat(" ")
    if isinstance(valor, date | time):
        return valor.isoformat()
    if isinstance(valor, float):
        return f"{valor:.0f}" if valor.is_integer() and abs(valor) < 1e18 else format(Decimal(repr(valor)), "f")
    return unescape(str(valor)).replace("\r\n", "\n").replace("\r", "\n").strip()
