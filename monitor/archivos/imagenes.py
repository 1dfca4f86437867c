"""Images: what they say of themselves, and their thumbnails. Pillow decodes them, one at a time in each process, so
that no number of large ones fills the memory."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Lock
from typing import BinaryIO, NamedTuple

import pillow_heif
from django.utils import timezone
from PIL import ExifTags, Image, ImageFile, ImageOps, PngImagePlugin

from monitor.archivos.errores import DEMASIADOS_PIXELES, Danado
from monitor.archivos.recortes import png, recortar
from monitor.archivos.recortes.partes import Recorte
from monitor.errores import DatosInvalidos

MIB = 1024 * 1024

pillow_heif.register_heif_opener(thumbnails=False)
ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = None  # `_exigir_tamano` counts them, and refuses in words of ours

PIXELES = 100_000_000
PIXELES_DE_UN_DIBUJO = 12_000_000
LADO_DE_UN_DIBUJO = 1200
CALIDAD = 80  # of a thumbnail
A_LO_MAS = 8  # how many times smaller a JPEG is decoded to see whether it is whole

# Bytes that a decoder takes for each pixel, of those that keep the whole picture.
CUESTA = {"JPEG": 6, "GIF": 4, "HEIF": 8, "WEBP": 16}
AL_RECIBIR = 16_000_000  # bytes that a decoder may take while a file comes in
AL_DIBUJAR = 150_000_000  # and a JPEG that keeps the whole picture, for a thumbnail
PIXELES_REPASADOS = 300_000_000  # of that JPEG, over all its passes
# Bytes that are read at once, by those that read them so: no camera writes so many. WebP's makes three copies.
DE_UNA_VEZ = {"HEIF": 14 * MIB, "WEBP": 5 * MIB}
DE_UNA_VEZ_AL_DIBUJAR = 20 * MIB
PRIMER_ANIO = 1990  # before it, a camera has lost its clock
_una_a_la_vez = Lock()


class Ficha(NamedTuple):
    """The data of an image about itself, upright. `tomada_en`, `latitud` and `longitud` are its camera's, and null when
    it doesn't say or can't be believed."""

    ancho: int | None = None
    alto: int | None = None
    tomada_en: datetime | None = None
    latitud: float | None = None
    longitud: float | None = None


def ficha(archivo: BinaryIO, formato: str) -> Ficha:
    """Return what an image of a format of Pillow's says. Raise DatosInvalidos when it can't be read to its end, or has
    too many pixels. Of one that would take too much memory nothing is known but that it has not too many."""
    try:
        recorte = recortar(archivo, formato, DE_UNA_VEZ.get(formato, 0))
        if not recorte.cabe:
            _exigir_tamano(recorte.pixeles, PIXELES)
            return Ficha()
        with _una_a_la_vez, _abrir(recorte, formato, PIXELES) as imagen:
            leida = _leer(imagen)
            if recorte.por_renglones or _cuesta(imagen) <= AL_RECIBIR:
                imagen.draft("RGB", tuple(max(1, lado // A_LO_MAS) for lado in imagen.size))
                imagen.load()
        if formato == "PNG":
            png.exigir_pixeles(recorte.archivo)
        return leida
    except DatosInvalidos:
        raise
    except Exception as error:
        # Its readers raise whatever a broken file makes them stumble over.
        raise Danado from error


def miniatura(archivo: BinaryIO, formato: str, lado: int) -> bytes | None:
    """Return a small JPEG of an image, upright and with nothing of what its camera wrote, or None when it can't be
    decoded, or would take too much memory or time."""
    return _en_chico(archivo, formato, lado, PIXELES, "JPEG", quality=CALIDAD, exif=b"")


def dibujo(contenido: bytes, formato: str) -> bytes | None:
    """Return a PNG of an image as others may draw it: upright, on white, no larger than it has to be on paper, and
    nothing but its pixels. None when it can't be read, or is too large for a drawing."""
    return _en_chico(BytesIO(contenido), formato, LADO_DE_UN_DIBUJO, PIXELES_DE_UN_DIBUJO, "PNG")


