"""The people who call the API. Each app's conftest.py imports these fixtures."""

import pytest

from monitor.api.tests.cliente import Api
from monitor.usuarios.tests.factories import UsuarioFactory


@pytest.fixture
def anonimo(db):
    return Api()


@pytest.fixture
def administrador(db):
    return Api(UsuarioFactory(administrador=True))


@pytest.fixture
def operador(db):
    return Api(UsuarioFactory())


@pytest.fixture
def tecnico(db):
    return Api(UsuarioFactory(tecnico=True))
