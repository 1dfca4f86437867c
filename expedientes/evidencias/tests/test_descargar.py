"""The bytes on their way out: to whom, as what, in part, and not at all when they have them."""

import io
import os
import time
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from PIL import Image

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.conftest import guardados
from expedientes.evidencias.tests.formas import FOTO, con_archivo, ruta_de, subida
from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.api.tests.cliente import Api, respuesta
from monitor.archivos import imagenes
from monitor.archivos.almacen import huella
from monitor.archivos.errores import ArchivoAlterado
from monitor.archivos.tests.muestras import PERMITIDOS, con_exif, imagen, png
from monitor.usuarios.llaves import Llave
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory

RUTA = ruta_de("SIN/2024/9")
INVALIDO = {"error": "Token inválido o expirado"}
REQUERIDO = {"error": "Token requerido"}


@pytest.fixture
def foto(operador, expediente, almacen):
    return subida(operador)


def archivo(fila) -> str:
    return f"{ruta_de(fila['no_siniestro'])}/{fila['id']}/archivo"


def test_descarga_los_bytes_como_llegaron(operador, foto):
    for ruta in (archivo(foto), quote(foto["ruta"])):
        recibida = operador.get(ruta)

        assert (recibida.status_code, recibida.getvalue()) == (200, FOTO)
        assert recibida.headers["Content-Type"] == "image/jpeg"
        assert recibida.headers["Content-Disposition"] == "inline; filename*=UTF-8''foto.jpg"
        assert recibida.headers["Content-Length"] == str(len(FOTO))
        assert recibida.headers["X-Content-Type-Options"] == "nosniff"
        assert recibida.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert recibida.headers["Cache-Control"] == "private, no-cache"


A_LA_VISTA = ("image/", "video/", "application/pdf")


@pytest.mark.parametrize("tipo", PERMITIDOS)
def test_se_muestran_imagenes_video_y_pdf_y_lo_demas_se_guarda(operador, expediente, almacen, tipo):
    recibida = operador.head(archivo(subida(operador, cuerpo=con_archivo(PERMITIDOS[tipo], "algo.html"))))

    como, _, nombre = recibida.headers["Content-Disposition"].partition("; filename*=UTF-8''algo.html.")
    assert como == ("inline" if tipo.startswith(A_LA_VISTA) else "attachment")
    assert nombre
    assert (recibida.headers["Content-Type"], recibida.headers["Content-Length"]) == (tipo, str(len(PERMITIDOS[tipo])))


def test_304_con_cualquiera_de_sus_rutas(operador, foto):
    etag = operador.head(archivo(foto)).headers["ETag"]

    assert etag == f'"{Evidencia.objects.get().sha256}"'
    for ruta in (archivo(foto), quote(foto["ruta"])):
        for conocida in (etag, f"W/{etag}", f'"otra", {etag}', "*"):
            assert operador.get(ruta, **{"If-None-Match": conocida}).status_code == 304
        assert operador.get(ruta, **{"If-None-Match": '"otra"'}).getvalue() == FOTO


LARGO = len(FOTO)
RANGOS = {
    "bytes=0-0": (0, 1),
    "bytes=10-19": (10, 20),
    "bytes=10-": (10, LARGO),
    "bytes=-5": (LARGO - 5, LARGO),
    f"bytes=0-{LARGO * 9}": (0, LARGO),
    f"bytes=-{LARGO * 9}": (0, LARGO),
}


@pytest.mark.parametrize("rango", RANGOS)
def test_un_rango(operador, foto, rango):
    desde, hasta = RANGOS[rango]
    recibida = operador.get(archivo(foto), Range=rango)

    assert (recibida.status_code, recibida.getvalue()) == (206, FOTO[desde:hasta])
    assert recibida.headers["Content-Range"] == f"bytes {desde}-{hasta - 1}/{LARGO}"
    assert recibida.headers["Content-Length"] == str(hasta - desde)


@pytest.mark.parametrize("rango", ["bytes=0-1,4-5", "bytes=5-2", "bytes=-", "bytes=a-b", "filas=0-1", "bytes=1"])
def test_lo_que_no_es_un_rango_da_todo(operador, foto, rango):
    recibida = operador.get(archivo(foto), Range=rango)

    assert (recibida.status_code, recibida.getvalue()) == (200, FOTO)


