"""Requests made at random from the API's own description, right and wrong: none may break anything, and each answer is
as described."""

from http import HTTPStatus

import pytest
import schemathesis
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

from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.api import tokens
from monitor.api.openapi.views import document
from monitor.api.tests.documento import operaciones
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

VECES = 5
COMPROBACIONES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CLAVE = "SIN/2024/9"

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


@pytest.fixture
def quien(db):
    """An Administrador, together with an expediente for the paths that ask for one. The rows stay from one request to
    the next."""
    aseguradora = AseguradoraFactory(id=1)
    usuario = UsuarioFactory(id=1, administrador=True)
    # Another author, made by the factory, could get the same id.
    ExpedienteFactory(no_siniestro=CLAVE, aseguradora=aseguradora, por=usuario)
    return usuario


@pytest.mark.parametrize(("metodo", "ruta", "modo"), list(casos()))
def test_lo_que_se_pida_al_azar_responde_como_se_describe(quien, metodo, ruta, modo):
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
    def pedir(caso, existe):
        if existe and "no_siniestro" in caso.path_parameters:
            caso.path_parameters["no_siniestro"] = CLAVE
        # The user is read again because another request may have revoked the tokens.
        token = tokens.issue(Usuario.objects.get(pk=quien.pk))
        # Schemathesis asks for gzip, but doesn't unpack what a WSGI application answers.
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        caso.call_and_validate(headers=headers, checks=COMPROBACIONES)

    pedir()
