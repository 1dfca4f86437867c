"""Requests made at random of the API's own description, right and wrong: nothing may break, and all is as described."""

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
    """As WSGI servers call it, but in the test's transaction: Django's own would close its connection."""
    response = DJANGO(environ | {"REMOTE_ADDR": "127.0.0.1"})
    start_response(f"{response.status_code} {HTTPStatus(response.status_code).phrase}", list(response.headers.items()))
    return [response.getvalue()]


ESQUEMA = schemathesis.openapi.from_dict(document())
ESQUEMA.app = aplicacion


def casos():
    """What takes nothing can't be asked wrongly."""
    for metodo, ruta, operacion in operaciones():
        yield metodo, ruta, GenerationMode.POSITIVE
        if operacion.get("parameters") or "requestBody" in operacion:
            yield metodo, ruta, GenerationMode.NEGATIVE


@pytest.fixture
def quien(db):
    """An Administrador, and an expediente for the paths that ask for one. Rows are left from one call to the next."""
    aseguradora = AseguradoraFactory(id=1)
    usuario = UsuarioFactory(id=1, administrador=True)
    ExpedienteFactory(no_siniestro=CLAVE, aseguradora=aseguradora, por=usuario)  # another could get her id
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
        # Read again: another request may have revoked her tokens.
        token = tokens.issue(Usuario.objects.get(pk=quien.pk))
        caso.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=COMPROBACIONES)

    pedir()
