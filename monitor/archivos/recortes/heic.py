"""HEIC: how large its pictures say to be, and the file without what they don't need. What it holds is named by where it
is in the file: whatever is left out, the rest moves and its names with it."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from monitor.archivos.contenedores import cajas, exigir_cajas
from monitor.archivos.errores import Danado
from monitor.archivos.recortes.partes import Parte, Recorte, largo_de, unir

MAYOR_INDICE = 1024 * 1024  # bytes; a camera writes some thousands

Lugar = tuple[int, int]  # where bytes begin, and how many they are
Hijas = list[tuple[int, int]]  # where what boxes hold begins, and where it ends


def recortar(archivo: BinaryIO, mayor: int) -> Recorte:
    """Return a HEIC as it is, or, when it is too large, what its pictures need of it."""
    exigir_cajas(archivo)
    if archivo.seek(0, 2) <= mayor:
        archivo.seek(0)
        return Recorte(archivo)
    partes = _lo_que_hace_falta(archivo)
    cabe = partes is not None and sum(map(largo_de, partes)) <= mayor
    return Recorte(unir(archivo, partes or []), cabe, _pixeles(archivo))


def _pixeles(archivo: BinaryIO) -> int:
    """Return how many pixels the largest picture says to have."""
    medidas = _dentro(archivo, [(0, archivo.seek(0, 2))], b"meta", b"iprp", b"ipco", b"ispe")
    return max((_area(archivo, desde) for desde, _ in medidas), default=0)


def _lo_que_hace_falta(archivo: BinaryIO) -> list[Parte] | None:
    """Return the parts of a file with the same pictures and nothing else, or None when it has no index of them, or one
    larger than any."""
    fin = archivo.seek(0, 2)
    metas = [(desde, hasta) for clase, desde, hasta in cajas(archivo, 0, fin) if clase == b"meta"]
    if not metas or metas[0][1] - metas[0][0] > MAYOR_INDICE:
        return None
    desde, hasta = metas[0]
    archivo.seek(desde)
    indice = bytearray(archivo.read(hasta - desde))
    archivo.seek(0)
    cabeza = archivo.read(struct.unpack(">I", archivo.read(4))[0] - 4)
    return _juntar(struct.pack(">I", len(cabeza) + 4) + cabeza, indice, fin)


def _juntar(cabeza: bytes, indice: bytearray, fin: int) -> list[Parte]:
    """Return the head, the index and what it names, in the box of data that comes next."""
    antes = len(cabeza) + 8 + len(indice) + 16
    lugares: list[Lugar] = []
    for desde, hasta in _dentro(BytesIO(indice), [(4, len(indice))], b"iloc"):
        lugares += _mover(_Campos(indice, desde, hasta), antes + sum(largo for _, largo in lugares))
    if any(desde + largo > fin for desde, largo in lugares):
        raise Danado
    datos = sum(largo for _, largo in lugares)
    meta = struct.pack(">I4s", 8 + len(indice), b"meta") + indice
    return [cabeza + meta + struct.pack(">I4sQ", 1, b"mdat", 16 + datos), *lugares]


class _Campos:
    """Numbers one after another, up to an end."""

    def __init__(self, bytes_: bytearray, desde: int, fin: int):
        self._bytes, self.donde, self._fin = bytes_, desde, fin

    def leer(self, largo: int) -> int:
        self.donde += largo
        if self.donde > self._fin:
            raise Danado
        return int.from_bytes(self._bytes[self.donde - largo : self.donde], "big")

    def cambiar(self, donde: int, largo: int, numero: int) -> None:
        self._bytes[donde : donde + largo] = numero.to_bytes(largo, "big")


def _mover(campos: _Campos, hacia: int) -> Iterator[Lugar]:
    """Give where each thing is, and write that it is one after another from `hacia`."""
    version, _, tamanos = campos.leer(1), campos.leer(3), campos.leer(2)
    de_sitio, de_largo, de_base, de_indice = (tamanos >> bits & 15 for bits in (12, 8, 4, 0))
    de_id = 4 if version == 2 else 2
    for _ in range(campos.leer(de_id)):
        campos.leer(de_id)
        en_el_archivo = not (campos.leer(2) & 15 if version else 0)
        campos.leer(2)
        base, en_base = campos.leer(de_base), campos.donde - de_base
        if en_el_archivo and de_sitio:
            campos.cambiar(en_base, de_base, 0)
        for _ in range(campos.leer(2)):
            campos.leer(de_indice if version else 0)
            sitio, en_sitio = campos.leer(de_sitio), campos.donde - de_sitio
            largo = campos.leer(de_largo)
            if en_el_archivo:
                campos.cambiar(*((en_sitio, de_sitio) if de_sitio else (en_base, de_base)), hacia)
                yield base + sitio, largo
                hacia += largo


def _dentro(archivo, lugares: Hijas, *clases: bytes) -> Hijas:
    """Return what the boxes of these kinds hold, each kind inside the one before."""
    for clase in clases:
        salto = 4 if clase in (b"meta", b"ispe") else 0  # these say their version first
        lugares = [
            (desde + salto, fin) for lugar in lugares for suya, desde, fin in cajas(archivo, *lugar) if suya == clase
        ]
    return lugares


def _area(archivo, desde: int) -> int:
    archivo.seek(desde)
    lados = archivo.read(8)
    return int.from_bytes(lados[:4], "big") * int.from_bytes(lados[4:], "big")
