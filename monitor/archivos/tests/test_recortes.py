"""Decoders are given little of an image, and see the same."""

import io

import pytest
from PIL import Image

from monitor.archivos import imagenes
from monitor.archivos.errores import DEMASIADOS_PIXELES
from monitor.archivos.imagenes import MIB, Ficha, ficha, miniatura
from monitor.archivos.recortes import recortar
from monitor.errores import DatosInvalidos
from monitor.tests.rellenas import RELLENAR, rellena

pytestmark = pytest.mark.una_vez


def bandera(formato: str, **opciones) -> bytes:
    """Return an image of two colours, with what a camera writes."""
    exif = Image.Exif()
    exif[0x8769] = {0x9003: "2024:03:20 10:30:00"}
    salida = io.BytesIO()
    foto = Image.new("RGB", (120, 80), "white")
    foto.paste("red", (0, 0, 60, 80))
    foto.save(salida, formato, exif=exif, **opciones)
    return salida.getvalue()


def visto(archivo, formato) -> tuple:
    imagen = Image.open(archivo, formats=[formato])
    return imagen.getexif().get_ifd(0x8769).get(0x9003), imagen.convert("RGB").tobytes()


@pytest.mark.parametrize("formato", RELLENAR)
def test_se_da_poco_y_se_ve_lo_mismo(formato):
    suya = bandera(formato)
    archivo = io.BytesIO(rellena(formato, suya, 2 * MIB))

    recorte = recortar(archivo, formato, MIB)

    assert recorte.cabe
    assert recorte.archivo.seek(0, 2) < len(suya) + 100
    assert visto(recorte.archivo, formato) == visto(io.BytesIO(suya), formato)


@pytest.mark.parametrize("formato", ["GIF", "WEBP", "PNG"])
def test_de_una_animacion_se_da_el_primer_cuadro(formato):
    salida, cuadros = io.BytesIO(), [Image.new("RGB", (300, 200), color) for color in ("red", "white", "green")]
    cuadros[0].save(salida, formato, save_all=True, append_images=cuadros[1:])

    recorte = recortar(salida, formato, MIB)

    assert recorte.archivo.seek(0, 2) < len(salida.getvalue()) - 50
    assert visto(recorte.archivo, formato) == visto(salida, formato)


@pytest.mark.parametrize("formato", imagenes.DE_UNA_VEZ)
@pytest.mark.parametrize("opciones", [{}, {"lossless": True}])
def test_de_la_que_ella_sola_es_enorme_solo_se_cuentan_los_pixeles(monkeypatch, formato, opciones):
    archivo = io.BytesIO(bandera(formato, **opciones))
    monkeypatch.setattr(imagenes, "DE_UNA_VEZ", {formato: 99})
    monkeypatch.setattr(imagenes, "DE_UNA_VEZ_AL_DIBUJAR", 99)

    assert (ficha(archivo, formato), miniatura(archivo, formato, 64)) == (Ficha(), None)

    monkeypatch.setattr(imagenes, "PIXELES", 120 * 80 - 1)
    with pytest.raises(DatosInvalidos, match=DEMASIADOS_PIXELES):
        ficha(archivo, formato)
