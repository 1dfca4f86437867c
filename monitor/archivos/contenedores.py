"""The boxes of HEIC, MP4 and MOV, walked without reading what they hold: whether a file is whole. Each walk raises
Danado when the file ends before what it announces, or announces nothing that can be read."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from monitor.archivos.errores import Danado

MAS_CAJAS = 100_000  # boxes of one file; more is no photo and no video
CAJAS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # what a QuickTime file may begin with
DE_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
DE_MP4 = {b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"dash", b"MSNV", b"mmp4"}
DE_MP4 |= {f"iso{n}".encode() for n in range(2, 10)}
AJENAS = {b"avif", b"avis", b"crx ", b"jp2 ", b"M4A ", b"M4B ", b"M4P ", b"f4a "}  # as the first brand


def es_de_cajas(cabeza: bytes) -> bool:
    return cabeza[4:8] in CAJAS


def marca(cabeza: bytes) -> str:
    """Return `heic`, `mp4` or `mov` by the brands of the first box, or another word."""
    if cabeza[4:8] != b"ftyp":
        return "mov"  # those from before there were brands
    fin = min(struct.unpack(">I", cabeza[:4])[0], len(cabeza))
    primera, marcas = cabeza[8:12], {cabeza[i : i + 4] for i in (8, *range(16, fin - 3, 4))}
    if primera == b"qt  ":
        return "mov"
    if primera in AJENAS or (primera in (b"mif1", b"msf1") and not marcas & DE_HEIC):
        return "otra"
    if marcas & DE_HEIC:
        return "heic"
    return "mp4" if marcas & DE_MP4 else "otra"


def exigir_cajas(archivo: BinaryIO) -> None:
    """Raise Danado unless the file is a row of whole boxes, one of them with what it is about."""
    vistas = {clase for clase, _, _ in cajas(archivo, 0, archivo.seek(0, 2))}
    if not vistas & {b"moov", b"moof", b"meta"}:
        raise Danado


def cajas(archivo, donde: int, fin: int) -> Iterator[tuple[bytes, int, int]]:
    """Give each of a row of boxes: which it is, where what it holds begins, and where it ends."""
    for _ in range(MAS_CAJAS):
        if donde == fin:
            return
        tamano, clase, cabeza = _caja(archivo, donde, fin)
        if donde + tamano > fin:
            raise Danado
        yield clase, donde + cabeza, donde + tamano
        donde += tamano
    raise Danado


def _caja(archivo, donde: int, fin: int) -> tuple[int, bytes, int]:
    archivo.seek(donde)
    cabeza = archivo.read(16)
    if len(cabeza) < 8:
        raise Danado
    tamano, clase = struct.unpack(">I4s", cabeza[:8])
    minimo = 8
    if tamano == 1:
        if len(cabeza) < 16:
            raise Danado
        (tamano,), minimo = struct.unpack(">Q", cabeza[8:]), 16
    elif tamano == 0:  # up to the end of the file
        tamano = fin - donde
    if tamano < minimo:
        raise Danado
    return tamano, clase, minimo
