"""Images with many more bytes than their pictures have, as anybody may send them."""

import struct
import zlib


def pedazo(clase: bytes, contenido: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(contenido)) + clase + contenido + struct.pack(">I", zlib.crc32(clase + contenido))


def caja(clase: bytes, contenido: bytes = b"") -> bytes:
    """Return a box of a HEIC or of a video."""
    return struct.pack(">I4s", 8 + len(contenido), clase) + contenido


def _jpeg(suya, bytes_):
    return suya[:2] + (b"\xff\xef\xff\xff" + bytes(65_533)) * (bytes_ // 65_537) + suya[2:]


def _png(suya, bytes_):
    return suya[:33] + pedazo(b"prIV", bytes(bytes_)) + suya[33:]


def _webp(suya, bytes_):
    trozos = suya[12:] + b"PRIV" + struct.pack("<I", bytes_) + bytes(bytes_)
    return b"RIFF" + struct.pack("<I", 4 + len(trozos)) + b"WEBP" + trozos


def _gif(suya, bytes_):
    comentario = b"!\xfe" + (b"\xff" + bytes(255)) * 1024 + b"\0"
    return suya[:-1] + comentario * (bytes_ // len(comentario)) + suya[-1:]


def _heic(suya, bytes_):
    return suya + caja(b"free", bytes(bytes_))


RELLENAR = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "GIF": _gif, "HEIF": _heic}


def rellena(formato: str, suya: bytes, bytes_: int) -> bytes:
    """Return an image of a format of Pillow's with about so many bytes more, which say nothing of it."""
    return RELLENAR[formato](suya, bytes_)
