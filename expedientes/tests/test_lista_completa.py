"""The whole list, which the real server streams: its memory, a failure midway, and a client that stops reading."""

import http.client
import json
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from monitor.api.tests.cliente import Remota
from monitor.cambios.tests.disparadores import sin_disparadores
from monitor.tests.memoria import midiendo, procesos
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

MUCHOS = 100_000
SERIE = {
    "postgresql": "generate_series(1, {n}) AS serie(n)",
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {n}) SELECT n FROM s)",
}[connection.vendor]


def cargar(cuantos):
    """Insert expedientes in one statement, without what their triggers would note: SIN-1000001, SIN-1000002, …"""
    with transaction.atomic(), sin_disparadores() as cursor:
        cursor.execute(
            "INSERT INTO expediente (no_siniestro, marca, modelo, color, nombre_cliente, telefono_cliente, placas)"
            " SELECT 'SIN-' || (1000000 + n), 'Nissan', 'Versa 2020', 'Rojo', 'Ángela Muñoz ' || n, '55 1234 5678',"
            f" 'ABC-' || n FROM {SERIE.format(n=cuantos)}"
        )


@pytest.fixture
def remota(servidor):
    return Remota(servidor, UsuarioFactory())


@contextmanager
def a_medias(remota, ruta="/api/expedientes"):
    """Give the response of a list to a client that has read 1,000 bytes of it (`principio`) and reads no more by
    itself."""
    conexion = http.client.HTTPConnection(remota.direccion, timeout=30)
    conexion.connect()
    try:
        conexion.request("GET", ruta, headers=remota.cabeceras)
        recibida = conexion.getresponse()
        recibida.principio = recibida.read(1000)
        yield recibida
    finally:
        conexion.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory from Linux's /proc")
@pytest.mark.lenta
def test_lista_de_cien_mil_crece_menos_de_50_mb(servidor, remota):
    cargar(MUCHOS)
    pids = procesos(servidor)
    for _ in range(4):
        remota.pedir("GET", "/api/expedientes?por_pagina=1000")

    with midiendo(pids) as muestras:
        recibida = remota.pedir("GET", "/api/expedientes")
        with a_medias(remota):
            time.sleep(2)  # by then the server has put aside whatever it would for a client that doesn't read

    items = json.loads(recibida.cuerpo)
    assert len(pids) >= 2
    assert (len(items), items[0]["no_siniestro"], items[-1]["no_siniestro"]) == (MUCHOS, "SIN-1000001", "SIN-1100000")
    assert max(muestras) - muestras[0] < 50


def renombrar(de, a):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {de} RENAME TO {a}")


# Each has what breaks while the list goes out, and what mends it afterwards.
ROTURAS = {
    "sin la tabla": (lambda: renombrar("expediente", "rota"), lambda: renombrar("rota", "expediente")),
    "quien pide ya no puede": (lambda: Usuario.objects.update(is_active=False), lambda: None),
}


@pytest.fixture(params=ROTURAS)
def fallida(request, remota):
    """Return what a client gets of a list that fails midway: the response and its bytes."""
    romper, componer = ROTURAS[request.param]
    cargar(20_000)
    with a_medias(remota) as recibida:
        romper()
        try:
            resto = recibida.read()
        except http.client.IncompleteRead as roto:
            resto = roto.partial
        finally:
            componer()
    return recibida, recibida.principio + resto


def test_fallo_a_media_lista_no_cierra_el_json(fallida):
    recibida, leido = fallida

    assert (recibida.status, leido[:2]) == (200, b"[{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(leido)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's readers bar nobody")
def test_lista_a_medias_no_tiene_abierta_una_transaccion_en_sqlite(remota):
    """The snapshot of an open transaction would keep SQLite's log from being emptied."""
    cargar(20_000)
    with a_medias(remota):
        time.sleep(0.5)
        otra = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=5)
        try:
            ocupada, _, _ = otra.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            otra.close()

    assert ocupada == 0


def test_head_de_la_lista_no_manda_cuerpo(remota):
    cargar(5000)

    recibida = remota.pedir("HEAD", "/api/expedientes")

    assert (recibida.status, recibida.cuerpo) == (200, b"")
