"""The changes that a migration makes to the rows that it finds."""

from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.factories import ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory


def test_esta_en_su_estado_desde_su_ultimo_cambio_y_nadie_lo_escribio(migrar):
    ExpedienteFactory(no_siniestro="S-1")
    Expediente.objects.cambiar_estado("S-1", "Restauracion", por=UsuarioFactory())
    cambio = HistorialEstado.objects.latest("id").fecha_cambio
    migrar([("expedientes", "0009_lugar_en_cada_pagina")])

    migrar()

    assert Expediente.objects.values_list("en_estado_desde", "version").get() == (cambio, 2)
