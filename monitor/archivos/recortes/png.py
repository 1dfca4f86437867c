"""PNG: its chunks, without the texts and profiles that no picture needs, and whether its pixels are all there."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from monitor.archivos.contenedores import MAS_CAJAS
from monitor.archivos.errores import Danado
from monitor.archivos.recortes.partes import MAYOR_DE_LA_CAMARA, PIEZA, Recorte, agregar, leer, unir

DE_PNG = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
CANALES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by the type of its colours
SEGUIDO = ((0, 0, 1, 1),)
ENTRELAZADO = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # the first column and row of each pass, and how many to the next


def recortar(archivo: BinaryIO, mayor: int) -> Recorte:
    partes = [(0, 8)]
    for desde, clase, largo in _trozos(archivo):
        _exigir_suma(archivo, clase, largo)
        hasta = archivo.tell()
        if clase in DE_PNG or (clase == b"eXIf" and largo <= MAYOR_DE_LA_CAMARA):
            agregar(partes, desde, hasta)
    return Recorte(unir(archivo, partes))


def _trozos(png) -> Iterator[tuple[int, bytes, int]]:
    """Give where each chunk begins, which it is and how much it holds, with the file at what it holds."""
    donde = 8
    for _ in range(MAS_CAJAS):
        png.seek(donde)
        largo, clase = struct.unpack(">I4s", leer(png, 8))
        yield donde, clase, largo
        if clase == b"IEND":
            return
        donde += 12 + largo
    raise Danado


def _exigir_suma(archivo, clase, largo) -> None:
    suma = zlib.crc32(clase)
    for pieza in _piezas(archivo, largo):
        suma = zlib.crc32(pieza, suma)
    if suma != struct.unpack(">I", leer(archivo, 4))[0]:
        raise Danado


def _piezas(archivo, largo: int) -> Iterator[bytes]:
    while largo:
        pieza = leer(archivo, min(largo, PIEZA))
        yield pieza
        largo -= len(pieza)


def exigir_pixeles(png: BinaryIO) -> None:
    """Raise Danado unless a PNG holds all the pixels that it announces. They are unpacked, and none is kept."""
    faltan, lector = 0, zlib.decompressobj()
    for _, clase, largo in _trozos(png):
        if clase == b"IHDR":
            faltan = _bytes_de(*struct.unpack(">IIBB2xB", leer(png, 13)))
        elif clase == b"IDAT":
            faltan -= _desempacados(lector, _piezas(png, largo), faltan)
            if faltan <= 0:
                return
    raise Danado


def _desempacados(lector, piezas: Iterable[bytes], faltan: int) -> int:
    hay = 0
    for pieza in piezas:
        if lector.eof:
            raise Danado
        salida = True
        while salida and hay < faltan:
            salida = lector.decompress(pieza, PIEZA)
            hay, pieza = hay + len(salida), lector.unconsumed_tail
    return hay


def _bytes_de(ancho: int, alto: int, bits: int, colores: int, entrelazado: int) -> int:
    """Return how many bytes the pixels take: each row, one more."""
    total = 0
    for columna, renglon, a_lo_ancho, a_lo_alto in ENTRELAZADO if entrelazado else SEGUIDO:
        columnas, renglones = -((columna - ancho) // a_lo_ancho), -((renglon - alto) // a_lo_alto)
        if columnas > 0 and renglones > 0:
            total += renglones * (1 + (columnas * bits * CANALES[colores] + 7) // 8)
    return total