@pytest.mark.parametrize("rango", [f"bytes={LARGO}-", "bytes=-0"])
def test_un_rango_que_no_hay_es_416(operador, foto, rango):
    recibida = operador.get(archivo(foto), Range=rango)

    assert respuesta(recibida) == (416, {"error": "El archivo no tiene esa parte"})
    assert recibida.headers["Content-Range"] == f"bytes */{LARGO}"


def test_un_rango_de_lo_que_ya_es_otro_da_todo(operador, foto):
    etag = operador.head(archivo(foto)).headers["ETag"]

    assert operador.get(archivo(foto), Range="bytes=0-0", **{"If-Range": etag}).status_code == 206
    recibida = operador.get(archivo(foto), Range="bytes=0-0", **{"If-Range": '"otra"'})
    assert (recibida.status_code, recibida.getvalue()) == (200, FOTO)


def test_a_quien_admite_gzip_tambien_le_llega_como_es(operador, expediente, almacen):
    grande = "Llegó la pieza.\n".encode() * 40_000
    fila = subida(operador, cuerpo=con_archivo(grande))

    recibida = operador.get(archivo(fila), **{"Accept-Encoding": "gzip"})
    assert recibida.getvalue() == grande
    assert "Content-Encoding" not in recibida.headers


def test_bytes_que_faltan_son_404_y_un_renglon_en_la_bitacora(operador, foto, almacen, caplog):
    guardados(almacen)[0].unlink()

    for ruta in (archivo(foto), quote(foto["ruta"]), archivo(foto).replace("archivo", "miniatura")):
        assert respuesta(operador.get(ruta)) == (404, {"error": "El archivo no está en el almacenamiento"})
    assert caplog.messages.count(f"Falta el archivo de la evidencia {foto['id']}") == 3


ALTERADO = (
    "El archivo que está en el almacenamiento no es el que se subió;"
    " pida a quien opera el servidor que lo recupere de un respaldo"
)
GRANDE = ("Llegó la pieza número 1.\n" * 40_000).encode()


def con_un_bit_cambiado(contenido: bytes) -> bytes:
    return contenido[:9] + bytes([contenido[9] ^ 1]) + contenido[10:]


