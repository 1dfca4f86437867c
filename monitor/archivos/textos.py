"""Files of text: XML that is well formed, and plain text. What a browser would take for a page is neither, and nor is
XML that names what it is made of elsewhere (DOCTYPE)."""

import codecs
import re
from contextlib import suppress
from typing import BinaryIO
from xml.parsers import expat

from monitor.archivos.errores import Danado

PIEZA = 64 * 1024
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # what Windows calls Unicode begins so
ANTES = codecs.BOM_UTF8 + b" \t\r\n"  # what may come before the first sign that tells a file's kind
HONDO = 500  # elements inside one another
LARGO = 4 * 1024 * 1024  # bytes of one tag, which the parser keeps in memory
PAGINAS = {"html", "svg"}  # what a browser would show and run

CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


class _Ajeno(Exception):
    """It is XML that isn't taken: a page, or one with a DOCTYPE."""


def clase(archivo: BinaryIO) -> str | None:
    """Return `xml`, `txt` or None. Raise Danado for what says that it is XML, and isn't well formed."""
    cabeza = archivo.read(PIEZA)
    archivo.seek(0)
    if cabeza.startswith(UTF_16) and not cabeza.decode("utf-16", "ignore").lstrip("\ufeff \t\r\n").startswith("<"):
        return "txt" if _es_texto(archivo, "utf-16") else None
    con_marca = cabeza.startswith((*UTF_16, b"\0<", b"<\0"))
    if not con_marca and not cabeza.lstrip(ANTES).startswith(b"<"):
        # What can't be UTF-8 is what old programs of Windows write.
        return "txt" if _es_texto(archivo, "utf-8-sig", "cp1252") else None
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
    lector.StartDoctypeDeclHandler = rechazar
    leidos = 0
    while pieza := archivo.read(PIEZA):
        lector.Parse(pieza, False)
        leidos += len(pieza)
        if leidos - lector.CurrentByteIndex > LARGO:
            raise _Ajeno
    lector.Parse(b"", True)


def _es_texto(archivo, *letras: str) -> bool:
    """Return whether it is text in the first of these ways to write letters that it can be in."""
    for como in letras:
        with suppress(UnicodeDecodeError):
            return _sin_control(archivo, como)
    return False


def _sin_control(archivo, como: str) -> bool:
    archivo.seek(0)
    lector = codecs.getincrementaldecoder(como)()
    while pieza := archivo.read(PIEZA):
        if CONTROL.search(lector.decode(pieza)):
            return False
    return not CONTROL.search(lector.decode(b"", True))
