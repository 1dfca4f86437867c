"""JPEG: its segments, without the comments and profiles that no picture needs."""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from monitor.archivos.errores import Danado
from monitor.archivos.recortes.partes import MAYOR_DE_LA_CAMARA, PIEZA, Parte, Recorte, agregar, leer, unir

MAS_SEGMENTOS = 10_000  # of up to 64 KiB each
MAS_PASADAS = 100  # a camera makes one, a program about ten, and each costs as much as the whole picture

MARCA = re.compile(rb"\xff[\xc0-\xcf\xd9-\xfe]")  # those of segments, and the end
FIN, PASADA = 0xD9, 0xDA
CUADROS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
POR_RENGLONES = {0xC0, 0xC1, 0xC9}  # frames that may be decoded as they come
DE_LA_CAMARA, SOBRAN = 0xE1, {*range(0xE2, 0xF0), 0xFE} - {0xEE}  # 0xEE tells the colours of some


class _Segmento(NamedTuple):
    desde: int  # where the one before ends
    inicio: int
    fin: int
    clase: int | None  # None where the file ends without saying so
    cabeza: bytes


def recortar(archivo: BinaryIO, mayor: int) -> Recorte:
    segmentos = list(_segmentos(archivo))
    pasadas = [uno.cabeza[0] for uno in segmentos if uno.clase == PASADA]
    cuadros = [(uno.clase, uno.cabeza[5]) for uno in segmentos if uno.clase in CUADROS]
    por_renglones = all(clase in POR_RENGLONES and de == pasada for clase, de in cuadros for pasada in pasadas)
    acaba = segmentos[-1].clase == FIN or por_renglones  # some cameras leave the end out
    if not acaba or not 0 < len(pasadas) <= MAS_PASADAS:
        raise Danado
    partes = unir(archivo, _sin_sobras(segmentos))
    return Recorte(partes, por_renglones=por_renglones, pasadas=len(pasadas))


def _sin_sobras(segmentos: list[_Segmento]) -> list[Parte]:
    partes, cabe = [], MAYOR_DE_LA_CAMARA
    for uno in segmentos:
        if uno.clase == DE_LA_CAMARA:
            cabe -= uno.fin - uno.inicio
        sobra = uno.clase in SOBRAN or (uno.clase == DE_LA_CAMARA and cabe < 0)
        agregar(partes, uno.desde, uno.inicio if sobra else uno.fin)
    return partes


def _segmentos(archivo) -> Iterator[_Segmento]:
    """Give the segments of a JPEG up to its end, each with what comes before it."""
    donde = 0
    for _ in range(MAS_SEGMENTOS):
        inicio, clase = _marca_desde(archivo, donde)
        if clase in (FIN, None):
            yield _Segmento(donde, inicio, inicio if clase is None else inicio + 2, clase, b"")
            return
        archivo.seek(inicio + 2)
        (largo,) = struct.unpack(">H", leer(archivo, 2))
        fin = inicio + 2 + max(largo, 2)
        yield _Segmento(donde, inicio, fin, clase, archivo.read(6))
        donde = fin
    raise Danado


def _marca_desde(archivo, donde: int) -> tuple[int, int | None]:
    """Return where the next mark is, and which; at the end of the file, none."""
    archivo.seek(donde)
    antes = b""
    while pieza := archivo.read(PIEZA):
        hallada = MARCA.search(antes + pieza)
        if hallada:
            return donde - len(antes) + hallada.start(), hallada[0][1]
        donde += len(pieza)
        antes = b"\xff" if pieza.endswith(b"\xff") else b""
    return donde, None
