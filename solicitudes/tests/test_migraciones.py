"""The changes that a migration makes to the rows that it finds."""

from datetime import time

import pytest

from solicitudes.models import LugarSolicitud
from solicitudes.tests.factories import SolicitudFactory, parada


@pytest.mark.una_vez
def test_hora_sin_retorno_se_borra_y_el_lugar_queda(migrar):
    con_retorno = parada(2, requiere_retorno=True, hora_retorno=time(12))
    SolicitudFactory(lugares=[parada(0, es_origen=True), parada(1), con_retorno])
    migrar([("solicitudes", "0002_estado_solicitud")])
    LugarSolicitud.objects.filter(orden=1).update(hora_retorno=time(9))

    migrar([("solicitudes", "0003_hora_solo_con_retorno")])

    assert list(LugarSolicitud.objects.order_by("orden").values_list("orden", "requiere_retorno", "hora_retorno")) == [
        (0, False, None),
        (1, False, None),
        (2, True, time(12)),
    ]
