"""Connections to a PostgreSQL that vanishes without a word."""

import pytest
from django.db import Error, connection

from monitor.db.postgresql import base
from monitor.tests.paciencia import esperar_a
from monitor.tests.tunel import Tunel

pytestmark = pytest.mark.postgresql

NADIE_CONTESTA = "the server doesn't answer"  # what who doesn't try is told


@pytest.fixture
def tunel(transactional_db):
    aqui = connection.settings_dict
    with Tunel((aqui["HOST"], int(aqui["PORT"] or 5432))).abierto() as tunel:
        yield tunel


@pytest.fixture
def abrir(tunel):
    """A function that opens another connection, as another thread of a server does."""
    abiertas = []

    def abrir():
        otra = connection.copy()
        otra.settings_dict |= {"HOST": "127.0.0.1", "PORT": str(tunel.puerto)}
        abiertas.append(otra)
        preguntar(otra)
        return otra

    yield abrir
    for otra in abiertas:
        otra.close()


def preguntar(otra, sql="SELECT 1"):
    """Ask as a request does that begins now."""
    otra.close_if_unusable_or_obsolete()
    with otra.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def test_lo_que_se_trago_una_conexion_no_lo_prueba_otra(tunel, abrir, monkeypatch):
    una, otra = abrir(), abrir()
    monkeypatch.setattr(base, "PAUSE", 600)
    tunel.tragar()
    with pytest.raises(Error) as lo_que_paso:
        preguntar(una)
    assert NADIE_CONTESTA not in str(lo_que_paso.value)
    with pytest.raises(Error, match=NADIE_CONTESTA):
        preguntar(otra)

    monkeypatch.setattr(base, "PAUSE", 0)
    tunel.volver()
    esperar_a(lambda: _contestan(una, otra))


def _contestan(*conexiones):
    try:
        return [preguntar(una) for una in conexiones] == [(1,)] * len(conexiones)
    except Error:
        return False


def test_a_quien_el_servidor_corta_no_hace_esperar_a_los_demas(abrir):
    """One whose long statement an operator ends was told so: the server is there."""
    una, otra = abrir(), abrir()
    with pytest.raises(Error):
        preguntar(una, f"SELECT pg_sleep({base.LONG + 0.2}), pg_terminate_backend(pg_backend_pid())")

    assert preguntar(una) == (1,)
    assert preguntar(otra) == (1,)
