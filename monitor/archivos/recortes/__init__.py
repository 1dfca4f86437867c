"""Cutting an image down to what its decoder is given: the parts that its picture and the words of its camera
need, however much else the file carries, since decoders keep in memory all that they are given.

Each walk reads the file piece by piece, and raises Danado when it ends before what it announces, or announces nothing
that can be read.
"""

from typing import BinaryIO

from monitor.archivos.recortes import gif, heic, jpeg, png, webp
from monitor.archivos.recortes.partes import Recorte

FORMATOS = {"JPEG": jpeg, "PNG": png, "WEBP": webp, "GIF": gif, "HEIF": heic}


def recortar(archivo: BinaryIO, formato: str, mayor: int) -> Recorte:
    """Return what the decoder of a format of Pillow's is given of an image: of those that it reads at once, `mayor`
    bytes at most."""
    archivo.seek(0)
    return FORMATOS[formato].recortar(archivo, mayor)
