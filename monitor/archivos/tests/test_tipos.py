"""The kind of a file, by its content, and the hostile ones: each is refused, or harmless."""

import io
import zipfile

import pytest

from monitor.archivos import oficina
from monitor.archivos.contenedores import MAS_CAJAS
from monitor.archivos.errores import DANADO, DEMASIADOS_PIXELES, NO_PERMITIDO
from monitor.archivos.recortes import gif as de_gif
from monitor.archivos.recortes import jpeg as de_jpeg
from monitor.archivos.tests import muestras
from monitor.archivos.tests.muestras import (
    HOJA,
    PERMITIDOS,
    TEXTO,
    caja,
    con_directorio,
    con_relaciones_en,
    documento,
    en_orden,
    imagen,
    indice,
    paquete,
    png,
    relaciones,
    video,
)
from monitor.archivos.tipos import JPEG, PDF, TXT, con_extension, examinar
from monitor.errores import ErrorDeDominio

pytestmark = pytest.mark.una_vez


MIME_DE_HOJA = next(tipo for tipo in PERMITIDOS if tipo.endswith(".sheet"))


def mime(contenido: bytes) -> str:
    """Return the type of a file, or the sentence that refuses it."""
    try:
        return examinar(io.BytesIO(contenido)).tipo.mime
    except ErrorDeDominio as error:
        return error.mensaje


@pytest.mark.parametrize("tipo", PERMITIDOS)
def test_el_contenido_dice_que_es(tipo):
    assert mime(PERMITIDOS[tipo]) == tipo


MAS = {
    "video/mp4": [video(marca) for marca in (b"mp42", b"avc1", b"M4V ", b"iso5", b"dash")]
    + [video(b"3gp4", (b"isom",))],
    "video/quicktime": [caja(b"wide") + caja(b"mdat", b"x" * 9) + caja(b"moov")],
    "image/heic": [video(b"mif1", (b"heic",)).replace(b"moov", b"meta")],
    "image/jpeg": [muestras.con_exif(), imagen(ancho=7), imagen(alto=1), imagen(ancho=1, alto=1)],
    "text/plain": [
        "Año\r\n".encode("utf-16"),
        b"\xfe\xff" + "Año <b>".encode("utf-16-be"),
        "Año".encode("cp1252"),
        b"\xef\xbb\xbfhola",
        b"a,b\r\n1,2\r\n",
        b"a\tb\x0c",
    ],
    "application/xml": ["<?xml version='1.0' encoding='UTF-16'?><a>ñ</a>".encode("utf-16"), b"<a/>"],
    "application/pdf": [b"\r\n" + muestras.PDF],
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": [documento(HOJA)],
}


@pytest.mark.parametrize(("tipo", "i"), [(tipo, i) for tipo, otros in MAS.items() for i in range(len(otros))])
def test_tambien_los_que_empiezan_de_otro_modo(tipo, i):
    if tipo == "image/heic":  # not one that Pillow can open: only its kind is told
        assert mime(MAS[tipo][i]) == DANADO
    else:
        assert mime(MAS[tipo][i]) == tipo


CON_ENTIDADES = indice(HOJA).replace("?>", " encoding='utf-16'?><!DOCTYPE a [<!ENTITY b 'c'>]>")

INDICE = "[Content_Types].xml"


def con_relaciones(dichas: str) -> bytes:
    return documento(HOJA, **{"xl/_rels/workbook.xml.rels": dichas})


