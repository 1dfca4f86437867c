"""The real server of conftest.py: two processes and the test database."""

import json
import socket
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from monitor.api.tests.cliente import Remota
from monitor.usuarios.models import Usuario

CLAVE = "mesa-redonda-58"


@pytest.fixture
def operadora():
    return Usuario.objects.registrar(
        username="maria", password=CLAVE, rol="Operador", nombre="María González", por=None
    )


def test_servidor_llega_a_la_base(servidor):
    with urlopen(f"{servidor}/api/health") as respuesta:
        assert json.load(respuesta) == {"backend": True, "database": True}
        assert respuesta.headers["X-Request-ID"]


def test_servidor_no_habla_http2(servidor):
    """The preface of HTTP/2 isn't a request of HTTP/1.1."""
    maquina, puerto = urlsplit(servidor).netloc.split(":")
    with socket.create_connection((maquina, int(puerto)), timeout=10) as conexion:
        conexion.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")

        assert conexion.recv(100)[:12] in (b"", b"HTTP/1.1 400")


@pytest.mark.una_vez
@pytest.mark.parametrize(
    "tipo", ["a/b; x*=zzz''y", "application/json; charset*=utf-8''\\ud800", "multipart/form-data; boundary*=x''y"]
)
def test_un_content_type_que_no_se_puede_leer_no_es_ninguno(servidor, operadora, tipo):
    remota, cabecera = Remota(servidor, operadora), {"Content-Type": tipo}
    pedidas = [
        ("GET", "/api/health"),
        ("GET", "/admin/login/"),
        ("POST", "/api/auth/login"),
        ("POST", "/api/expedientes"),
    ]

    assert [remota.pedir(metodo, ruta, **cabecera).status for metodo, ruta in pedidas] == [200, 200, 400, 400]
    assert remota.pedir("POST", "/api/expedientes", {"no_siniestro": "S-1"}, **cabecera).status == 415


def test_pagina_entra_al_admin_con_sus_estilos(pagina, operadora):
    fallidas = []
    pagina.on("requestfailed", lambda peticion: fallidas.append(peticion.url))
    pagina.on("response", lambda respuesta: respuesta.status < 400 or fallidas.append(respuesta.url))

    pagina.goto("/admin/")
    pagina.get_by_label("Usuario").fill(operadora.username)
    pagina.get_by_label("Contraseña").fill(CLAVE)
    pagina.locator("[type=submit]").click()

    expect(pagina.get_by_text("María González")).to_be_visible()
    assert fallidas == []
