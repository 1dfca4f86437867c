from types import SimpleNamespace

import botocore.endpoint
import pytest

from expedientes.estados import Estado
from expedientes.evidencias.tests.conftest import almacen  # noqa: F401
from expedientes.models import Expediente
from expedientes.nube.tests.cubeta import Estorbo, Moto
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401
from monitor.archivos.nube import NUBE


@pytest.fixture(scope="session")
def estorbo_de_la_sesion():
    with Moto().abierto() as moto, Estorbo(moto.puerto).abierto() as estorbo:
        yield estorbo


@pytest.fixture
def nube(estorbo_de_la_sesion, almacen, settings, monkeypatch):  # noqa: F811
    """What stands before an empty bucket, which is that of the settings."""
    estorbo = estorbo_de_la_sesion
    estorbo.falla = None
    settings.NUBE = estorbo.cubeta
    for uno in NUBE.hallados(""):
        NUBE.borrar(uno.lugar)
    estorbo.pedidos.clear()
    # What is tried again isn't waited for.
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda segundos: None))
    return estorbo


@pytest.fixture
def expediente(db):
    return salido("SIN/2024/9")


def salido(no_siniestro: str) -> Expediente:
    """Return an expediente whose unit has left."""
    nuevo = ExpedienteFactory(no_siniestro=no_siniestro)
    return Expediente.objects.cambiar_estado(no_siniestro, Estado.SALIDA, por=nuevo.creado_por)
