"""Sending a file: what is kept of it, and everything that is refused, in its order and its sentence."""

import json
import re
from hashlib import sha256

import pytest
from django.db import connection

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.conftest import guardados
from expedientes.evidencias.tests.formas import (
    BORDE,
    FOTO,
    MULTIPARTE,
    con_archivo,
    forma,
    parte,
    ruta_de,
    subida,
    subir,
)
from expedientes.models import Expediente
from monitor.api import uploads
from monitor.api.tests.cliente import respuesta
from monitor.archivos.tests.muestras import HTML, PERMITIDOS
from monitor.cambios.models import Cambio


def test_subir_guarda_los_bytes_como_llegaron_y_responde_la_fila(operador, expediente, almacen):
    recibida = subir(operador)

    fila = recibida.json()
    assert recibida.status_code == 201
    assert recibida.headers["Location"] == f"/api/expedientes/SIN%2F2024%2F9/evidencias/{fila['id']}"
    assert list(fila) == [
        "id",
        "no_siniestro",
        "tipo",
        "nombre_archivo",
        "ruta",
        "fecha_carga",
        "ubicacion_almacenamiento",
        "subido_por",
    ]
    assert re.fullmatch(r"/evidencias/SIN/2024/9/evidencias/\d+_foto\.jpg", fila["ruta"])
    assert (fila["tipo"], fila["nombre_archivo"], fila["subido_por"]) == ("evidencia", "foto.jpg", operador.usuario.pk)
    [ruta] = guardados(almacen)
    assert ruta.read_bytes() == FOTO
    assert "foto" not in str(ruta)
    assert oct(ruta.parents[1].stat().st_mode)[-3:] == "700"


@pytest.mark.parametrize("tipo", PERMITIDOS)
def test_se_admite_cada_tipo_y_cuenta_el_contenido(operador, expediente, almacen, tipo):
    fila = subida(operador, cuerpo=con_archivo(PERMITIDOS[tipo], "factura.exe"))
    detalle = operador.get(f"{ruta_de('SIN/2024/9')}/{fila['id']}").json()

    assert (detalle["tipo_mime"], detalle["nombre_archivo"]) == (tipo, "factura.exe")
    assert detalle["sha256"] == sha256(PERMITIDOS[tipo]).hexdigest()
    assert detalle["tamano"] == len(PERMITIDOS[tipo])
    assert (detalle["ancho"], detalle["alto"]) == ((40, 30) if tipo.startswith("image/") else (None, None))


# --- `tipo` ---

PARTES = {
    "antes": forma(parte("tipo", "documento"), parte("archivo", FOTO, "a b.jpg")),
    "después": forma(parte("archivo", FOTO, "a b.jpg"), parte("tipo", "documento")),
}


@pytest.mark.parametrize("cuerpo", PARTES.values(), ids=PARTES)
def test_tipo_documento_en_una_parte(operador, expediente, almacen, cuerpo):
    fila = subida(operador, cuerpo=cuerpo)

    assert fila["tipo"] == "documento"
    assert re.fullmatch(r"/evidencias/SIN/2024/9/DOCUMENTOS REPARACION/\d+_a_b\.jpg", fila["ruta"])


@pytest.mark.parametrize(
    ("consulta", "tipo"),
    [("?tipo=documento", "documento"), ("?tipo=otro", "evidencia"), ("?tipo=", "evidencia"), ("", "evidencia")],
)
def test_tipo_en_la_consulta(operador, expediente, almacen, consulta, tipo):
    assert subida(operador, consulta=consulta)["tipo"] == tipo


# --- Names ---

NOMBRES = {
    "../../../etc/passwd": "passwd",
    r"C:\fotos\golpe.jpg": "golpe.jpg",
    "/etc/": "archivo",
    "   ": "archivo",
    "": "archivo",
    "..": "..",
    "Año 1.jpg": "Año 1.jpg",
    "An\u0303o.jpg": "Año.jpg",
    "a%0D%0ASet-Cookie: b=c.jpg": "aSet-Cookie: b=c.jpg",
    "%22comillas%22.jpg": '"comillas".jpg',
    "foto\u202egpj.exe": "fotogpj.exe",
    "صورة.jpg": "صورة.jpg",
    "x" * 300: "x" * 255,
    "👨‍👩‍👧.jpg": "👨‍👩‍👧.jpg",
}


