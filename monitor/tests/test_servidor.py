"""The real server of conftest.py: two processes and the test database."""

import json
import socket
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

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
