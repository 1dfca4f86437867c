"""What the migration to Unicode's rules makes of the rows that it finds."""

import pytest
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from catalogos.models import Aseguradora
from expedientes.models import Expediente
from monitor.db.triggers import door

ANTES = [
    ("catalogos", "0007_sin_estado_solicitud"),
    ("usuarios", "0001_initial"),
    ("solicitudes", "0004_solicitantes_anteriores"),
    ("expedientes", "0004_momentos_que_se_pueden_mostrar"),
]


@pytest.fixture
def antes(migrar):
    """Take the database back to before the change, and give a function that runs SQL on it. At the end the rows go."""
    migrar(ANTES)

    def ejecutar(sql, *params):
        with door(None), connection.cursor() as cursor:
            cursor.execute(sql, params)

    yield ejecutar
    ejecutar("DELETE FROM expediente")
    ejecutar("DELETE FROM aseguradora")


def test_las_que_ahora_serian_una_se_nombran_y_sin_ellas_los_textos_quedan_compuestos(antes, migrar):
    antes("INSERT INTO aseguradora (id, nombre) VALUES (71, 'Яя'), (72, 'яЯ'), (73, 'Otra')")
    antes(
        "INSERT INTO expediente (no_siniestro, nombre_cliente, placas) VALUES (%s, %s, %s), (%s, NULL, NULL)",
        "N\u0303-1",
        "Ionut\u0326",
        "ŠI 1",
        "Ñ-1",
    )
    antes("INSERT INTO historial_estado (no_siniestro, estado_nuevo) VALUES (%s, 'Ingreso')", "N\u0303-1")

    with pytest.raises(CommandError) as error:
        migrar()

    aseguradoras, expedientes, como = str(error.value).split("\n")
    assert aseguradoras == (
        "Aseguradoras: ahora son lo mismo «Яя» = \\u042f\\u044f (Id 71), «яЯ» = \\u044f\\u042f (Id 72)."
    )
    assert expedientes == "Expedientes: ahora son lo mismo «N\u0303-1» = N\\u0303-1, «Ñ-1» = \\xd1-1."
    assert como.startswith("No se cambió nada.")
    assert Aseguradora.objects.order_by().count() == 3
    assert "catalogos.0008_sin_choques" not in {
        ".".join(m) for m in MigrationExecutor(connection).loader.applied_migrations
    }

    antes("DELETE FROM aseguradora WHERE id = 72")
    antes("DELETE FROM expediente WHERE no_siniestro = %s", "Ñ-1")
    migrar()

    assert list(Expediente.objects.values_list("no_siniestro", "historial__expediente_id")) == [("Ñ-1", "Ñ-1")]
    assert Expediente.objects.buscar("ionut si1").count() == 1
    antes("DELETE FROM historial_estado")
