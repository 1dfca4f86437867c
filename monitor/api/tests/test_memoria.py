"""A request leaves behind no answer that only the garbage collector could free."""

import gc
from contextlib import contextmanager

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.usuarios.tests.factories import UsuarioFactory
from monitor.wsgi import application

pytestmark = pytest.mark.una_vez


@pytest.fixture
def pedir(db):
    """Call the application as the server does, without the test client, which keeps what it sees."""
    ExpedienteFactory(no_siniestro="SIN-1")
    autorizacion = f"Bearer {tokens.issue(UsuarioFactory())}"

    def pedir(ruta):
        environ = RequestFactory().get(ruta, headers={"Authorization": autorizacion}).environ
        estados = []
        cuerpo = b"".join(application(environ, lambda estado, headers: estados.append(estado)))
        return estados, cuerpo

    for senal in (request_started, request_finished):
        senal.disconnect(close_old_connections)  # the test's connection is in a transaction
    yield pedir
    for senal in (request_started, request_finished):
        senal.connect(close_old_connections)


@contextmanager
def sin_recolector():
    """Give a list that holds, at the end, the types of the objects that were left in reference cycles."""
    gc.collect()
    gc.disable()
    tipos = []
    try:
        yield tipos
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        tipos += sorted({type(objeto).__name__ for objeto in gc.garbage})
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize(
    ("ruta", "estado"),
    [
        ("/api/expedientes?por_pagina=1000", "200 OK"),
        ("/api/expedientes/SIN-1", "200 OK"),
        ("/api/expedientes/nadie", "404 Not Found"),
        ("/solicitud", "200 OK"),
    ],
)
def test_una_peticion_no_deja_su_respuesta_en_un_circulo(pedir, ruta, estado):
    pedir(ruta)  # the first request to each route compiles its statements

    with sin_recolector() as circulos:
        estados, cuerpo = pedir(ruta)

    assert (estados, cuerpo[:1] in (b"[", b"{")) == ([estado], True)
    assert [tipo for tipo in circulos if "Response" in tipo] == []
