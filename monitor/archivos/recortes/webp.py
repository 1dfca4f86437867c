"""WebP: its chunks, without the frames and profiles that no still picture needs."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from monitor.archivos.contenedores import MAS_CAJAS
from monitor.archivos.errores import Danado
from monitor.archivos.recortes.partes import MAYOR_DE_LA_CAMARA, Recorte, agregar, largo_de, leer, unir

DE_WEBP = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM"}


def recortar(archivo: BinaryIO, mayor: int) -> Recorte:
    partes, hay = [], set()
    for desde, clase, largo in _trozos_riff(archivo):
        de_la_camara = clase in (b"EXIF", b"XMP ") and largo <= MAYOR_DE_LA_CAMARA
        if clase in DE_WEBP or (clase not in hay and (de_la_camara or clase == b"ANMF")):
            agregar(partes, desde, desde + 8 + largo + largo % 2)
            hay.add(clase)
    suyos = sum(map(largo_de, partes))
    cabeza = b"RIFF" + struct.pack("<I", 4 + suyos) + b"WEBP"
    return Recorte(unir(archivo, [cabeza, *partes]), suyos <= mayor, _pixeles_de_webp(archivo))


def _trozos_riff(archivo) -> Iterator[tuple[int, bytes, int]]:
    fin = archivo.seek(0, 2)
    archivo.seek(4)
    (anunciado,) = struct.unpack("<I", leer(archivo, 4))
    donde = 12
    for _ in range(MAS_CAJAS):
        if donde >= 8 + anunciado:
            return
        archivo.seek(donde)
        clase, largo = struct.unpack("<4sI", leer(archivo, 8))
        if donde + 8 + largo > fin:
            raise Danado
        yield donde, clase, largo
        donde += 8 + largo + largo % 2
    raise Danado


def _pixeles_de_webp(archivo) -> int:
    archivo.seek(12)
    clase, dicho = struct.unpack("<4s4x10s", leer(archivo, 18))
    if clase == b"VP8X":
        return (int.from_bytes(dicho[4:7], "little") + 1) * (int.from_bytes(dicho[7:], "little") + 1)
    if clase == b"VP8L":
        lados = int.from_bytes(dicho[1:5], "little")
        return ((lados & 0x3FFF) + 1) * ((lados >> 14 & 0x3FFF) + 1)
    ancho, alto = struct.unpack("<6x2H", dicho)
    return (ancho & 0x3FFF) * (alto & 0x3FFF)
