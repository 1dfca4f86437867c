import pytest
from django.conf import settings

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401
from monitor.archivos import ALMACEN


@pytest.fixture
def expediente(db):
    return ExpedienteFactory(no_siniestro="SIN/2024/9")


@pytest.fixture
def almacen(monkeypatch, tmp_path):
    """The store, in a folder of this test alone."""
    assert tmp_path not in settings.ARCHIVOS_DIR.parents
    monkeypatch.setattr(ALMACEN, "raiz", tmp_path / "archivos")
    return ALMACEN


def guardados(almacen) -> list:
    """Return all the files in the store, whole or not."""
    return [ruta for ruta in almacen.raiz.rglob("*") if ruta.is_file() and not {"derivados", "turnos"} & {*ruta.parts}]