AJENOS = {
    "svg": muestras.SVG,
    "svg con espacio antes": b"\n  " + muestras.SVG[21:],
    "html": muestras.HTML,
    "html sin doctype": b"<script>alert(1)</script><p>",
    "xhtml": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
    "svg dentro de xml": b"<a><svg xmlns='http://www.w3.org/2000/svg'/></a>",
    "xml con entidades": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "xml que pide otro": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "xml con un dtd ajeno": b'<!DOCTYPE l SYSTEM "file:///etc/passwd"><l/>',
    "xml con un dtd ajeno y su cabeza": b'<?xml version="1.0"?><!DOCTYPE l PUBLIC "-//W3C//DTD" "http://x/l.dtd"><l/>',
    "html en UTF-16": muestras.HTML.decode().encode("utf-16"),
    "html en UTF-16 con espacio antes": "\n \ufeff<script>alert(1)</script>".encode("utf-16"),
    "UTF-16 a medias": "hola".encode("utf-16")[:-1],
    "UTF-16 con NUL": "hola\0".encode("utf-16"),
    "xml con letras que nadie conoce": b"<?xml version='1.0' encoding='zzz'?><a/>",
    "xml con letras que no se leen": "<?xml version='1.0' encoding='shift_jis'?><a>\u30a2</a>".encode("shift_jis"),
    "xml hondo": b"<?xml version='1.0'?>" + b"<a>" * 600 + b"</a>" * 600,
    "tiff": imagen("TIFF"),
    "bmp": imagen("BMP"),
    "avif": video(b"avif", (b"mif1",)),
    "audio": video(b"M4A ", (b"isom",)),
    "3gp": video(b"3gp4", ()),
    "programa": b"\x7fELF" + bytes(99),
    "de windows": b"MZ\x90\0" + bytes(99),
    "ceros": bytes(999),
    "texto con NUL": b"hola\0",
    "texto con control": "hola\x85".encode(),
    "zip": paquete(**{"hola.txt": "hola"}),
    "jar": paquete(**{"META-INF/MANIFEST.MF": "x"}),
    "xlsm": documento("application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    "docm con tipo de docx": documento(TEXTO, **{"word/vbaProject.bin": "x"}),
    "xlsx con macros de antes": documento(HOJA, "application/vnd.ms-excel.macrosheet+xml"),
    "xlsx con macros en otro sitio": documento(HOJA, "application/vnd.ms-office.vbaProject"),
    "xlsx con macros que sólo una relación dice": con_relaciones(relaciones("vbaProject")),
    "xlsx con macros y la relación disfrazada": con_relaciones(relaciones("&#118;baProject")),
    "relaciones con entidades": con_relaciones(relaciones("&b;", antes="<!DOCTYPE a [<!ENTITY b 'vbaProject'>]>")),
    "relaciones enormes": con_relaciones(relaciones("x", antes=" " * oficina.MAYORES_RELACIONES)),
    "relaciones en BZIP2": con_relaciones_en(zipfile.ZIP_BZIP2),
    "dos índices": en_orden((INDICE, indice("application/vnd.ms-office.vbaProject")), (INDICE, indice(HOJA))),
    "dos partes de un nombre": en_orden((INDICE, indice(HOJA)), ("xl/a.xml", "<a/>"), ("xl/A.xml", "<b/>")),
    "pptx": documento("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"),
    "paquete con entidades": paquete(**{"[Content_Types].xml": "<!DOCTYPE a [<!ENTITY b 'c'>]>" + indice(HOJA)}),
    "paquete con entidades en UTF-16": paquete(**{"[Content_Types].xml": CON_ENTIDADES.encode("utf-16")}),
    "paquete con un indice enorme": paquete(**{"[Content_Types].xml": " " * 2_000_000}),
    "paquete con un directorio enorme": con_directorio(oficina.MAYOR_DIRECTORIO),
    "paquete en BZIP2": paquete(zipfile.ZIP_BZIP2, **{"[Content_Types].xml": indice(HOJA)}),
    "paquete en LZMA": paquete(zipfile.ZIP_LZMA, **{"[Content_Types].xml": indice(HOJA)}),
}


@pytest.mark.parametrize("contenido", AJENOS.values(), ids=AJENOS)
def test_lo_demas_no_se_admite(contenido):
    assert mime(contenido) == NO_PERMITIDO


# A text ends wherever it is cut.
QUE_TERMINAN = {tipo: contenido for tipo, contenido in PERMITIDOS.items() if tipo != "text/plain"}


@pytest.mark.parametrize("tipo", QUE_TERMINAN)
def test_cortado_esta_danado(tipo):
    contenido = QUE_TERMINAN[tipo]

    assert {mime(contenido[: len(contenido) * parte // 10]) for parte in (5, 7, 9)} == {DANADO}


def test_un_indice_con_letras_que_nadie_conoce_esta_danado():
    assert mime(paquete(**{"[Content_Types].xml": indice(HOJA).replace("?>", " encoding='zzz'?>")})) == DANADO


def test_unas_relaciones_que_no_se_leen_estan_danadas():
    assert mime(con_relaciones(relaciones("x")[:-9])) == DANADO
    assert mime(con_relaciones(relaciones("x", antes="<?xml version='1.0' encoding='zzz'?>"))) == DANADO
    assert mime(con_relaciones(relaciones("hyperlink"))) == mime(documento(HOJA))


def test_un_png_con_un_trozo_cambiado_esta_danado():
    contenido = bytearray(PERMITIDOS["image/png"])
    contenido[-20] ^= 1

    assert mime(bytes(contenido)) == DANADO


@pytest.mark.parametrize(
    ("bits", "colores", "entrelazado", "largo"),
    [
        (8, 2, 0, 10 * (1 + 21)),
        (1, 0, 0, 10 * (1 + 1)),
        (4, 3, 0, 10 * (1 + 4)),
        (16, 6, 0, 10 * (1 + 56)),
        (8, 4, 0, 10 * (1 + 14)),
        # Seven passes, each with its rows.
        (8, 2, 1, 2 * (1 + 3) + 2 * (1 + 3) + (1 + 6) + 3 * (1 + 6) + 2 * (1 + 12) + 5 * (1 + 9) + 5 * (1 + 21)),
    ],
)
def test_un_png_al_que_le_faltan_pixeles_esta_danado(bits, colores, entrelazado, largo):
    opciones = {"bits": bits, "colores": colores, "entrelazado": entrelazado}

    assert mime(png(7, 10, bytes(largo), **opciones)) == "image/png"
    assert mime(png(7, 10, bytes(largo - 1), **opciones)) == DANADO


def en_ceros(contenido: bytes, desde: int) -> bytes:
    return contenido[:desde] + bytes(len(contenido) - desde)


def test_una_imagen_que_no_se_puede_decodificar_esta_danada():
    webp, heic = imagen("WEBP", 300, 200, lossless=True, ruido=True), imagen("HEIF", 300, 200, ruido=True)

    assert mime(en_ceros(webp, 60)) == DANADO
    assert mime(en_ceros(heic, heic.index(b"mdat") + 4)) == DANADO
    assert mime(PERMITIDOS["image/gif"][:-9] + bytes([9] * 6) + b"\0;") == DANADO


def test_un_paquete_con_una_parte_cambiada_esta_danado():
    hoja = documento(HOJA, **{"xl/worksheets/sheet1.xml": repr([*range(20_000)])})
    mitad = len(hoja) // 2

    assert mime(hoja) == MIME_DE_HOJA
    assert mime(hoja[:mitad] + b"X" * 400 + hoja[mitad + 400 :]) == DANADO


def test_bomba_de_pixeles_se_rechaza_por_su_cabeza():
    assert mime(png(10_001, 10_000)) == DEMASIADOS_PIXELES
    assert mime(png(10_000, 10_000, bytes(10_000 * (1 + 1250)), bits=1, colores=0)) == "image/png"
    assert mime(png(2**31 - 1, 2**31 - 1)) == DEMASIADOS_PIXELES


def test_bomba_de_pasadas_no_se_decodifica():
    """Each takes some bytes of the file, and as much work as the whole picture."""
    assert mime(muestras.con_pasadas(de_jpeg.MAS_PASADAS // 2)) == "image/jpeg"
    assert mime(muestras.con_pasadas(de_jpeg.MAS_PASADAS)) == DANADO


def test_bomba_de_segmentos_no_se_recorre():
    jpeg = imagen("JPEG")

    assert mime(jpeg[:2] + b"\xff\xfe\0\2" * de_jpeg.MAS_SEGMENTOS + jpeg[2:]) == DANADO
    assert mime(jpeg[:2] + b"\xff\xfe\0\2" * 900 + jpeg[2:]) == "image/jpeg"


def test_bomba_de_cuadros_no_se_decodifica():
    """Each frame takes some bytes, and would be as large as the first."""
    gif = imagen("GIF", 1000, 1000)
    cuadro = gif[gif.index(b",\0\0\0\0") : -1]

    assert mime(gif[:-1] + cuadro * 2_000 + b";") == "image/gif"


def test_bomba_de_bloques_vacios_no_se_recorre():
    """Each takes two or three bytes of the file, and a turn of ours."""
    gif = imagen("GIF")

    assert mime(gif[:-1] + b"!\xfe\0" * MAS_CAJAS + b";") == DANADO
    assert mime(gif[:-1] + b"!\xfe" + b"\1x" * de_gif.MAS_PEDAZOS + b"\0;") == DANADO
    assert mime(gif[:-1] + b"!\xfe" + b"\1x" * 9_000 + b"\0" + b"!\xfe\0" * 9_000 + b";") == "image/gif"


def test_bomba_de_zip_no_se_desempaca():
    """Nobody knows then whether it is whole."""
    bomba = documento(HOJA, **{"xl/worksheets/sheet1.xml": b"0" * (oficina.MAYOR_REVISADO + 1)})
    mitad = len(bomba) // 2

    assert mime(bomba[:mitad] + b"X" * 9 + bomba[mitad + 9 :]) == MIME_DE_HOJA


def test_lo_que_tambien_es_otra_cosa_es_lo_que_su_principio_dice():
    """Nobody ever takes it for the other: its type goes with it, and a browser may not guess."""
    assert mime(imagen("GIF") + muestras.HTML) == "image/gif"
    assert mime(imagen("JPEG") + paquete(a="b")) == "image/jpeg"
    assert mime(muestras.PDF + muestras.HTML) == "application/pdf"


@pytest.mark.parametrize(
    ("nombre", "tipo", "con"),
    [
        ("foto.JPEG", JPEG, "foto.JPEG"),
        ("foto.jpg", JPEG, "foto.jpg"),
        ("foto.png", JPEG, "foto.png.jpg"),
        ("factura.exe", PDF, "factura.exe.pdf"),
        ("notas", TXT, "notas.txt"),
    ],
)
def test_el_nombre_de_salida_termina_como_lo_que_es(nombre, tipo, con):
    assert con_extension(nombre, tipo) == con