@pytest.mark.parametrize("enviado", NOMBRES)
def test_nombre_que_queda(operador, expediente, almacen, enviado):
    fila = subida(operador, cuerpo=con_archivo(nombre=enviado))

    assert fila["nombre_archivo"] == NOMBRES[enviado]
    assert fila["ruta"].startswith("/evidencias/SIN/2024/9/evidencias/")
    assert len(guardados(almacen)) == 1
    cabecera = operador.head(f"{ruta_de('SIN/2024/9')}/{fila['id']}/archivo").headers["Content-Disposition"]
    assert re.fullmatch(r"inline; filename\*=UTF-8''[A-Za-z0-9._~%-]+", cabecera)


def test_nombre_que_no_viene_en_utf8_se_lee_como_lo_escribe_windows(operador, expediente, almacen):
    assert subida(operador, cuerpo=con_archivo(nombre="Peña.jpg".encode("cp1252")))["nombre_archivo"] == "Peña.jpg"


def test_nombre_en_filename_con_asterisco(operador, expediente, almacen):
    con_los_dos = con_archivo().replace(b'filename="foto.jpg"', b"filename=\"f.jpg\"; filename*=UTF-8''Pe%C3%B1a.jpg")
    solo_ese = con_archivo().replace(b'filename="foto.jpg"', b"filename*=utf-8''Pe%C3%B1a.jpg")

    assert [subida(operador, cuerpo=cuerpo)["nombre_archivo"] for cuerpo in (con_los_dos, solo_ese)] == ["Peña.jpg"] * 2


# What comes instead of `filename="foto.jpg"`, and the name that stays.
CON_ASTERISCO = {
    "filename=\"f.jpg\"; filename*=utf-8x''a.jpg": "f.jpg",
    "filename=\"filename*=utf-8.jpg\"; filename*=unicode_escape''%5Cud800": "filename*=utf-8.jpg",
    "filename=\"f.jpg\"; filename*=UTF-8'es'%ED%A0%80.jpg": "í\xa0€.jpg",
    "filename=\"a; filename*=utf-8''b.jpg\"": "a; filename*=utf-8''b.jpg",
}


@pytest.mark.parametrize("enviado", CON_ASTERISCO)
def test_nombre_en_letras_que_nadie_conoce(operador, expediente, almacen, enviado):
    """Nobody knows such letters, or no text may have them."""
    cuerpo = con_archivo().replace(b'filename="foto.jpg"', enviado.encode())

    assert subida(operador, cuerpo=cuerpo)["nombre_archivo"] == CON_ASTERISCO[enviado]


# --- What is refused ---

SIN_ARCHIVO = {"error": "No se recibió ningún archivo"}
UNO_SOLO = {"error": "Se recibe un solo archivo por petición"}
MAL_FORMADO = {"error": "El formulario llegó incompleto o mal formado"}
DANADO = {"error": "El archivo está dañado"}
NO_PERMITIDO = {
    "error": "Tipo de archivo no permitido. Permitidos: JPEG, PNG, WebP, GIF, HEIC, PDF, MP4, MOV, XLSX, DOCX, XML, TXT"
}

