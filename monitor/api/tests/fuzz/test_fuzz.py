"""Schemathesis against a real server, by the description that the server gives: no error of the server, and no answer
that isn't described. `make fuzz` asks a thousand times what is asked here a few times."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from monitor.api.tests import mundo
from monitor.tests.azar import EJEMPLOS

POCOS = 2
CONFIGURACION = Path(__file__).with_name("schemathesis.toml")


def fuzz(servidor, ejemplos, semilla):
    orden = [sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIGURACION, "--no-color", "run"]
    orden += [f"{servidor}/api/schema?format=json", f"--max-examples={ejemplos}", f"--seed={semilla}"]
    # With many examples, besides, each single way in which an HTTP request can be wrong: some 6,000.
    orden += [] if EJEMPLOS else ["--phases=examples,fuzzing,stateful"]
    base = str(connection.settings_dict["NAME"])
    return subprocess.run(
        orden,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings", "BASE_DE_PRUEBAS": base},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


# A few times, on the database of a production only: on SQLite, test_openapi_fuzz.py asks as many without a server.
@pytest.mark.skipif(not EJEMPLOS and connection.vendor == "sqlite", reason="sólo en PostgreSQL, sin `make fuzz`")
@pytest.mark.lenta
def test_todo_lo_que_contesta_el_servidor_esta_en_su_descripcion(servidor):
    mundo.crear()
    semilla = random.getrandbits(32) if EJEMPLOS else 1

    corrida = fuzz(servidor, EJEMPLOS or POCOS, semilla)

    if EJEMPLOS:
        sys.stdout.write(corrida.stdout)
    assert corrida.returncode == 0, corrida.stdout