OTROS = {
    "cambiado": con_un_bit_cambiado,
    "corto": lambda contenido: contenido[:-9],
    "largo": lambda contenido: contenido + b"x",
    "vacío": lambda contenido: b"",
}
PEDIDOS = [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=-5"}]


def alterar(almacen, como):
    [guardado] = guardados(almacen)
    guardado.write_bytes(como(guardado.read_bytes()))


@pytest.mark.parametrize("contenido", [FOTO, GRANDE], ids=["foto", "texto"])
@pytest.mark.parametrize("otro", OTROS)
def test_nada_sale_de_lo_que_se_altero_en_el_disco(operador, expediente, almacen, caplog, contenido, otro):
    fila = subida(operador, cuerpo=con_archivo(contenido))
    alterar(almacen, OTROS[otro])

    for ruta in (archivo(fila), quote(fila["ruta"])):
        for pedido in PEDIDOS:
            caplog.clear()
            recibida = operador.get(ruta, **pedido)
            assert respuesta(recibida) == (404, {"error": ALTERADO})
            assert recibida.headers["X-Error-Code"] == "archivo_alterado"
            assert caplog.messages.count(f"Está alterado el archivo de la evidencia {fila['id']}") == 1


@pytest.mark.parametrize("otro", OTROS)
def test_de_lo_alterado_tampoco_se_hace_una_miniatura(operador, foto, almacen, otro):
    alterar(almacen, OTROS[otro])

    assert respuesta(operador.get(archivo(foto).replace("archivo", "miniatura"))) == (404, {"error": ALTERADO})


def test_lo_que_se_altero_y_es_grande_no_llega_entero(operador, expediente, almacen, monkeypatch, caplog):
    """What is large leaves piece by piece, and nothing tells before the end; a part of it doesn't leave."""
    monkeypatch.setattr("monitor.archivos.comprobar.CHICO", 1000)
    fila = subida(operador, cuerpo=con_archivo(GRANDE))
    assert operador.get(archivo(fila)).getvalue() == GRANDE
    assert operador.get(archivo(fila), Range="bytes=0-9").getvalue() == GRANDE[:10]
    alterar(almacen, OTROS["cambiado"])

    with pytest.raises(ArchivoAlterado):
        operador.get(archivo(fila)).getvalue()
    assert caplog.messages.count(f"Está alterado el archivo de la evidencia {fila['id']}") == 1
    for pedido in PEDIDOS[1:]:
        assert respuesta(operador.get(archivo(fila), **pedido)) == (404, {"error": ALTERADO})
    alterar(almacen, OTROS["corto"])
    assert respuesta(operador.get(archivo(fila))) == (404, {"error": ALTERADO})
    assert operador.head(archivo(fila)).status_code == 404


def test_lo_que_se_leyo_hace_poco_y_nadie_ha_escrito_no_se_lee_otra_vez(operador, foto, almacen, monkeypatch):
    monkeypatch.setattr("monitor.archivos.comprobar.RECIENTE", -1)  # as if it had been written long ago
    leidos = []
    monkeypatch.setattr("monitor.archivos.comprobar.huella", lambda archivo: (leidos.append(1), huella(archivo))[1])
    for pedido in PEDIDOS:
        assert operador.get(archivo(foto), **pedido).status_code in (200, 206)
    assert len(leidos) == 1

    ahora = time.monotonic()
    monkeypatch.setattr("monitor.archivos.comprobar.monotonic", lambda: ahora + 601)
    assert operador.get(archivo(foto)).getvalue() == FOTO
    assert len(leidos) == 2
    alterar(almacen, OTROS["cambiado"])
    os.utime(guardados(almacen)[0], (0, 0))
    assert respuesta(operador.get(archivo(foto))) == (404, {"error": ALTERADO})


# --- Who ---


def test_tecnico_descarga(tecnico, foto):
    assert tecnico.get(archivo(foto)).getvalue() == FOTO


def rutas_de_bytes(fila) -> list[str]:
    return [archivo(fila), archivo(fila).replace("archivo", "miniatura"), quote(fila["ruta"])]


def test_sin_token_o_con_uno_muerto_no_se_descarga_nada(foto):
    quien = UsuarioFactory()
    muerto = Api(quien)
    assert muerto.token
    Usuario.objects.revocar_tokens(quien.pk)

    for ruta in rutas_de_bytes(foto):
        assert respuesta(Api().get(ruta)) == (401, REQUERIDO)
        assert respuesta(muerto.get(ruta)) == (401, INVALIDO)


def enlace_de(api, fila):
    recibida = api.post(archivo(fila).replace("archivo", "enlace"))
    assert recibida.status_code == 201
    assert recibida.headers["Cache-Control"] == "no-store"
    return recibida.json()["url"]


def test_enlace_abre_un_archivo_sin_token(tecnico, foto):
    url = enlace_de(tecnico, foto)

    assert url.startswith(quote(foto["ruta"]) + "?firma=")
    assert Api().get(url).getvalue() == FOTO
    assert Api().get(url, Range="bytes=0-0").status_code == 206
    assert Api().head(url).status_code == 200


def test_enlace_de_otro_archivo_o_cambiado_no_abre_nada(operador, foto):
    otra = subida(operador, cuerpo=con_archivo(imagen("PNG")))
    url = enlace_de(operador, otra)
    firma = url.partition("?")[2]

    for mala in (firma, firma[:-1] + ("A" if firma[-1] != "A" else "B"), "firma=x", "firma=1-0-9999999999:x"):
        assert respuesta(Api().get(f"{quote(foto['ruta'])}?{mala}")) == (401, INVALIDO)
    for ruta in rutas_de_bytes(foto)[:2]:  # it opens its own path and no other
        assert Api().get(f"{ruta}?{firma}").status_code == 401
    assert Api().get(f"{RUTA}/{otra['id']}?{firma}").status_code == 401


def test_enlace_dura_cinco_minutos(operador, foto, monkeypatch):
    url, ahora = enlace_de(operador, foto), time.time()

    monkeypatch.setattr("monitor.archivos.enlaces.time.time", lambda: ahora + 295)
    assert Api().get(url).status_code == 200
    monkeypatch.setattr("monitor.archivos.enlaces.time.time", lambda: ahora + 301)
    assert respuesta(Api().get(url)) == (401, INVALIDO)


def test_enlace_no_dura_mas_que_el_token_de_quien_lo_hace(foto, monkeypatch):
    quien, ahora = Api(UsuarioFactory()), time.time()
    quien.token = tokens.issue(quien.usuario, timedelta(minutes=2))
    recibida = quien.post(archivo(foto).replace("archivo", "enlace")).json()

    assert datetime.fromisoformat(recibida["expira"]).timestamp() == tokens.verify(quien.token).exp
    monkeypatch.setattr("monitor.archivos.enlaces.time.time", lambda: ahora + 121)
    assert respuesta(Api().get(recibida["url"])) == (401, INVALIDO)


def test_donde_hay_un_token_la_firma_no_cuenta(operador, foto):
    """A link opens in place of a token, and mends none."""
    url = enlace_de(operador, foto)

    assert respuesta(Api().get(url, Authorization="Bearer x")) == (401, INVALIDO)
    assert operador.get(f"{quote(foto['ruta'])}?firma=x").getvalue() == FOTO


def salir(quien):
    Usuario.objects.revocar_tokens(quien.pk)


def desactivar(quien):
    Usuario.objects.filter(pk=quien.pk).update(is_active=False)


@pytest.mark.parametrize("dejar_de_ser", [salir, desactivar])
def test_enlace_muere_con_los_tokens_de_quien_lo_hizo(foto, dejar_de_ser):
    quien = UsuarioFactory()
    url = enlace_de(Api(quien), foto)
    dejar_de_ser(quien)

    assert respuesta(Api().get(url)) == (401, INVALIDO)


def test_enlace_de_un_programa_muere_con_su_llave(foto):
    llave = LlaveFactory()
    url = enlace_de(Api(llave), foto)
    assert Api().get(url).getvalue() == FOTO
    Llave.objects.revocar(llave.pk, por=UsuarioFactory(administrador=True))

    assert respuesta(Api().get(url)) == (401, INVALIDO)


def test_ruta_se_compara_entera(operador, foto):
    for ruta in (
        foto["ruta"][:-1],
        foto["ruta"] + "x",
        foto["ruta"].replace("SIN/2024", "SIN/../SIN/2024"),
        "/evidencias/x",
    ):
        assert respuesta(operador.get(quote(ruta))) == (404, {"error": "Evidencia no encontrada"})
    ExpedienteFactory(no_siniestro="?a=#b%2F")
    rara = subida(operador, "?a=#b%2F")
    assert operador.get(quote(rara["ruta"])).getvalue() == FOTO
    assert Api().get(enlace_de(operador, rara)).getvalue() == FOTO


# --- Thumbnails ---


def miniatura(api, fila, consulta=""):
    recibida = api.get(archivo(fila).replace("archivo", "miniatura") + consulta)
    assert recibida.status_code == 200, recibida.content
    return recibida, Image.open(io.BytesIO(recibida.content))


@pytest.mark.parametrize("formato", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_miniatura_de_cada_imagen(tecnico, operador, expediente, almacen, formato):
    fila = subida(operador, cuerpo=con_archivo(imagen(formato, 800, 600)))
    recibida, vista = miniatura(tecnico, fila)

    assert (recibida.headers["Content-Type"], vista.format, vista.size) == ("image/jpeg", "JPEG", (320, 240))
    assert vista.getpixel((5, 5))[0] > 200  # red
    assert miniatura(tecnico, fila, "?lado=64")[1].size == (64, 48)
    etag = recibida.headers["ETag"]
    ruta = archivo(fila).replace("archivo", "miniatura")
    assert tecnico.get(ruta, **{"If-None-Match": etag}).status_code == 304
    assert miniatura(tecnico, fila)[0].content == recibida.content


@pytest.mark.parametrize("lado", ["63", "1025", "grande", "-1"])
def test_lado_fuera_de_lo_que_se_admite(operador, foto, lado):
    assert operador.get(f"{RUTA}/{foto['id']}/miniatura?lado={lado}").status_code == 400


# Where the black half of the photo is, once it is upright.
NEGRO = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}


@pytest.mark.parametrize("orientacion", NEGRO)
def test_miniatura_derecha_y_sin_lo_que_escribio_la_camara(operador, expediente, almacen, orientacion):
    fila = subida(operador, cuerpo=con_archivo(con_exif(orientacion)))
    _, vista = miniatura(operador, fila)
    ancho, alto = vista.size
    esquinas = {
        ("top", "left"): (2, 2),
        ("top", "right"): (ancho - 3, 2),
        ("bottom", "left"): (2, alto - 3),
        ("bottom", "right"): (ancho - 3, alto - 3),
    }

    assert vista.size == ((64, 32) if orientacion < 5 else (32, 64))
    assert dict(vista.getexif()) == {}
    negras = {esquina for esquina, punto in esquinas.items() if sum(vista.getpixel(punto)) < 100}
    assert negras == {esquina for esquina in esquinas if NEGRO[orientacion] in esquina}


def test_miniatura_sobre_blanco(operador, expediente, almacen):
    salida = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(salida, "PNG")
    _, vista = miniatura(operador, subida(operador, cuerpo=con_archivo(salida.getvalue())))

    assert min(vista.getpixel((20, 20))) > 250


@pytest.mark.parametrize("cuanto", ["AL_DIBUJAR", "PIXELES_REPASADOS"])
@pytest.mark.parametrize(("progressive", "status"), [(True, 404), (False, 200)])
def test_un_jpeg_por_pasadas_que_costaria_demasiado_no_tiene_miniatura(
    operador, expediente, almacen, monkeypatch, cuanto, progressive, status
):
    """Its decoder keeps the whole picture and goes over it many times; that of others, only some rows and once."""
    monkeypatch.setattr(imagenes, cuanto, 40 * 30 * 6 - 1)
    fila = subida(operador, cuerpo=con_archivo(imagen("JPEG", progressive=progressive)))

    assert operador.get(archivo(fila).replace("archivo", "miniatura")).status_code == status


@pytest.mark.parametrize("tipo", [tipo for tipo in PERMITIDOS if not tipo.startswith("image/")])
def test_lo_que_no_es_imagen_no_tiene_miniatura(operador, expediente, almacen, tipo):
    fila = subida(operador, cuerpo=con_archivo(PERMITIDOS[tipo]))

    assert respuesta(operador.get(archivo(fila).replace("archivo", "miniatura"))) == (
        404,
        {"error": "La evidencia no tiene miniatura"},
    )


def test_imagen_que_no_se_deja_decodificar_no_tiene_miniatura(operador, expediente, almacen):
    """Its pieces are whole, and what they hold isn't an image."""
    renglones = (b"\x09" + bytes(120)) * 30  # each begins by saying how it was packed, and there is no such way
    fila = subida(operador, cuerpo=con_archivo(png(40, 30, renglones)))

    assert respuesta(operador.get(archivo(fila).replace("archivo", "miniatura")))[0] == 404


def test_archivo_grande_llega_por_piezas_y_su_rango_tambien(operador, expediente, almacen):
    grande = ("Llegó la pieza número 1.\n" * 40_000).encode()
    fila = subida(operador, cuerpo=con_archivo(grande))

    entero = operador.get(archivo(fila))
    assert (entero.streaming, entero.getvalue()) == (True, grande)
    parte = operador.get(archivo(fila), Range="bytes=1000-700999")
    assert (parte.status_code, parte.streaming, parte.getvalue()) == (206, True, grande[1000:701000])


def test_si_ya_se_mandan_muchos_a_la_vez_dice_que_vuelva(operador, expediente, almacen):
    fila = subida(operador, cuerpo=con_archivo(("x" * 99 + "\n").encode() * 9000))
    operador.entorno = {"monitor.room_for_streams": lambda: False}

    recibida = operador.get(archivo(fila))
    assert (recibida.status_code, recibida.headers["Retry-After"]) == (503, "2")
