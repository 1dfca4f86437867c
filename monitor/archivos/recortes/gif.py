"""GIF: its first frame."""

from typing import BinaryIO

from monitor.archivos.contenedores import MAS_CAJAS
from monitor.archivos.errores import Danado
from monitor.archivos.recortes.partes import Recorte, leer, unir

MAS_PEDAZOS = 1_000_000  # that its blocks come in, which have up to 255 bytes each

IMAGEN, EXTENSION, TERMINA, TRANSPARENTE = b",", b"!", b";", b"\xf9"


def recortar(archivo: BinaryIO, mayor: int) -> Recorte:
    """Return the first frame, once the blocks of the file end with its trailer. None is decoded, however
    many there are."""
    pantalla = leer(archivo, 13)
    archivo.seek(_paleta(pantalla[10]), 1)
    partes, hay, pedazos = [(0, archivo.tell())], False, 0
    for _ in range(MAS_CAJAS):
        desde, clase = archivo.tell(), _abre_bloque(archivo)
        if clase == TERMINA:
            return Recorte(unir(archivo, [*partes, TERMINA]))
        pedazos = _saltar_pedazos(archivo, pedazos)
        if not hay and clase in (IMAGEN, TRANSPARENTE):
            partes.append((desde, archivo.tell() - desde))
        hay = hay or clase == IMAGEN
    raise Danado


def _abre_bloque(archivo) -> bytes:
    """Read the head of a block, and return which it is."""
    marca = leer(archivo, 1)
    if marca == EXTENSION:
        return leer(archivo, 1)
    if marca == IMAGEN:
        archivo.seek(_paleta(leer(archivo, 9)[8]), 1)
        leer(archivo, 1)
    elif marca != TERMINA:
        raise Danado
    return marca


def _saltar_pedazos(archivo, pedazos: int) -> int:
    """Go to the end of a block, and return how many pieces the file has had so far."""
    while largo := leer(archivo, 1)[0]:
        archivo.seek(largo, 1)
        pedazos += 1
        if pedazos == MAS_PEDAZOS:
            raise Danado
    return pedazos


def _paleta(banderas: int) -> int:
    return 3 << (banderas & 7) + 1 if banderas & 0x80 else 0
