"""What a decoder is given of an image: the parts that its picture and the words of its camera need, however much else
the file carries, since decoders keep in memory all that they are given.

Each walk reads the file piece by piece, and raises Danado when it ends before what it announces, or announces nothing
that can be read.
"""

import io
import re
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import BinaryIO, NamedTuple

from monitor.archivos import contenedores, heic
from monitor.archivos.errores import Danado

PIEZA = 64 * 1024
MIB = 1024 * 1024
MAS_CAJAS = contenedores.MAS_CAJAS
MAS_PEDAZOS = 1_000_000  # that the blocks of a GIF come in, which have up to 255 bytes each
MAS_SEGMENTOS = 10_000  # of a JPEG, which have up to 64 KiB each
MAS_PASADAS = 100  # of a JPEG; a camera makes one, a program about ten, and each costs as much as the whole picture
MAYOR_DE_LA_CAMARA = MIB  # bytes of what a camera writes

Parte = bytes | tuple[int, int]  # bytes of ours; or where they begin in the file, and how many


class Recorte(NamedTuple):
    """What a decoder is given. `cabe` says whether it may have it, and `pixeles`, of what it may not have, what its
    head says; `por_renglones`, whether it decodes it without keeping the whole picture, and `pasadas`, how many times
    it goes over it."""

    archivo: BinaryIO
    cabe: bool = True
    pixeles: int = 0
    por_renglones: bool = False
    pasadas: int = 1


def recortar(archivo: BinaryIO, formato: str, mayor: int) -> Recorte:
    """Return what the decoder of a format of Pillow's is given of an image: of those that it reads at once, `mayor`
    bytes at most."""
    archivo.seek(0)
    if formato == "HEIF":
        return _de_heic(archivo, mayor)
    if formato == "WEBP":
        return _de_webp(archivo, mayor)
    if formato == "JPEG":
        return _de_jpeg(archivo)
    return Recorte(_unir(archivo, {"PNG": _de_png, "GIF": _de_gif}[formato](archivo)))


# --- A file made of parts of another ---


class _Unidas(io.RawIOBase):
    def __init__(self, archivo: BinaryIO, partes: list[Parte]):
        self._archivo, self._partes, self._donde = archivo, partes, 0
        self._inicios = [0, *accumulate(map(_largo, partes))]

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


def _unir(archivo, partes: list[Parte]) -> BinaryIO:
    return io.BufferedReader(_Unidas(archivo, partes))


def _largo(parte: Parte) -> int:
    return len(parte) if isinstance(parte, bytes) else parte[1]


def _agregar(partes: list[Parte], desde: int, hasta: int) -> None:
    """Add a part to those of a file, which is one with the last when nothing was left out between them."""
    if partes and sum(partes[-1]) == desde:
        desde = partes.pop()[0]
    partes.append((desde, hasta - desde))


def _leer(archivo, cuantos: int) -> bytes:
    leido = archivo.read(cuantos)
    if len(leido) < cuantos:
        raise Danado
    return leido


# --- JPEG ---

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


def _de_jpeg(archivo) -> Recorte:
    segmentos = list(_segmentos(archivo))
    pasadas = [uno.cabeza[0] for uno in segmentos if uno.clase == PASADA]
    cuadros = [(uno.clase, uno.cabeza[5]) for uno in segmentos if uno.clase in CUADROS]
    por_renglones = all(clase in POR_RENGLONES and de == pasada for clase, de in cuadros for pasada in pasadas)
    acaba = segmentos[-1].clase == FIN or por_renglones  # some cameras leave the end out
    if not acaba or not 0 < len(pasadas) <= MAS_PASADAS:
        raise Danado
    partes = _unir(archivo, _sin_sobras(segmentos))
    return Recorte(partes, por_renglones=por_renglones, pasadas=len(pasadas))


def _sin_sobras(segmentos: list[_Segmento]) -> list[Parte]:
    partes, cabe = [], MAYOR_DE_LA_CAMARA
    for uno in segmentos:
        if uno.clase == DE_LA_CAMARA:
            cabe -= uno.fin - uno.inicio
        sobra = uno.clase in SOBRAN or (uno.clase == DE_LA_CAMARA and cabe < 0)
        _agregar(partes, uno.desde, uno.inicio if sobra else uno.fin)
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
        (largo,) = struct.unpack(">H", _leer(archivo, 2))
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


# --- PNG ---

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


def _de_png(archivo) -> list[Parte]:
    partes = [(0, 8)]
    for desde, clase, largo in _trozos(archivo):
        _exigir_suma(archivo, clase, largo)
        hasta = archivo.tell()
        if clase in DE_PNG or (clase == b"eXIf" and largo <= MAYOR_DE_LA_CAMARA):
            _agregar(partes, desde, hasta)
    return partes


def _trozos(png) -> Iterator[tuple[int, bytes, int]]:
    """Give where each chunk begins, which it is and how much it holds, with the file at what it holds."""
    donde = 8
    for _ in range(MAS_CAJAS):
        png.seek(donde)
        largo, clase = struct.unpack(">I4s", _leer(png, 8))
        yield donde, clase, largo
        if clase == b"IEND":
            return
        donde += 12 + largo
    raise Danado