RECHAZADOS = {
    "json": (b"{}", "application/json", 400, SIN_ARCHIVO),
    "vacío": (b"", MULTIPARTE, 400, SIN_ARCHIVO),
    "sin tipo": (con_archivo(), "", 400, SIN_ARCHIVO),
    "sin partes": (forma(), MULTIPARTE, 400, SIN_ARCHIVO),
    "sólo tipo": (forma(parte("tipo", "documento")), MULTIPARTE, 400, SIN_ARCHIVO),
    "cero bytes": (con_archivo(b""), MULTIPARTE, 400, SIN_ARCHIVO),
    "otro nombre": (
        forma(parte("archvo", FOTO, "foto.jpg")),
        MULTIPARTE,
        400,
        SIN_ARCHIVO | {"campos": {"archvo": ["archvo: no se reconoce (¿quiso decir `archivo`?)"]}},
    ),
    "archivo como texto": (
        forma(parte("archivo", "hola")),
        MULTIPARTE,
        400,
        SIN_ARCHIVO | {"campos": {"archivo": ["archivo: debe ser un archivo"]}},
    ),
    "dos archivos": (forma(parte("archivo", FOTO, "a"), parte("archivo", FOTO, "b")), MULTIPARTE, 400, UNO_SOLO),
    "dos con otro nombre": (forma(parte("archivo", FOTO, "a"), parte("otro", FOTO, "b")), MULTIPARTE, 400, UNO_SOLO),
    "campo desconocido": (
        forma(parte("archivo", FOTO, "a"), parte("tpo", "documento")),
        MULTIPARTE,
        400,
        {
            "error": "tpo: no se reconoce (¿quiso decir `tipo`?)",
            "campos": {"tpo": ["tpo: no se reconoce (¿quiso decir `tipo`?)"]},
        },
    ),
    "sin borde": (con_archivo(), "multipart/form-data", 400, MAL_FORMADO),
    "otro borde": (con_archivo(), "multipart/form-data; boundary=otro", 400, MAL_FORMADO),
    "borde imposible": (con_archivo(), "multipart/form-data; boundary*=unicode_escape''%5Cud800", 400, MAL_FORMADO),
    "sin final": (con_archivo()[: -len(BORDE) - 6], MULTIPARTE, 400, MAL_FORMADO),
    "cortado": (con_archivo()[:-100], MULTIPARTE, 400, MAL_FORMADO),
    "cabeza rara": (
        con_archivo().replace(b"Content-Disposition: ", b"Content-Disposition "),
        MULTIPARTE,
        400,
        MAL_FORMADO,
    ),
    "dañado": (con_archivo(FOTO[:-200]), MULTIPARTE, 400, DANADO),
    "html": (con_archivo(HTML, "foto.jpg"), MULTIPARTE, 415, NO_PERMITIDO),
}


@pytest.mark.parametrize(("cuerpo", "tipo", "status", "esperado"), RECHAZADOS.values(), ids=RECHAZADOS)
def test_lo_que_se_rechaza_no_deja_nada(operador, expediente, almacen, cuerpo, tipo, status, esperado):
    assert respuesta(subir(operador, cuerpo=cuerpo, tipo=tipo)) == (status, esperado)

    assert (guardados(almacen), Evidencia.objects.count()) == ([], 0)


def test_un_formulario_llega_a_20_partes(operador, expediente, almacen):
    ajenas = [parte(f"x{n}", "") for n in range(20)]

    con_20 = respuesta(subir(operador, cuerpo=forma(parte("archivo", FOTO, "a"), *ajenas[:19])))
    con_21 = respuesta(subir(operador, cuerpo=forma(parte("archivo", FOTO, "a"), *ajenas)))

    assert (con_20[0], len(con_20[1]["campos"])) == (400, 19)
    assert con_21 == (400, MAL_FORMADO)
    assert guardados(almacen) == []


