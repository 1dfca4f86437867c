"""The migrations of every app, back and forth, and what they make of the rows that they find."""

from datetime import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catalogos.models import Aseguradora
from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios.tests.test_cadena import eslabones
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import LugarSolicitud

# Before Unicode's rules, the chains, and hours of return only where somebody has to return.
ANTES = [
    ("catalogos", "0007_sin_estado_solicitud"),
    ("usuarios", "0001_initial"),
    ("solicitudes", "0002_estado_solicitud"),
    ("expedientes", "0004_momentos_que_se_pueden_mostrar"),
]


@pytest.mark.lenta
def test_se_deshacen_y_se_rehacen_con_las_filas_de_antes(migrar):
    """It is one test because each way takes seconds."""
    # Nearly all of ours stand on those of users, and the rest are of catalogues.
    call_command("migrate", "usuarios", "zero", verbosity=0)
    call_command("migrate", "catalogos", "zero", verbosity=0)
    quedan = connection.introspection.table_names()
    assert not {"usuario", "lugar", "expediente", "historial_estado", "expediente_archivado", "solicitud"} & set(quedan)

    modelos = migrar(ANTES)
    poner_paradas(modelos)
    poner_historias()
    poner_choques()
    with pytest.raises(CommandError) as error:
        migrar()
    habia = Aseguradora.objects.order_by().count()
    hechas = {".".join(migracion) for migracion in MigrationExecutor(connection).loader.applied_migrations}
    ejecutar("DELETE FROM aseguradora WHERE id = 72")
    ejecutar("DELETE FROM expediente WHERE no_siniestro = %s", "Ñ-1")
    call_command("migrate", verbosity=0)

    # What would be one now is named, and nothing changes.
    aseguradoras, expedientes, como = str(error.value).split("\n")
    assert aseguradoras == (
        "Aseguradoras: ahora son lo mismo «Яя» = \\u042f\\u044f (Id 71), «яЯ» = \\u044f\\u042f (Id 72)."
    )
    assert expedientes == "Expedientes: ahora son lo mismo «N\u0303-1» = N\\u0303-1, «Ñ-1» = \\xd1-1."
    assert como.startswith("No se cambió nada.")
    assert habia == 3
    assert "catalogos.0008_sin_choques" not in hechas

    # Without that, the texts are composed.
    conocidos = Expediente.objects.exclude(pk__in="ABC")
    assert list(conocidos.values_list("no_siniestro", "historial__expediente_id")) == [("Ñ-1", "Ñ-1")]
    assert Expediente.objects.buscar("ionut si1").count() == 1

    # What was there before the chains is chained.
    de_a, fin_de_a = eslabones(Expediente.objects.get(pk="A"))
    assert ([lugar for lugar, _ in de_a], fin_de_a) == ([1, 2], de_a[-1])
    assert [eslabones(Expediente.objects.get(pk=clave))[1][0] for clave in ("B", "C")] == [1, 0]
    assert len(set(Expediente.objects.values_list("uid", flat=True))) == 4

    # An hour at which nobody returns goes, and its place stays.
    assert list(LugarSolicitud.objects.order_by("orden").values_list("orden", "requiere_retorno", "hora_retorno")) == [
        (0, False, None),
        (1, False, None),
        (2, True, time(12)),
    ]


def ejecutar(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def poner_choques():
    ejecutar("INSERT INTO aseguradora (id, nombre) VALUES (71, 'Яя'), (72, 'яЯ'), (73, 'Otra')")
    ejecutar(
        "INSERT INTO expediente (no_siniestro, nombre_cliente, placas) VALUES (%s, %s, %s), (%s, NULL, NULL)",
        "N\u0303-1",
        "Ionut\u0326",
        "ŠI 1",
        "Ñ-1",
    )
    ejecutar("INSERT INTO historial_estado (no_siniestro, estado_nuevo) VALUES (%s, 'Ingreso')", "N\u0303-1")


def poner_historias():
    for clave in ("A", "B", "C"):
        ejecutar("INSERT INTO expediente (no_siniestro, estado) VALUES (%s, 'Salida')", clave)
    for clave, estado in (("A", "Ingreso"), ("B", "Ingreso"), ("A", "Salida")):
        ejecutar("INSERT INTO historial_estado (no_siniestro, estado_nuevo) VALUES (%s, %s)", clave, estado)


def poner_paradas(modelos):
    """Make a solicitud, with the models of then, that has an hour of return in two places."""

    def crear(modelo, **datos):
        return modelos.get_model(modelo).objects.create(**datos).pk

    crear("solicitudes.EstadoSolicitud", id=1, codigo="PENDIENTE_APROBACION", orden=1, es_estado_final=False)
    lugar = crear("catalogos.Lugar", nombre="Taller")
    solicitud = crear(
        "solicitudes.Solicitud",
        periodo="2026-03",
        asunto="Traslado",
        cantidad_pasajeros=1,
        fecha_servicio="2026-03-10",
        hora_servicio="08:00",
        solicitante_id=crear("usuarios.Usuario", username="ana", rol="Operador"),
        aprobador_id=crear("usuarios.Usuario", username="luisa", rol="Operador"),
        departamento_id=crear("catalogos.Departamento", codigo="D", nombre="Taller"),
        prioridad_id=crear("catalogos.TipoPrioridadSolicitud", nombre="Alta"),
        servicio_id=crear("catalogos.TipoServicioSolicitud", nombre="Traslado"),
    )
    for orden, (retorno, hora) in enumerate([(False, None), (False, time(9)), (True, time(12))]):
        parada = {"orden": orden, "requiere_retorno": retorno, "hora_retorno": hora}
        crear("solicitudes.LugarSolicitud", solicitud_id=solicitud, lugar_id=lugar, **parada)


def test_esta_en_su_estado_desde_su_ultimo_cambio_y_nadie_lo_escribio(migrar):
    ExpedienteFactory(no_siniestro="S-1")
    Expediente.objects.cambiar_estado("S-1", "Restauracion", por=UsuarioFactory())
    cambio = HistorialEstado.objects.latest("id").fecha_cambio
    migrar([("expedientes", "0009_lugar_en_cada_pagina")])

    migrar()

    assert Expediente.objects.values_list("en_estado_desde", "version").get() == (cambio, 2)
