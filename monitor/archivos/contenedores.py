"""The containers of images and videos, walked without reading what they hold: whether a file is whole. Each walk raises
Danado when the file ends before what it announces, or announces nothing that can be read."""

import struct
from typing import BinaryIO

from monitor.archivos.errores import Danado

MAS_CAJAS = 100_000  # boxes or blocks of one file; more is no photo and no video
MAS_PEDAZOS = 1_000_000  # that the blocks of a GIF come in, which have up to 255 bytes each
CAJAS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # what a QuickTime file may begin with
DE_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
DE_MP4 = {b"isom", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"dash", b"MSNV", b"mmp4"}
DE_MP4 |= {f"iso{n}".encode() for n in range(2, 10)}
AJENAS = {b"avif", b"avis", b"crx ", b"jp2 ", b"M4A ", b"M4B ", b"M4P ", b"f4a "}  # as the first brand


# --- Boxes: HEIC, MP4 and MOV ---


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
    fin, donde, vistas = archivo.seek(0, 2), 0, set()
    for _ in range(MAS_CAJAS):
        if donde == fin:
            break
        tamano, clase = _caja(archivo, donde, fin)
        vistas.add(clase)
        donde += tamano
        if donde > fin:
            raise Danado
    if donde != fin or not vistas & {b"moov", b"moof", b"meta"}:
        raise Danado


def _caja(archivo, donde: int, fin: int) -> tuple[int, bytes]:
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
    return tamano, clase


# --- RIFF: WebP ---


def exigir_riff(archivo: BinaryIO) -> None:
    fin = archivo.seek(0, 2)
    archivo.seek(4)
    (anunciado,) = struct.unpack("<I", archivo.read(4))
    if anunciado + 8 > fin + anunciado % 2:
        raise Danado


# --- GIF ---


def exigir_gif(archivo: BinaryIO) -> None:
    """Raise Danado unless the blocks of a GIF end with its trailer. No frame is decoded, however many there are."""
    pantalla = _leer(archivo, 13)
    archivo.seek(_paleta(pantalla[10]), 1)
    pedazos = 0
    for _ in range(MAS_CAJAS):
        if not _abre_bloque(archivo):
            return
        while largo := _leer(archivo, 1)[0]:
            archivo.seek(largo, 1)
            pedazos += 1
            if pedazos == MAS_PEDAZOS:
                raise Danado
    raise Danado


def _abre_bloque(archivo) -> bool:
    """Read the head of a block, and return whether there is one: False at the trailer."""
    marca = _leer(archivo, 1)
    if marca == b"!":
        _leer(archivo, 1)
    elif marca == b",":
        archivo.seek(_paleta(_leer(archivo, 9)[8]), 1)
        _leer(archivo, 1)
    elif marca != b";":
        raise Danado
    return marca != b";"


def _paleta(banderas: int) -> int:
    return 3 << (banderas & 7) + 1 if banderas & 0x80 else 0


def _leer(archivo, cuantos: int) -> bytes:
    leido = archivo.read(cuantos)
    if len(leido) < cuantos:
        raise Danado
    return leido
