"""The headers of each kind of answer: what they let a browser do with it, and what none says of the server."""

import socket
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from django.test import Client

from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.api.tests.cliente import Remota
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = [pytest.mark.django_db, pytest.mark.una_vez]

NADA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
TEXTO = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
ADMIN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SIN_APARATOS = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
)
DE_TODAS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
HTML = {"Accept": "text/html"}

CASOS = [
    # path, headers, status, policy, whether it is a page
    ("/api/health", {}, 200, NADA, False),
    ("/api/expedientes", {}, 401, NADA, False),
    ("/api/no/existe", {}, 404, NADA, False),
    ("/solicitud", {}, 401, NADA, False),
    ("/no/existe", HTML, 404, TEXTO, True),
    ("/no/existe", {}, 404, NADA, False),
    ("/api/schema", {}, 200, NADA, False),
    ("/", {}, 200, NADA, False),
    ("/", HTML, 200, TEXTO, True),
    ("/api/docs", HTML, 200, DOCS, True),
    ("/static/monitor/inicio.css", {}, 200, NADA, False),
    ("/static/no/existe.css", {}, 404, NADA, False),
    ("/api/health", {"Host": "otro.example.org"}, 400, NADA, False),
    ("/admin", {}, 302, NADA, False),
    ("/admin/", {}, 302, ADMIN, True),
    ("/admin/login/", {}, 200, ADMIN, True),
    ("/admin/jsi18n/", {}, 302, ADMIN, True),
    ("/admin/", {"Host": "otro.example.org"}, 400, ADMIN, True),
]


def comprobar(response, politica, es_pagina):
    headers = response.headers
    response.close()
    assert headers["Content-Security-Policy"] == politica
    assert {nombre: headers.get(nombre) for nombre in DE_TODAS} == DE_TODAS
    assert headers.get("Permissions-Policy") == (SIN_APARATOS if es_pagina else None)
    assert not {"Server", "X-Powered-By", "Via"} & set(headers)


@pytest.mark.parametrize(("ruta", "encabezados", "status", "politica", "es_pagina"), CASOS)
def test_cada_respuesta_dice_que_puede_hacer_un_navegador(client, ruta, encabezados, status, politica, es_pagina):
    response = client.get(ruta, headers=encabezados)

    assert response.status_code == status
    comprobar(response, politica, es_pagina)


def test_un_304_tambien_lo_dice(client):
    ExpedienteFactory(no_siniestro="SIN-1")
    headers = {"Authorization": f"Bearer {tokens.issue(UsuarioFactory())}"}
    etag = client.get("/api/expedientes/SIN-1", headers=headers).headers["ETag"]

    response = client.get("/api/expedientes/SIN-1", headers=headers | {"If-None-Match": etag})

    assert response.status_code == 304
    comprobar(response, NADA, False)


@pytest.mark.parametrize(
    ("ruta", "roto", "politica", "es_pagina"),
    [
        ("/api/health", "monitor.views.InicioViewSet.health", NADA, False),
        ("/admin/login/", "monitor.admin.site.LoginForm.__init__", ADMIN, True),
        ("/no/existe", "monitor.api.viewsets.NoEncontrado", NADA, False),
    ],
)
def test_un_error_interno_tambien_lo_dice(monkeypatch, ruta, roto, politica, es_pagina):
    monkeypatch.setattr(roto, lambda *_, **__: 1 / 0)

    response = Client(raise_request_exception=False).get(ruta)

    assert response.status_code == 500
    comprobar(response, politica, es_pagina)


@pytest.mark.parametrize(
    ("ruta", "status", "politica", "es_pagina"),
    [("/api/expedientes", 403, NADA, False), ("/admin/login/", 301, ADMIN, True)],
)
def test_lo_que_se_niega_sin_https_tambien_lo_dice(settings, ruta, status, politica, es_pagina):
    settings.SECURE_SSL_REDIRECT = True

    response = Client().get(ruta)

    assert response.status_code == status
    comprobar(response, politica, es_pagina)


@pytest.mark.parametrize("ruta", [caso[0] for caso in CASOS if "Host" not in caso[1]])
def test_con_https_todo_lleva_hsts_de_un_anio_y_sin_https_nada(settings, ruta):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    client = Client()

    for encabezados, hsts in (
        ({"X-Forwarded-Proto": "https"}, "max-age=31536000; includeSubDomains"),
        ({"X-Forwarded-Proto": "https", "Host": "otro.example.org"}, "max-age=31536000; includeSubDomains"),
        ({}, None),
    ):
        response = client.get(ruta, headers=encabezados)
        response.close()
        assert response.headers.get("Strict-Transport-Security") == hsts


def test_quien_no_es_un_proxy_no_finge_que_viene_por_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    client = Client()

    assert client.get("/api/expedientes", headers={"X-Forwarded-Proto": "https"}).status_code == 403
    assert client.get("/admin/", headers={"X-Forwarded-Proto": "https"}).status_code == 301


@pytest.mark.parametrize("ruta", ["/api/health", "/admin/login/", "/static/monitor/inicio.css", "/no/existe"])
def test_el_servidor_no_dice_que_programa_es(servidor, ruta):
    headers = Remota(servidor).pedir("GET", ruta).headers

    assert not {"server", "x-powered-by", "via"} & {nombre.lower() for nombre in headers}
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_lo_que_el_servidor_contesta_sin_django_tambien_lo_dice(servidor):
    with socket.create_connection(urlsplit(servidor).netloc.split(":"), timeout=10) as conexion:
        conexion.sendall(b"esto no es HTTP\r\n\r\n")
        encabezados = conexion.makefile("rb").read().decode().partition("\r\n\r\n")[0].splitlines()

    assert encabezados[0] == "HTTP/1.1 400 Bad Request"
    assert {
        f"Content-Security-Policy: {NADA}",
        "X-Content-Type-Options: nosniff",
        "Cross-Origin-Resource-Policy: same-origin",
    } <= set(encabezados)


@pytest.mark.parametrize(
    "ruta",
    [
        "/.git/config",
        "/.env",
        "/manage.py",
        "/monitor/settings.py",
        "/static/",
        "/static/monitor/",
        "/static/../manage.py",
        "/static/..%2f.env",
        "/static/%2e%2e/monitor.sqlite3",
    ],
)
def test_ni_carpetas_ni_archivos_del_programa_estan_a_la_vista(servidor, ruta):
    assert Remota(servidor).pedir("GET", ruta).status == 404


@pytest.mark.parametrize("metodo", ["TRACE", "TRACK", "CONNECT"])
@pytest.mark.parametrize("ruta", ["/api/expedientes", "/admin/login/", "/"])
def test_trace_no_devuelve_lo_que_se_le_manda(client, metodo, ruta):
    response = client.generic(metodo, ruta, headers={"Authorization": "Bearer secreto-31"})

    assert response.status_code == 405
    assert b"secreto-31" not in response.content


def test_con_debug_las_paginas_de_django_para_desarrollar_se_ven(settings):
    settings.DEBUG = True

    assert "Content-Security-Policy" not in Client(raise_request_exception=False).get("/api/no/existe").headers
    assert Client().get("/admin/login/").headers["Content-Security-Policy"] == ADMIN
