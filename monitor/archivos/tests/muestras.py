"""Small files of every kind that is taken, and of some that aren't, made here."""

import io
import struct
import warnings
import zipfile
import zlib
from functools import cache

import openpyxl
from PIL import Image

from monitor.tests.rellenas import caja, pedazo


def imagen(formato="JPEG", ancho=40, alto=30, color="red", ruido=False, **opciones) -> bytes:
    salida = io.BytesIO()
    lisa = Image.new("RGB", (ancho, alto), color)
    (Image.effect_noise(lisa.size, 60).convert("RGB") if ruido else lisa).save(salida, formato, **opciones)
    return salida.getvalue()


def con_exif(orientacion=1, tomada="2024:03:20 10:30:00", lugar=((19, 25, 57.0), "N", (99, 8, 0), "W"), **mas) -> bytes:
    """Return a JPEG whose left half is black and whose right half is white, with what a camera writes."""
    exif = Image.Exif()
    exif[0x0112] = orientacion
    exif[0x8769] = {0x9003: tomada, **({0x9011: mas["zona"]} if "zona" in mas else {})}
    if lugar:
        latitud, norte, longitud, este = lugar
        lados = {clave: lado for clave, lado in ((1, norte), (3, este)) if lado is not None}
        exif[0x8825] = {2: latitud, 4: longitud, **lados}
    foto = Image.new("RGB", (64, 32), "white")
    foto.paste("black", (0, 0, 32, 32))
    salida = io.BytesIO()
    foto.save(salida, "JPEG", exif=exif)
    return salida.getvalue()


def png(ancho: int, alto: int, pixeles: bytes = bytes(99), *, bits=8, colores=2, entrelazado=0) -> bytes:
    """Return a PNG that says to be as large as one likes. Its pixels are those given."""
    cabeza = pedazo(b"IHDR", struct.pack(">IIBBBBB", ancho, alto, bits, colores, 0, 0, entrelazado))
    return b"\x89PNG\r\n\x1a\n" + cabeza + pedazo(b"IDAT", zlib.compress(pixeles)) + pedazo(b"IEND", b"")


def con_pasadas(cuantas: int, ancho=64, alto=48) -> bytes:
    """Return a progressive JPEG whose last pass comes so many times more."""
    contenido = imagen("JPEG", ancho, alto, progressive=True)
    ultima = contenido[contenido.rindex(b"\xff\xda") : -2]
    return contenido[:-2] + ultima * cuantas + contenido[-2:]


def video(marca=b"isom", otras=(b"mp42",)) -> bytes:
    return caja(b"ftyp", marca + bytes(4) + b"".join(otras)) + caja(b"mdat", b"x" * 99) + caja(b"moov", b"x" * 20)


def paquete(compresion=zipfile.ZIP_DEFLATED, /, **partes) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", compresion) as archivo:
        for nombre, contenido in partes.items():
            archivo.writestr(nombre, contenido)
    return salida.getvalue()


def con_directorio(bytes_: int) -> bytes:
    """Return a document whose directory takes at least so many bytes, with few entries: they have long remarks."""
    salida = io.BytesIO(documento(HOJA))
    with zipfile.ZipFile(salida, "a") as archivo:
        for n in range(bytes_ // 65_535 + 1):
            parte = zipfile.ZipInfo(f"{n}.xml")
            parte.comment = bytes(65_535)
            archivo.writestr(parte, "")
    return salida.getvalue()


def indice(*tipos) -> str:
    dichos = "".join(f'<Override PartName="/p{i}" ContentType="{tipo}"/>' for i, tipo in enumerate(tipos))
    return f'<?xml version="1.0"?><Types xmlns="http://x">{dichos}</Types>'


HOJA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TEXTO = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def documento(*tipos, **partes) -> bytes:
    return paquete(**{"[Content_Types].xml": indice(*tipos)}, **partes)


def relaciones(tipo: str, antes: str = "") -> str:
    """Return what the part of a document says of another, of some type."""
    una = f'<Relationship Id="r1" Type="http://x/{tipo}" Target="a"/>'
    return f'{antes}<Relationships xmlns="http://r">{una}</Relationships>'


def en_orden(*partes: tuple[str, str]) -> bytes:
    """Return a package with these parts, several of which may have one name."""
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w") as archivo, warnings.catch_warnings(action="ignore"):
        for nombre, contenido in partes:
            archivo.writestr(nombre, contenido)
    return salida.getvalue()


def con_relaciones_en(compresion: int) -> bytes:
    salida = io.BytesIO(documento(HOJA))
    with zipfile.ZipFile(salida, "a", compresion) as archivo:
        archivo.writestr("_rels/.rels", relaciones("x"))
    return salida.getvalue()


@cache
def hoja() -> bytes:
    salida = io.BytesIO()
    openpyxl.Workbook().save(salida)
    return salida.getvalue()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"

PERMITIDOS = {
    "image/jpeg": imagen("JPEG"),
    "image/png": imagen("PNG"),
    "image/webp": imagen("WEBP"),
    "image/gif": imagen("GIF"),
    "image/heic": imagen("HEIF"),
    "application/pdf": PDF,
    "video/mp4": video(),
    "video/quicktime": video(b"qt  ", ()),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": hoja(),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": documento(TEXTO),
    "application/xml": "<?xml version='1.0' encoding='UTF-8'?><factura total='1'>ñ</factura>".encode(),
    "text/plain": "Se recibió la unidad.\n".encode(),
}
