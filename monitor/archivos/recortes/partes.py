"""A file made of parts of another, and what a decoder is given."""

import io
from bisect import bisect_right
from itertools import accumulate
from typing import BinaryIO, NamedTuple

from monitor.archivos.errores import Danado

PIEZA = 64 * 1024
MAYOR_DE_LA_CAMARA = 1024 * 1024  # bytes of what a camera writes

Parte = bytes | tuple[int, int]  # bytes of ours; or where they begin in the file, and how many


class Recorte(NamedTuple):
    """An image as its decoder is given it. `cabe` says whether it may have it, and `pixeles`, of what it may not have,
    what its head says; `por_renglones`, whether it decodes it without keeping the whole picture, and `pasadas`, how
    many times it goes over it."""

    archivo: BinaryIO
    cabe: bool = True
    pixeles: int = 0
    por_renglones: bool = False
    pasadas: int = 1


class _Unidas(io.RawIOBase):
    def __init__(self, archivo: BinaryIO, partes: list[Parte]):
        self._archivo, self._partes, self._donde = archivo, partes, 0
        self._inicios = [0, *accumulate(map(largo_de, partes))]

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, cuanto, desde=0):
        self._donde = max((0, self._donde, self._inicios[-1])[desde] + cuanto, 0)
        return self._donde

    def readinto(self, espacio):
        i = bisect_right(self._inicios, self._donde) - 1
        if i == len(self._partes):
            return 0
        leido = self._leer(self._partes[i], self._donde - self._inicios[i], len(espacio))
        espacio[: len(leido)] = leido
        self._donde += len(leido)
        return len(leido)

    def _leer(self, parte, salto, cuantos):
        if isinstance(parte, bytes):
            return parte[salto : salto + cuantos]
        desde, largo = parte
        self._archivo.seek(desde + salto)
        return self._archivo.read(min(cuantos, largo - salto))


def unir(archivo, partes: list[Parte]) -> BinaryIO:
    return io.BufferedReader(_Unidas(archivo, partes))


def largo_de(parte: Parte) -> int:
    return len(parte) if isinstance(parte, bytes) else parte[1]


def agregar(partes: list[Parte], desde: int, hasta: int) -> None:
    """Add a part to those of a file, which is one with the last when nothing was left out between them."""
    if partes and sum(partes[-1]) == desde:
        desde = partes.pop()[0]
    partes.append((desde, hasta - desde))


def leer(archivo, cuantos: int) -> bytes:
    leido = archivo.read(cuantos)
    if len(leido) < cuantos:
        raise Danado
    return leido
