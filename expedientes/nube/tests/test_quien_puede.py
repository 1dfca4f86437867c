"""Somebody who may not, or no longer may, moves nothing to the cloud nor from it: all tables are the same before and
after, and the cloud is asked nothing."""

import pytest

from expedientes.evidencias.tests.formas import con_archivo, ruta_de, subida
from expedientes.nube.tests.conftest import salido
from monitor.api.tests.test_fail_closed import CON_NUBE, intrusos_de, volcado
from monitor.archivos.tests.muestras import imagen

PEDIR_EXPORTAR = "POST /api/backup/exportar"  # a worker does it


@pytest.fixture
def mundo(nube, operador):
    """One that left, with a photo in the cloud and another that isn't there yet."""
    salido("999999")
    subida(operador, "999999", con_archivo(imagen(ancho=50)))
    assert operador.post(f"{ruta_de('999999')}/respaldar").json()["subidas"] == 1
    subida(operador, "999999", con_archivo(imagen(ancho=51)))
    nube.pedidos.clear()


@pytest.mark.parametrize("cabeceras", [{}, {"Idempotency-Key": "una"}], ids=["", "con clave"])
@pytest.mark.parametrize("ruta", sorted(CON_NUBE))
def test_mueve_algo_quien_puede_y_nadie_mas(administrador, nube, mundo, ruta, cabeceras):
    intrusos = intrusos_de(ruta)
    antes = volcado()

    for nombre, api, esperado, entretanto in intrusos:
        with entretanto():
            recibida = api.pedir(*ruta.split(), **cabeceras)
        assert (nombre, recibida.status_code, volcado(), nube.pedidos) == (nombre, esperado, antes, [])

    assert administrador.pedir(*ruta.split(), **cabeceras).status_code == 200
    assert volcado() != antes
    assert (nube.pedidos == []) is (ruta == PEDIR_EXPORTAR)
