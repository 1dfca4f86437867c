"""The count of the statements that a thread has sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from catalogos.models import Lugar
from monitor.db.queries import read
from monitor.db.statements import statements

pytestmark = pytest.mark.django_db


def test_cuenta_las_del_orm_y_las_nuestras():
    antes = statements.sent
    read("SELECT 1", ())
    Lugar.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 2")

    assert statements.sent - antes == 3


def test_quien_mira_las_sentencias_un_rato_no_se_lleva_la_cuenta():
    vistas = []

    def mirar(ejecutar, *resto):
        vistas.append(resto[0])
        return ejecutar(*resto)

    def trabajar():
        """Look at the thread's statements before it has counted any."""
        with connection.execute_wrapper(mirar):
            read("SELECT 1", ())
            antes = statements.sent
            read("SELECT 2", ())
        read("SELECT 3", ())
        connection.close()
        return statements.sent - antes

    with ThreadPoolExecutor(1) as hilo:
        assert hilo.submit(trabajar).result() == 2
    assert vistas == ["SELECT 1", "SELECT 2"]


def test_cada_hilo_cuenta_las_suyas():
    antes = statements.sent

    def trabajar():
        before = statements.sent
        read("SELECT 1", ())
        connection.close()
        return statements.sent - before

    with ThreadPoolExecutor(1) as hilo:
        assert hilo.submit(trabajar).result() == 1
    assert statements.sent == antes


def test_cuenta_las_de_cada_conexion_del_hilo():
    """It has several when a restored database takes the place of the usual one, or an event loop (Playwright's) begins
    to run."""

    def trabajar():
        antes = statements.sent
        connection.close()
        connections["default"] = connections.create_connection("default")
        read("SELECT 2", ())
        connection.close()
        return statements.sent - antes

    with ThreadPoolExecutor(1) as hilo:
        assert hilo.submit(trabajar).result() == 1
