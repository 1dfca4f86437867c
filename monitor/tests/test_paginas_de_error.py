"""Every error that a person may meet, under /admin/ and elsewhere, is a page in Spanish with a way back; a program goes
on getting JSON."""

import re
import socket
from io import BytesIO
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.test import Client

from expedientes.tests.factories import ExpedienteFactory
from monitor.admin.pages import DICHOS, OTROS
from monitor.api.errors import server_busy
from monitor.api.tests.cliente import Api
from monitor.api.tests.test_base_caida import sin_base
from monitor.management.commands.serve import sin_vista
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

NAVEGADOR = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EXPEDIENTES = "/admin/expedientes/expediente/"


def es_una_pagina(response, status, vuelta):
    texto = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert '<html lang="es' in texto
    assert re.search(r"<h1>[^<]+</h1>", texto)
    assert f'<a href="{vuelta}">Volver al inicio</a>' in texto
    assert not re.search(r'DEBUG|Traceback|\{"|Not Found|Forbidden|Exception', texto)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    return texto


def con_error(client, error, metodo="get", ruta=EXPEDIENTES):
    client.raise_request_exception = False
    with patch("expedientes.admin.ExpedienteAdmin.get_queryset", side_effect=error):
        return getattr(client, metodo)(ruta, headers=NAVEGADOR)


EN_EL_ADMIN = {
    "dirección desconocida": (404, lambda c: c.get("/admin/nada/")),
    "expediente que no está": (404, lambda c: c.get(f"{EXPEDIENTES}NADA/change/")),
    "su historial": (404, lambda c: c.get(f"{EXPEDIENTES}NADA/history/")),
    "eliminar lo que no está": (404, lambda c: c.post(f"{EXPEDIENTES}NADA/delete/", {"post": "yes"})),
    "sin permiso": (403, lambda c: c.get("/admin/expedientes/expedientearchivado/add/")),
    "método que no es": (405, lambda c: c.get("/admin/logout/")),
    "formulario ilegible": (400, lambda c: c.post(f"{EXPEDIENTES}add/", {f"c{n}": "x" for n in range(12_001)})),
    "sin token": (403, lambda c: Client(enforce_csrf_checks=True).post("/admin/login/")),
    "demasiado grande": (413, lambda c: c.post("/admin/", b"x" * 8_388_609, content_type="text/plain")),
    "otro servidor": (400, lambda c: c.get("/admin/", headers=NAVEGADOR | {"Host": "otro.example.org"})),
    "error interno": (500, lambda c: con_error(c, ZeroDivisionError)),
    "base de otro error": (500, lambda c: con_error(c, OperationalError("x"))),
    "lista de autocompletar ajena": (403, lambda c: c.get("/admin/autocomplete/")),
}


@pytest.mark.parametrize("como", EN_EL_ADMIN)
def test_en_el_admin(client, como):
    client.force_login(UsuarioFactory(administrador=True))
    status, pedir = EN_EL_ADMIN[como]

    es_una_pagina(pedir(client), status, "/admin/")


@pytest.mark.parametrize("ruta", [EXPEDIENTES, f"{EXPEDIENTES}SIN-1/change/", "/admin/", "/admin/login/?next=/admin/"])
@pytest.mark.parametrize("metodo", ["get", "post"])
def test_sin_base_en_el_admin(transactional_db, client, ruta, metodo):
    ExpedienteFactory(no_siniestro="SIN-1")
    client.force_login(UsuarioFactory())
    client.raise_request_exception = False
    with sin_base():
        response = getattr(client, metodo)(ruta, {"username": "ana", "password": "x"} if metodo == "post" else {})

    if (ruta, metodo) != ("/admin/login/?next=/admin/", "get"):
        assert response["Retry-After"] == "5"
        assert "Espere unos segundos" in es_una_pagina(response, 503, "/admin/")


def test_sin_base_al_leer_quien_manda_un_formulario_grande(transactional_db, client):
    """A middleware asks who it is, before any view."""
    client.force_login(UsuarioFactory())
    client.raise_request_exception = False
    with sin_base():
        response = client.post(EXPEDIENTES, b"x" * 70_000, content_type="text/plain")

    es_una_pagina(response, 503, "/admin/")


