"""Requests made from the API's own description, its examples and others at random, right and wrong: none may break
anything, each answer is as described, and every operation is carried out at least once."""

import re
from http import HTTPStatus

import pytest
import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from expedientes.evidencias.tests.formas import FOTO
from monitor.api import tokens
from monitor.api.openapi.views import document
from monitor.api.tests import mundo
from monitor.api.tests.documento import operaciones

pytestmark = pytest.mark.una_vez  # on PostgreSQL, fuzz/ asks a real server

VECES = 2
JSON, FORMULARIO = "application/json", "multipart/form-data"
COMPROBACIONES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

DJANGO = ClientHandler()


def aplicacion(environ, start_response):
    """Answer as WSGI servers are answered, but in the test's transaction: Django's own handler would close its
    connection."""
    response = DJANGO(environ | {"REMOTE_ADDR": "127.0.0.1"})
    start_response(f"{response.status_code} {HTTPStatus(response.status_code).phrase}", list(response.headers.items()))
    return [response.getvalue()]


ESQUEMA = schemathesis.openapi.from_dict(document())
ESQUEMA.app = aplicacion


def casos():
    """Yield the operations with the kinds of requests to make. An operation that takes nothing can't be asked
    wrongly."""
    for metodo, ruta, operacion in operaciones():
        yield metodo, ruta, GenerationMode.POSITIVE
        if operacion.get("parameters") or "requestBody" in operacion:
            yield metodo, ruta, GenerationMode.NEGATIVE


@pytest.fixture(scope="module")
def un_mundo(base_del_modulo):
    return mundo.crear()


@pytest.fixture
def lo_que_hay(un_mundo, db):
    return un_mundo


def pedir(caso, quien):
    """Send a request, check its answer and return its status. What it changed is undone, so that each request finds
    everything that there is."""
    # Schemathesis asks for gzip, but doesn't unpack what a WSGI application answers.
    headers = {"Authorization": f"Bearer {tokens.issue(quien)}", "Accept-Encoding": "identity"}
    with transaction.atomic():
        respuesta = caso.call_and_validate(headers=headers, checks=COMPROBACIONES)
        transaction.set_rollback(True)
    return respuesta.status_code


def con_ids_reales(cuerpo):
    """Return a body whose references are to what there is."""
    match cuerpo:
        case dict():
            return {k: mundo.REFERENCIAS.get(k, con_ids_reales(v)) for k, v in cuerpo.items()}
        case list():
            return [con_ids_reales(uno) for uno in cuerpo]
    return cuerpo


# The tests of expedientes/nube do these, because they need a cloud.
EN_LA_NUBE = re.compile("/(respaldar|restaurar)$|^/api/backup/exportar")


@pytest.mark.parametrize(
    ("metodo", "ruta", "operacion"),
    [pytest.param(*o, id=f"{o[0]} {o[1]}") for o in operaciones() if not EN_LA_NUBE.search(o[1])],
)
def test_cada_operacion_se_hace_con_su_ejemplo(lo_que_hay, metodo, ruta, operacion):
    contenidos = operacion.get("requestBody", {}).get("content", {})
    opciones = {}
    if JSON in contenidos:
        opciones = {"body": contenidos[JSON]["examples"]["ejemplo"]["value"], "media_type": JSON}
    elif FORMULARIO in contenidos:
        opciones = {"body": {"archivo": FOTO}, "media_type": FORMULARIO}
    caso = ESQUEMA[ruta][metodo].Case(path_parameters=lo_que_hay.en_la_ruta(ruta), **opciones)

    assert pedir(caso, lo_que_hay.maria) == min(int(status) for status in operacion["responses"])


@pytest.mark.parametrize(("metodo", "ruta", "modo"), list(casos()))
def test_lo_que_se_pida_al_azar_responde_como_se_describe(lo_que_hay, metodo, ruta, modo):
    operacion = ESQUEMA[ruta][metodo]

    @settings(
        max_examples=VECES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(caso=operacion.as_strategy(generation_mode=modo), existe=st.booleans())
    def al_azar(caso, existe):
        if existe:
            caso.path_parameters.update(lo_que_hay.en_la_ruta(ruta))
            caso.body = con_ids_reales(caso.body)
        pedir(caso, lo_que_hay.maria)

    al_azar()
