from types import SimpleNamespace

import botocore.endpoint
import pytest
from werkzeug.serving import make_ssl_devcert

from expedientes.estados import Estado
from expedientes.evidencias.tests.conftest import almacen  # noqa: F401
from expedientes.models import Expediente
from expedientes.nube.tests.cubeta import Estorbo, Moto
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401
from monitor.archivos.nube import NUBE


@pytest.fixture(scope="session")
def moto():
    with Moto().abierto() as moto:
        yield moto


@pytest.fixture(scope="session")
def estorbo_con_http(moto):
    with Estorbo(moto.puerto).abierto() as estorbo:
        yield estorbo


@pytest.fixture(scope="session")
def estorbo_con_https(moto, tmp_path_factory):
    archivos = make_ssl_devcert(str(tmp_path_factory.mktemp("tls") / "cubeta"), host="localhost")
    with Estorbo(moto.puerto, *archivos).abierto() as estorbo:
        yield estorbo


@pytest.fixture
def nube(request, almacen, settings, monkeypatch):  # noqa: F811
    """Yield the obstacle that stands before an empty bucket, which is that of the settings: `http`, unless the test's
    parameter says otherwise."""
    estorbo = request.getfixturevalue(f"estorbo_con_{getattr(request, 'param', 'http')}")
    if estorbo.certificado:
        monkeypatch.setenv("AWS_CA_BUNDLE", estorbo.certificado)
    estorbo.falla = None
    settings.NUBE = estorbo.cubeta
    for uno in NUBE.hallados(""):
        NUBE.borrar(uno.lugar)
    estorbo.pedidos.clear()
    # What is tried again isn't waited for.
    monkeypatch.setattr("monitor.archivos.nube.PAUSA", 0)
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda segundos: None))
    return estorbo


@pytest.fixture
def expediente(db):
    return salido("SIN/2024/9")


def salido(no_siniestro: str) -> Expediente:
    """Return an expediente whose unit has left."""
    nuevo = ExpedienteFactory(no_siniestro=no_siniestro)
    return Expediente.objects.cambiar_estado(no_siniestro, Estado.SALIDA, por=nuevo.creado_por)
