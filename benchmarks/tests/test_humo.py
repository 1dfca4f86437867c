"""A short run of `python -m benchmarks`: every scenario runs, and the table has what was measured."""

import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from benchmarks.escenarios import escenarios
from benchmarks.sentencias import Muestra, Sentencia, escribir_guion

NOMBRES = [e.nombre for e in escenarios(expedientes=1, posicion=(), cursor="", etag="", clave="", sesion="")]
CONTADAS = {"leer uno": 1, "crear": 1, "crear, con Idempotency-Key": 3}


@pytest.mark.lenta
@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("wrk") is None, reason="pide wrk (en Debian: apt-get install wrk)")
def test_una_corrida_corta_mide_cada_escenario(tmp_path):
    informe = tmp_path / "rendimiento.md"
    informe.write_text("# Rendimiento\n\nLo de antes queda.\n")
    tmp_path.chmod(0o755)
    propio = {
        "EXPEDIENTES": "400",
        "CHICA": "0",
        "TURNOS": "1",
        "SEGUNDOS": "1",
        "ESPERA": "0",
        "PETICIONES": "0",
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
        corrida = correr()
        # The second run finds the database as the first left it.
        otra = correr(SOLO="cambiar el estado", INFORME=str(tmp_path / "otro.md"))
    finally:
        shutil.rmtree(propio["BENCH_CARPETA"], ignore_errors=True)

    assert corrida.returncode == 0, corrida.stderr
    assert otra.returncode == 0, otra.stderr
    escrito = informe.read_text()
    assert escrito.startswith("# Rendimiento\n\nLo de antes queda.\n")
    filas = [[celda.strip() for celda in linea.strip("|").split("|")] for linea in escrito.splitlines() if "|" in linea]
    titulos, _, *medidas = filas
    tabla = [dict(zip(titulos, fila, strict=True)) for fila in medidas]
    assert [fila["escenario"] for fila in tabla] == NOMBRES
    assert {fila["fallidas"] for fila in tabla} == {"0"}
    assert all(float(fila["por segundo"].replace(",", "")) > 0 and "/s" in fila["× pgbench"] for fila in tabla)
    assert {f["escenario"]: int(f["sentencias"]) for f in tabla if f["escenario"] in CONTADAS} == CONTADAS


def test_el_guion_de_pgbench_pone_lo_que_wrk_pondria():
    una = Muestra(
        [
            Sentencia("BEGIN", {}),
            Sentencia('INSERT INTO s (a) VALUES ($1) RETURNING "id"', {"1": "'a las 08:00; N-unico'"}),
            Sentencia("SELECT $1, $2, $10", {"1": "'7'", "2": "NULL", "10": "'B-0000001'"}),
        ],
        unico="unico",
        id="7",
    )

    assert una.cuantas == 2
    assert escribir_guion(una, 50).splitlines() == [
        r"\set archivo random(0, 49)",
        r"\set unico random(1, 1000000000000)",
        "BEGIN;",
        r"INSERT INTO s (a) VALUES (replace(E'a las 08\x3a00; N-unico', 'unico', (:client_id)::text || '-' || :unico))"
        r' RETURNING "id" \gset',
        "SELECT :id, NULL, ('B-' || lpad((:archivo)::text, 7, '0'));",
    ]
