"""The table that the workers of the server count in together."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.metrics import table
from monitor.metrics.table import Table

CLAVE, OTRA = ("request", "GET", "/ñandú"), ("login", "x")


def primeros(tabla):
    """Return the first two numbers of each row."""
    return {clave: fila[:2] for clave, fila in tabla.sums().items()}


def en_otro_proceso(tabla, parte, tarea):
    """Fork a process that takes the part, does the task and is killed, and wait for its end."""
    pid = os.fork()
    if pid == 0:
        tabla.take(parte)
        tarea()
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def test_suma_lo_de_cada_fila():
    tabla = Table()
    tabla.add(CLAVE, 1, 0.5, one_more=2)
    tabla.add(CLAVE, 0, 0.25, one_more=2)
    tabla.add(OTRA, 3)

    assert {clave: fila[:3] for clave, fila in tabla.sums().items()} == {CLAVE: [1, 0.75, 2], OTRA: [3, 0, 0]}


def test_lo_que_se_pone_no_se_suma():
    tabla = Table()
    tabla.put(CLAVE, [5, 6])
    tabla.put(CLAVE, [4])

    assert primeros(tabla) == {CLAVE: [4, 6]}


def test_lo_de_un_proceso_muerto_queda_y_el_siguiente_sigue_de_ahi():
    tabla = Table(3)
    en_otro_proceso(tabla, 1, lambda: (tabla.add(CLAVE, 1), tabla.add(OTRA, 10)))
    en_otro_proceso(tabla, 2, lambda: tabla.add(CLAVE, 2))
    assert primeros(tabla) == {CLAVE: [3, 0], OTRA: [10, 0]}

    en_otro_proceso(tabla, 1, lambda: tabla.add(OTRA, 4))
    tabla.add(CLAVE, 8)

    assert primeros(tabla) == {CLAVE: [11, 0], OTRA: [14, 0]}


def test_los_hilos_no_pierden_cuentas():
    tabla = Table()

    with ThreadPoolExecutor(8) as hilos:
        list(hilos.map(lambda n: tabla.add((str(n % 7),), 1, 2), range(20_000)))

    assert [sum(fila[n] for fila in tabla.sums().values()) for n in (0, 1)] == [20_000, 40_000]


def test_lo_que_no_cabe_no_se_cuenta_ni_estorba(monkeypatch):
    monkeypatch.setattr(table, "ROWS", 2)
    monkeypatch.setattr(table, "PART", 3 * table.ROW)
    tabla = Table(2)
    for parte in (1, 0):
        tabla.take(parte)
        for clave in "abcd":
            tabla.add((clave,), 1)

    assert primeros(tabla) == {("a",): [2, 0], ("b",): [2, 0]}


@pytest.mark.parametrize("clave", ["x" * 1000, "ñ" * 1000])
def test_clave_larga_se_corta(clave):
    tabla = Table()
    tabla.add((clave,), 1)

    [(cortada,)] = tabla.sums()
    assert clave.startswith(cortada.rstrip("\N{REPLACEMENT CHARACTER}"))
    assert tabla.sums()[(cortada,)][0] == 1
