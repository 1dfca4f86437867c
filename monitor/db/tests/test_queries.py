"""A statement whose SQL is known goes to Django's cursor, so whoever watches that cursor sees it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalogos.models import Lugar
from monitor.db.queries import execute

INSERTAR = "INSERT INTO lugar (nombre, eliminado) VALUES (%s, %s) RETURNING nombre"


@pytest.fixture(autouse=True)
def conectada(transactional_db):
    connection.ensure_connection()


def test_da_las_filas():
    assert execute("SELECT %s, '100%%'", ["Ávila"]) == [("Ávila", "100%")]


def test_abre_la_conexion_que_falta():
    connection.close()

    assert execute("SELECT 1", []) == [(1,)]


def test_dentro_de_una_transaccion_se_deshace_con_ella():
    with transaction.atomic():
        execute(INSERTAR, ["Sede", False])
        transaction.set_rollback(True)

    assert not Lugar.objects.exists()


def test_una_transaccion_que_fallo_no_admite_mas():
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            execute(INSERTAR, [None, False])
        with pytest.raises(transaction.TransactionManagementError):
            execute("SELECT 1", [])


def test_quien_escucha_las_sentencias_la_oye():
    oidas = []

    def oir(execute, sql, *resto):
        oidas.append(sql)
        return execute(sql, *resto)

    with CaptureQueriesContext(connection) as capturadas:
        execute("SELECT 1", [])
    with connection.execute_wrapper(oir):
        execute("SELECT 2", [])

    assert ([consulta["sql"] for consulta in capturadas], oidas) == (["SELECT 1"], ["SELECT 2"])