def test_archivo_de_mas_de_50_mib(operador, expediente, almacen, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_FILE", 1000)
    monkeypatch.setattr(uploads, "MAX_FORM", 2000)
    muy_grande = {"error": "El archivo pasa de 50 MiB"}

    assert respuesta(subir(operador, cuerpo=con_archivo(b"x" * 1001))) == (413, muy_grande)
    anunciado = subir(operador, cuerpo=con_archivo(b"x" * 2001))
    assert respuesta(anunciado) == (413, muy_grande)
    assert anunciado.headers["Connection"] == "close"
    assert subir(operador, cuerpo=con_archivo(b"x" * 1000)).status_code == 201
    assert len(guardados(almacen)) == 1


def test_la_existencia_va_antes_que_el_contenido(operador, expediente, almacen):
    assert respuesta(subir(operador, "NO-HAY", b"{}", tipo="application/json")) == (
        404,
        {"error": "Expediente no encontrado"},
    )
    assert guardados(almacen) == []


def test_tecnico_no_sube(tecnico, expediente, almacen):
    assert respuesta(subir(tecnico)) == (403, {"error": "Acceso restringido a administradores y operadores"})


# --- The expediente ---


def test_subir_mueve_el_etag_y_deja_su_cambio(operador, expediente, almacen):
    ruta = "/api/expedientes/SIN%2F2024%2F9"
    antes = operador.get(ruta)
    fila = subida(operador)
    despues = operador.get(ruta)

    assert antes.headers["ETag"] != despues.headers["ETag"]
    assert (antes.json()["evidencia"], despues.json()["evidencia"]) == ([], [fila])
    assert operador.get(ruta, **{"If-None-Match": despues.headers["ETag"]}).status_code == 304
    [cambio] = operador.get(f"{ruta}/cambios?por_pagina=1").json()
    dicho = {"id": fila["id"], "nombre_archivo": "foto.jpg", "tipo": "evidencia", "tamano": len(FOTO)}
    assert cambio["cambios"] == {"evidencia": {"de": None, "a": [dicho | {"sha256": sha256(FOTO).hexdigest()}]}}
    assert Expediente.objects.get(pk="SIN/2024/9").eslabones == Cambio.objects.filter(uid=expediente.uid).count() + 1


def test_subir_cuesta_las_mismas_sentencias_con_una_o_con_muchas(
    operador, expediente, almacen, django_assert_num_queries
):
    for _ in range(3):
        # Who calls, whether the expediente exists, its lock, the evidence, the expediente with its change, and the
        # savepoints; SQLite writes the change apart.
        with django_assert_num_queries(8 if connection.vendor == "postgresql" else 11):
            subida(operador)


# --- Once ---


def test_repetir_con_la_misma_clave_no_hace_una_segunda(operador, expediente, almacen):
    primera = subir(operador, **{"Idempotency-Key": "foto-1"})
    otra_vez = subir(operador, **{"Idempotency-Key": "foto-1"})
    distinta = subir(operador, cuerpo=con_archivo(nombre="otra.jpg"), **{"Idempotency-Key": "foto-1"})

    assert (primera.status_code, otra_vez.content) == (201, primera.content)
    assert otra_vez.headers["Idempotent-Replayed"] == "true"
    assert otra_vez.headers["Location"] == primera.headers["Location"]
    assert distinta.status_code == 422
    assert (len(guardados(almacen)), Evidencia.objects.count()) == (1, 1)


def test_lo_que_se_rechazo_con_una_clave_se_puede_corregir(operador, expediente, almacen):
    clave = {"Idempotency-Key": "foto-1"}

    assert subir(operador, cuerpo=con_archivo(HTML), **clave).status_code == 415
    assert subir(operador, **clave).status_code == 201
    assert len(guardados(almacen)) == 1


def test_si_la_base_falla_no_quedan_bytes(operador, expediente, almacen, monkeypatch):
    def fallar(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("expedientes.evidencias.models._decir", fallar)

    assert respuesta(subir(operador)) == (500, {"error": "Error interno al subir la evidencia"})
    assert guardados(almacen) == []


def test_llave_con_evidencias_en_medio_no_se_abre(operador):
    for clave in ("A/evidencias/1", "checklist/A", "levantamiento/A"):
        recibida = operador.post("/api/expedientes", {"no_siniestro": clave})
        assert (recibida.status_code, list(json.loads(recibida.content)["campos"])) == (400, ["no_siniestro"])
    for clave in ("evidencias/A", "A/mis-evidencias/1", "A/checklist/B"):
        assert operador.post("/api/expedientes", {"no_siniestro": clave}).status_code == 201
