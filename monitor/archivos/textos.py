"""Files of text: XML that is well formed, and plain text. What a browser would take for a page is neither."""

import codecs
import re
from contextlib import suppress
from typing import BinaryIO
from xml.parsers import expat

from monitor.archivos.errores import Danado

PIEZA = 64 * 1024
ANTES = codecs.BOM_UTF8 + b" \t\r\n"  # what may come before the first sign that tells a file's kind
HONDO = 500  # elements inside one another
LARGO = 4 * 1024 * 1024  # bytes of one tag, which the parser keeps in memory
PAGINAS = {"html", "svg"}  # what a browser would show and run

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


class _Ajeno(Exception):
    """It is XML that isn't taken: a page, or one with entities of its own."""


def clase(archivo: BinaryIO) -> str | None:
    """Return `xml`, `txt` or None. Raise Danado for what says that it is XML, and isn't well formed."""
    cabeza = archivo.read(PIEZA)
    archivo.seek(0)
    con_marca = cabeza.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\0<", b"<\0"))
    if not con_marca and not cabeza.lstrip(ANTES).startswith(b"<"):
        return "txt" if _es_texto(archivo) else None
    try:
        _recorrer(archivo)
    except (_Ajeno, LookupError, ValueError):  # the last two, for letters that the parser lacks
        return None
    except expat.ExpatError as error:
        if con_marca or not cabeza.lstrip(ANTES).startswith(b"<?xml"):
            return None
        raise Danado from error
    return "xml"


def _recorrer(archivo) -> None:
    """Read XML to its end, with bounded memory. Raise ExpatError when it isn't well formed."""
    lector, hondura = expat.ParserCreate(namespace_separator=" "), 0

    def abrir(nombre, atributos):
        nonlocal hondura
        hondura += 1
        if nombre.rpartition(" ")[2].lower() in PAGINAS or hondura > HONDO:
            raise _Ajeno

    def cerrar(nombre):
        nonlocal hondura
        hondura -= 1

    def rechazar(*partes):
        raise _Ajeno

    lector.StartElementHandler, lector.EndElementHandler = abrir, cerrar
    lector.EntityDeclHandler = lector.ExternalEntityRefHandler = rechazar
    leidos = 0
    while pieza := archivo.read(PIEZA):
        lector.Parse(pieza, False)
        leidos += len(pieza)
        if leidos - lector.CurrentByteIndex > LARGO:
            raise _Ajeno
    lector.Parse(b"", True)


def _es_texto(archivo) -> bool:
    """Return whether it is text in UTF-8 or, when it can't be that, in what old programs of Windows write."""
    try:
        return _sin_control(archivo, "utf-8-sig")
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            return _sin_control(archivo, "cp1252")
    return False


def _sin_control(archivo, como: str) -> bool:
    archivo.seek(0)
    lector = codecs.getincrementaldecoder(como)()
    while pieza := archivo.read(PIEZA):
        if CONTROL.search(lector.decode(pieza)):
            return False
    return not CONTROL.search(lector.decode(b"", True))
