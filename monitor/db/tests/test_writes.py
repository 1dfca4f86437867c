"""A row that was read for a verb is written by the verb alone."""

import pytest

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios.models import Cambio
from monitor.db.writes import read


@pytest.mark.parametrize("como", [{}, {"update_fields": ["color"]}, {"force_update": True}])
def test_lo_leido_a_medias_no_se_guarda(db, como):
    ExpedienteFactory(no_siniestro="S-1", color="rojo")
    habia = Cambio.objects.count()
    leido = read(Expediente, "S-1", frozenset({"no_siniestro", "color"}))
    leido.color = "azul"

    with pytest.raises(TypeError, match="read in part"):
        leido.save(**como)
    assert (Expediente.objects.get().color, Cambio.objects.count()) == ("rojo", habia)


def test_lo_leido_entero_es_como_lo_devuelve_una_escritura(db):
    escrito = ExpedienteFactory(no_siniestro="S-1", color="rojo")

    assert vars(read(Expediente, "S-1")).keys() == vars(escrito).keys()
