"""Telling the kind of a file by its content alone, and whether it can be read to its end.

Neither its name nor what its sender declares counts. Each kind is read as whoever opens it later reads it, but nothing
is run, and memory and time stay bounded. docs/adr/0021 says why no library tells the kinds.
"""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from monitor.archivos import contenedores, imagenes, oficina, textos
from monitor.archivos.errores import NO_PERMITIDO, Danado
from monitor.errores import ArchivoNoPermitido, ErrorDeDominio

CABEZA = 4096  # bytes that tell the kind
COLA = 2048  # bytes at the end of a PDF in which it says that it ends


class Tipo(NamedTuple):
    """A kind of file: the name of its type on the web, the ending of its names, and whether a browser may show it."""

    mime: str
    extension: str
    a_la_vista: bool
    es_imagen: bool = False


JPEG = Tipo("image/jpeg", ".jpg", True, True)
PNG = Tipo("image/png", ".png", True, True)
WEBP = Tipo("image/webp", ".webp", True, True)
GIF = Tipo("image/gif", ".gif", True, True)
HEIC = Tipo("image/heic", ".heic", True, True)
PDF = Tipo("application/pdf", ".pdf", True)
MP4 = Tipo("video/mp4", ".mp4", True)
MOV = Tipo("video/quicktime", ".mov", True)
XLSX = Tipo(oficina.XLSX, ".xlsx", False)
DOCX = Tipo(oficina.DOCX, ".docx", False)
XML = Tipo("application/xml", ".xml", False)
TXT = Tipo("text/plain", ".txt", False)

TIPOS = {tipo.mime: tipo for tipo in (JPEG, PNG, WEBP, GIF, HEIC, PDF, MP4, MOV, XLSX, DOCX, XML, TXT)}
OTRAS_EXTENSIONES = {JPEG: (".jpeg", ".jfif"), HEIC: (".heif",), MOV: (".qt",), MP4: (".m4v",), TXT: (".csv", ".log")}


class Examen(NamedTuple):
    """The findings about a file that was examined."""

    tipo: Tipo
    imagen: imagenes.Ficha = imagenes.Ficha()


def examinar(archivo: BinaryIO) -> Examen:
    """Return what a file is. Raise ArchivoNoPermitido for one of another kind, and DatosInvalidos for one that is
    damaged or too large to be shown."""
    archivo.seek(0)
    tipo = _tipo_de(archivo.read(CABEZA), archivo)
    archivo.seek(0)
    if tipo in _EXIGIR:
        _EXIGIR[tipo](archivo)
    archivo.seek(0)
    return Examen(tipo, imagenes.ficha(archivo, FORMATOS[tipo])) if tipo.es_imagen else Examen(tipo)


def formato_de(archivo: BinaryIO) -> str | None:
    """Return the format of an image, as Pillow calls it, or None for what isn't one."""
    archivo.seek(0)
    try:
        return FORMATOS.get(_tipo_de(archivo.read(CABEZA), archivo))
    except ErrorDeDominio:
        return None


def _tipo_de(cabeza: bytes, archivo: BinaryIO) -> Tipo:
    for firma, tipo in _FIRMAS:
        if cabeza.startswith(firma):
            return tipo
    if cabeza[:4] == b"RIFF" and cabeza[8:12] == b"WEBP":
        return WEBP
    if contenedores.es_de_cajas(cabeza):
        return _permitido({"heic": HEIC, "mp4": MP4, "mov": MOV}.get(contenedores.marca(cabeza)))
    if cabeza.startswith(b"PK\x03\x04"):
        return _permitido(TIPOS.get(oficina.clase(archivo)))
    if cabeza.lstrip(textos.ANTES).startswith(b"%PDF-"):
        return PDF
    archivo.seek(0)
    return _permitido({"xml": XML, "txt": TXT}.get(textos.clase(archivo)))


def _permitido(tipo: Tipo | None) -> Tipo:
    if tipo is None:
        raise ArchivoNoPermitido(NO_PERMITIDO)
    return tipo


def _exigir_pdf(archivo: BinaryIO) -> None:
    archivo.seek(max(archivo.seek(0, 2) - COLA, 0))
    if b"%%EOF" not in archivo.read():
        raise Danado


_FIRMAS = [
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
]
FORMATOS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF", HEIC: "HEIF"}
_EXIGIR: dict[Tipo, Callable[[BinaryIO], None]] = {
    MP4: contenedores.exigir_cajas,
    MOV: contenedores.exigir_cajas,
    PDF: _exigir_pdf,
}


def con_extension(nombre: str, tipo: Tipo) -> str:
    """Return the name under which a file leaves: with the ending of what it is, when it has another."""
    suyas = (tipo.extension, *OTRAS_EXTENSIONES.get(tipo, ()))
    return nombre if nombre.lower().endswith(suyas) else nombre + tipo.extension
