"""The signature of whoever received the unit, as its sheets print it and as its page shows it: alike."""

import base64
import binascii
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from monitor.archivos import imagenes
from monitor.archivos.tipos import formato_de

ILEGIBLE = "La firma guardada no es un dibujo que se pueda mostrar"
DATOS = "data:"


class Firma(NamedTuple):
    """The visible form of a signature: a drawing (PNG), a text, or nothing."""

    dibujo: bytes | None = None
    texto: str = ""

    @property
    def url(self) -> str:
        return f"data:image/png;base64,{base64.b64encode(self.dibujo).decode()}" if self.dibujo else ""


def leer(guardada: str | None) -> Firma:
    """Return what there is to see of a signature as it was stored: an image of any type that evidence has, in a data
    URI, or whatever was written."""
    if not guardada:
        return Firma()
    if guardada[: len(DATOS)].lower() != DATOS:
        return Firma(texto=guardada)
    dibujo = _dibujo(guardada)
    return Firma(dibujo) if dibujo else Firma(texto=ILEGIBLE)


def _dibujo(uri: str) -> bytes | None:
    cabeza, _, datos = uri.partition(",")
    contenido = unquote_to_bytes(datos)
    if cabeza.lower().endswith(";base64"):
        letras = b"".join(contenido.split()).rstrip(b"=")
        try:
            contenido = base64.b64decode(letras + b"=" * (-len(letras) % 4), validate=True)
        except binascii.Error:
            return None
    formato = formato_de(BytesIO(contenido))
    return imagenes.dibujo(contenido, formato) if formato else None