def _exigir_suma(archivo, clase, largo) -> None:
    suma = zlib.crc32(clase)
    for pieza in _piezas(archivo, largo):
        suma = zlib.crc32(pieza, suma)
    if suma != struct.unpack(">I", _leer(archivo, 4))[0]:
        raise Danado


def _piezas(archivo, largo: int) -> Iterator[bytes]:
    while largo:
        pieza = _leer(archivo, min(largo, PIEZA))
        yield pieza
        largo -= len(pieza)


def exigir_pixeles(png: BinaryIO) -> None:
    """Raise Danado unless a PNG holds all the pixels that it announces. They are unpacked, and none is kept."""
    faltan, lector = 0, zlib.decompressobj()
    for _, clase, largo in _trozos(png):
        if clase == b"IHDR":
            faltan = _bytes_de(*struct.unpack(">IIBB2xB", _leer(png, 13)))
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


# --- WebP ---

DE_WEBP = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM"}


def _de_webp(archivo, mayor: int) -> Recorte:
    partes, hay = [], set()
    for desde, clase, largo in _trozos_riff(archivo):
        de_la_camara = clase in (b"EXIF", b"XMP ") and largo <= MAYOR_DE_LA_CAMARA
        if clase in DE_WEBP or (clase not in hay and (de_la_camara or clase == b"ANMF")):
            _agregar(partes, desde, desde + 8 + largo + largo % 2)
            hay.add(clase)
    suyos = sum(map(_largo, partes))
    cabeza = b"RIFF" + struct.pack("<I", 4 + suyos) + b"WEBP"
    return Recorte(_unir(archivo, [cabeza, *partes]), suyos <= mayor, _pixeles_de_webp(archivo))


def _trozos_riff(archivo) -> Iterator[tuple[int, bytes, int]]:
    fin = archivo.seek(0, 2)
    archivo.seek(4)
    (anunciado,) = struct.unpack("<I", _leer(archivo, 4))
    donde = 12
    for _ in range(MAS_CAJAS):
        if donde >= 8 + anunciado:
            return
        archivo.seek(donde)
        clase, largo = struct.unpack("<4sI", _leer(archivo, 8))
        if donde + 8 + largo > fin:
            raise Danado
        yield donde, clase, largo
        donde += 8 + largo + largo % 2
    raise Danado


def _pixeles_de_webp(archivo) -> int:
    archivo.seek(12)
    clase, dicho = struct.unpack("<4s4x10s", _leer(archivo, 18))
    if clase == b"VP8X":
        return (int.from_bytes(dicho[4:7], "little") + 1) * (int.from_bytes(dicho[7:], "little") + 1)
    if clase == b"VP8L":
        lados = int.from_bytes(dicho[1:5], "little")
        return ((lados & 0x3FFF) + 1) * ((lados >> 14 & 0x3FFF) + 1)
    ancho, alto = struct.unpack("<6x2H", dicho)
    return (ancho & 0x3FFF) * (alto & 0x3FFF)


# --- GIF: its first frame ---

IMAGEN, EXTENSION, TERMINA, TRANSPARENTE = b",", b"!", b";", b"\xf9"


def _de_gif(archivo) -> list[Parte]:
    """Return the parts of the first frame, once the blocks of the file end with its trailer. None is decoded, however
    many there are."""
    pantalla = _leer(archivo, 13)
    archivo.seek(_paleta(pantalla[10]), 1)
    partes, hay, pedazos = [(0, archivo.tell())], False, 0
    for _ in range(MAS_CAJAS):
        desde, clase = archivo.tell(), _abre_bloque(archivo)
        if clase == TERMINA:
            return [*partes, TERMINA]
        pedazos = _saltar_pedazos(archivo, pedazos)
        if not hay and clase in (IMAGEN, TRANSPARENTE):
            partes.append((desde, archivo.tell() - desde))
        hay = hay or clase == IMAGEN
    raise Danado


def _abre_bloque(archivo) -> bytes:
    """Read the head of a block, and return which it is."""
    marca = _leer(archivo, 1)
    if marca == EXTENSION:
        return _leer(archivo, 1)
    if marca == IMAGEN:
        archivo.seek(_paleta(_leer(archivo, 9)[8]), 1)
        _leer(archivo, 1)
    elif marca != TERMINA:
        raise Danado
    return marca


def _saltar_pedazos(archivo, pedazos: int) -> int:
    """Go to the end of a block, and return how many pieces the file has had so far."""
    while largo := _leer(archivo, 1)[0]:
        archivo.seek(largo, 1)
        pedazos += 1
        if pedazos == MAS_PEDAZOS:
            raise Danado
    return pedazos


def _paleta(banderas: int) -> int:
    return 3 << (banderas & 7) + 1 if banderas & 0x80 else 0


# --- HEIC ---


def _de_heic(archivo, mayor: int) -> Recorte:
    """Return a HEIC as it is, or, when it is too large, what its pictures need of it."""
    contenedores.exigir_cajas(archivo)
    if archivo.seek(0, 2) <= mayor:
        archivo.seek(0)
        return Recorte(archivo)
    partes = heic.lo_que_hace_falta(archivo)
    cabe = partes is not None and sum(map(_largo, partes)) <= mayor
    return Recorte(_unir(archivo, partes or []), cabe, heic.pixeles(archivo))