def _en_chico(archivo: BinaryIO, formato: str, lado: int, mas: int, como: str, **opciones) -> bytes | None:
    with suppress(Exception):
        recorte = recortar(archivo, formato, DE_UNA_VEZ_AL_DIBUJAR)
        if not recorte.cabe:
            return None
        with _una_a_la_vez, _abrir(recorte, formato, mas) as imagen:
            if formato == "JPEG" and not recorte.por_renglones and not _se_dibuja(imagen, recorte.pasadas):
                return None
            imagen.draft("RGB", (lado, lado))
            imagen.thumbnail((lado, lado), reducing_gap=2)
            salida = BytesIO()
            _en_blanco(ImageOps.exif_transpose(imagen)).save(salida, como, **opciones)
            return salida.getvalue()
    return None


def _abrir(recorte: Recorte, formato: str, mas: int) -> Image.Image:
    imagen = Image.open(recorte.archivo, formats=[formato])
    try:
        _exigir_tamano(imagen.width * imagen.height, mas)
    except DatosInvalidos:
        imagen.close()
        raise
    return imagen


def _exigir_tamano(pixeles: int, mas: int) -> None:
    if pixeles > mas:
        raise DatosInvalidos(DEMASIADOS_PIXELES, codigo="imagen_demasiado_grande")


def _se_dibuja(imagen: Image.Image, pasadas: int) -> bool:
    return _cuesta(imagen) <= AL_DIBUJAR and imagen.width * imagen.height * pasadas <= PIXELES_REPASADOS


def _cuesta(imagen: Image.Image) -> float:
    return imagen.width * imagen.height * CUESTA.get(imagen.format, math.inf)


def _en_blanco(imagen) -> Image.Image:
    """Return an image as a JPEG holds it: what is transparent, on white."""
    if imagen.mode == "RGB":
        return imagen
    con_alfa = imagen.convert("RGBA")
    fondo = Image.new("RGB", imagen.size, "white")
    fondo.paste(con_alfa, mask=con_alfa.getchannel("A"))
    return fondo


# --- What the camera wrote ---


def _leer(imagen) -> Ficha:
    ancho, alto = imagen.size
    exif = {}
    if not isinstance(imagen, PngImagePlugin.PngImageFile) or "exif" in imagen.info:  # else it would be decoded whole
        with suppress(Exception):  # a photo is good without it
            exif = imagen.getexif()
    if exif.get(ExifTags.Base.Orientation) in (5, 6, 7, 8):
        ancho, alto = alto, ancho
    return Ficha(ancho, alto, *_de_la_camara(exif))


def _de_la_camara(exif) -> tuple[datetime | None, float | None, float | None]:
    tomada_en = latitud = longitud = None
    with suppress(Exception):
        tomada_en = _momento(exif.get_ifd(ExifTags.IFD.Exif))
    with suppress(Exception):
        latitud, longitud = _lugar(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return tomada_en, latitud, longitud


def _momento(datos) -> datetime | None:
    """Return when a photo was taken; without a zone, by the shop's clock."""
    momento = datetime.strptime(_texto(datos[ExifTags.Base.DateTimeOriginal]), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    zona = _texto(datos.get(ExifTags.Base.OffsetTimeOriginal, ""))
    with suppress(ValueError):  # a camera that doesn't know leaves it blank, and some write anything
        momento = datetime.fromisoformat(f"{momento.isoformat()}{zona}")
    if momento.tzinfo is None:
        momento = timezone.make_aware(momento, timezone.get_default_timezone())
    momento = momento.astimezone(UTC)
    return momento if momento.year >= PRIMER_ANIO and momento < timezone.now() + timedelta(days=1) else None


def _texto(valor) -> str:
    return str(valor).strip("\0 ")


def _lugar(datos) -> tuple[float | None, float | None]:
    latitud = _grados(datos[ExifTags.GPS.GPSLatitude], datos[ExifTags.GPS.GPSLatitudeRef], ("N", "S"))
    longitud = _grados(datos[ExifTags.GPS.GPSLongitude], datos[ExifTags.GPS.GPSLongitudeRef], ("E", "W"))
    if abs(latitud) > 90 or abs(longitud) > 180 or latitud == longitud == 0:
        return None, None
    return latitud, longitud


def _grados(partes, lado, lados: tuple[str, str]) -> float:
    """Return degrees, negative on the second of the two sides. Of those without a side nobody knows where they are."""
    grados, minutos, segundos = (float(parte) for parte in partes)
    valor = round(grados + minutos / 60 + segundos / 3600, 7)
    if not math.isfinite(valor) or min(grados, minutos, segundos) < 0 or max(minutos, segundos) > 60:
        raise ValueError(partes)
    return -valor if lados.index(_texto(lado).upper()) else valor