FUERA = [
    ("get", "/nada", 404, "La ruta no existe."),
    ("get", "/api/nada", 404, "La ruta no existe."),
    ("get", "/static/nada.css", 404, "La ruta no existe."),
    ("get", "/api/expedientes", 401, "El personal entra por Administración"),
    ("get", "/solicitud", 401, ""),
    ("post", "/api/health", 405, "El método POST no está permitido aquí."),
    ("post", "/api/auth/login", 415, ""),
    ("get", "/metrics", 401, ""),
]


@pytest.mark.parametrize(("metodo", "ruta", "status", "frase"), FUERA)
def test_fuera_del_admin(client, metodo, ruta, status, frase):
    response = getattr(client, metodo)(ruta, headers=NAVEGADOR)
    de_programa = getattr(client, metodo)(ruta)

    assert frase in es_una_pagina(response, status, "/")
    assert "Accept" in response["Vary"]
    assert (de_programa.status_code, de_programa["Content-Type"]) == (status, "application/json")
    conservan = {nombre for nombre in de_programa.headers if nombre.startswith(("X-", "WWW-", "Allow", "Retry"))}
    assert conservan <= set(response.headers)


def test_fuera_del_admin_por_un_nombre_ajeno_o_sin_base(transactional_db, client):
    ajena = client.get("/", headers=NAVEGADOR | {"Host": "otro.example.org"})
    with sin_base():
        caida = client.get("/api/health", headers=NAVEGADOR)

    es_una_pagina(ajena, 400, "/")
    es_una_pagina(caida, 503, "/")


def test_fuera_del_admin_un_error_interno(client):
    api = Api(UsuarioFactory())
    with patch("expedientes.views.ExpedienteViewSet.listar", side_effect=ZeroDivisionError, create=True):
        response = api.get("/api/expedientes/cambios", **NAVEGADOR)

    assert response.status_code >= 400
    es_una_pagina(response, response.status_code, "/")


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_un_guion_del_admin_lee_su_json_y_una_persona_una_pagina(client, accept):
    client.force_login(UsuarioFactory())
    ExpedienteFactory(no_siniestro="SIN-1")
    url, datos = (
        "/admin/tablero/mover/",
        {"no_siniestro": "SIN-1", "estado": "Ingreso", "visto": ""},
    )

    de_guion = client.post(url, datos, headers={"Accept": accept})
    pagina = client.post(url, datos, headers=NAVEGADOR)

    assert (de_guion.status_code, de_guion.json()) == (
        409,
        {"error": "El expediente cambió desde que lo leyó; vuelva a leerlo"},
    )
    assert "El expediente cambió" in es_una_pagina(pagina, 409, "/admin/")


def test_el_servidor_lleno_es_una_pagina_para_un_navegador():
    entorno = {"REQUEST_METHOD": "GET", "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.input": BytesIO()}
    paginas = [
        sin_vista(server_busy(), entorno | {"PATH_INFO": ruta, "HTTP_ACCEPT": "text/html"})
        for ruta in ("/admin/", "/api/expedientes")
    ]

    assert [pagina.status for pagina in paginas] == ["503 Service Unavailable"] * 2
    assert all(b"Volver al inicio" in pagina.body for pagina in paginas)


@pytest.mark.parametrize(
    "peticion",
    [
        f"GET /admin/?q={'x' * 70_000} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /nada HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nCookie: {'x' * 70_000}\r\n\r\n",
    ],
)
def test_lo_que_el_servidor_no_puede_leer_es_una_pagina_para_un_navegador(servidor, peticion):
    with socket.create_connection(urlsplit(servidor).netloc.split(":"), timeout=10) as conexion:
        conexion.sendall(peticion.encode())
        recibido = conexion.makefile("rb").read().decode()

    assert recibido.startswith("HTTP/1.1 400 ")
    assert "Content-Type: text/html; charset=utf-8" in recibido
    assert "Volver al inicio</a>" in recibido


@pytest.mark.parametrize("status", [*DICHOS, 418])
def test_todo_lo_que_se_dice_es_una_frase(status):
    titulo, frase = DICHOS.get(status, OTROS)

    assert titulo[0].isupper()
    assert frase.endswith(".")
