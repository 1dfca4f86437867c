"""Short runs of `python -m benchmarks`: every scenario is answered, and the table has what was measured."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from benchmarks import clientes
from benchmarks.escenarios import Escenario, escenarios
from benchmarks.sentencias import Muestra, Sentencia, escribir_guion

NOMBRES = [e.nombre for e in escenarios(expedientes=1, posicion=(), cursor="", etag="", clave="", sesion="")]
DE_ANEXOS = ["bajar", "bajar", *["subir"] * 6, "página", "leer", "leer"]
CONTADAS = {"leer uno": 1, "crear": 1, "crear, con Idempotency-Key": 2, "anexos: leer uno con 5 fotos y 20 cambios": 2}


def tablas(texto: str) -> list[list[dict]]:
    """Return the rows of each table of a text, by the titles of their columns."""
    todas = []
    for linea in texto.splitlines():
        celdas = [celda.strip() for celda in linea.strip("|").split("|")]
        if linea.startswith("| escenario"):
            titulos, filas = celdas, []
            todas.append(filas)
        elif linea.startswith("| "):
            filas.append(dict(zip(titulos, celdas, strict=True)))
    return todas


@pytest.mark.lenta
@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("wrk") is None, reason="pide wrk (en Debian: apt-get install wrk)")
def test_cada_escenario_se_contesta_y_se_mide(tmp_path):
    informe = tmp_path / "rendimiento.md"
    informe.write_text("# Rendimiento\n\nLo de antes queda.\n")
    tmp_path.chmod(0o755)
    propio = {
        "EXPEDIENTES": "400",
        "CHICA": "0",
        "SEGUNDOS": "1",
        "ESPERA": "0",
        "PETICIONES": "0",
        "MIB": "1",
        "FOTOS": "5",
        "SOLO": "",
        "CONTRA": "",
        "CONTRA_COMANDO": "",
        "INFORME": str(informe),
        "BENCH_CARPETA": f"/var/tmp/monitor-humo-{os.getpid()}",
    }

    def correr(**opciones):
        return subprocess.run(
            [sys.executable, "-m", "benchmarks"],
            cwd=settings.BASE_DIR,
            env=os.environ | propio | {"DJANGO_SETTINGS_MODULE": "monitor.settings"} | opciones,
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        prueba = correr(TURNOS="0")
        # The second finds the database as the first left it, and makes a smaller one after the files of the annexes.
        corrida = correr(TURNOS="1", CHICA="100", SOLO="página de 50, honda|cambiar el estado|bajar 1 MiB, una")
    finally:
        shutil.rmtree(propio["BENCH_CARPETA"], ignore_errors=True)

    assert prueba.returncode == 0, prueba.stderr
    sentencias = [json.loads(linea) for linea in prueba.stdout.splitlines() if linea.startswith("{")]
    nombres = [fila["escenario"] for fila in sentencias]
    assert nombres[: len(NOMBRES)] == NOMBRES
    assert [nombre.split()[1] for nombre in nombres[len(NOMBRES) :]] == DE_ANEXOS
    assert {f["escenario"]: f["sentencias"] for f in sentencias if f["escenario"] in CONTADAS} == CONTADAS
    assert corrida.returncode == 0, corrida.stderr
    escrito = informe.read_text()
    assert escrito.startswith("# Rendimiento\n\nLo de antes queda.\n")
    [honda, fila], [bajar] = tablas(escrito)
    assert (honda["escenario"], honda["fallidas"]) == ("página de 50, honda", "0")
    assert (fila["escenario"], fila["fallidas"]) == ("cambiar el estado", "0")
    assert float(fila["por segundo"].replace(",", "")) > 0
    assert "/s" in fila["× pgbench"]
    assert (bajar["escenario"], bajar["fallidas"]) == ("bajar 1 MiB, una conexión", "0")
    assert bajar["contra"].endswith("/s) http.server")


def test_lo_que_no_manda_wrk_se_repite_y_se_cuenta_lo_malo():
    vueltas = iter([(0.25, 0), (0.75, 2)])

    def vuelta(servidor, escenario):
        assert escenario.nombre == "una"
        return next(vueltas)

    una = clientes.medir(None, Escenario("una", "/", vuelta=vuelta), 0)
    assert (una["por_segundo"], una["p50"], una["malas"]) == (4, 250_000, 0)
    assert clientes.medir(None, Escenario("una", "/", vuelta=vuelta), 0)["malas"] == 2


def test_el_guion_de_pgbench_pone_lo_que_wrk_pondria():
    una = Muestra(
        [
            Sentencia("BEGIN", {}),
            Sentencia('INSERT INTO s (a) VALUES ($1) RETURNING "id"', {"1": "'a las 08:00; N-unico'"}),
            Sentencia("SELECT $1, $2, $10", {"1": "'7'", "2": "NULL", "10": "'B-0000001'"}),
            Sentencia('SELECT "version" FROM s WHERE a = $1', {"1": "'7'"}),
            Sentencia("UPDATE s SET a = $1 WHERE version = $2", {"1": "NULL", "2": "'4'"}),
            Sentencia("SELECT $1", {"1": "'6e6a1c1c-2b5f-4d0e-9c43-0a1b2c3d4e5f'"}),
            Sentencia("SELECT 'a', $1::text, 'b:c', pg_try_advisory_xact_lock($2)", {"1": "NULL", "2": "'-9'"}),
        ],
        unico="unico",
        id="7",
    )

    assert una.cuantas == 6
    assert escribir_guion(una, 50).splitlines() == [
        r"\set archivo random(0, 49)",
        r"\set unico random(1, 1000000000000)",
        "BEGIN;",
        r"INSERT INTO s (a) VALUES (replace(E'a las 08\x3a00; N-unico', 'unico', (:client_id)::text || '-' || :unico))"
        r' RETURNING "id" \gset',
        "SELECT :id, NULL, ('B-' || lpad((:archivo)::text, 7, '0'));",
        r'SELECT "version" FROM s WHERE a = :id \gset',
        "UPDATE s SET a = NULL WHERE version = :version;",
        "SELECT md5((:client_id)::text || '-' || :unico)::uuid;",
        r"SELECT 'a', NULL::text, E'b\x3ac', pg_try_advisory_xact_lock(:unico);",
    ]
