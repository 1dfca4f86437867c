import subprocess
import sys

import pytest
from django.conf import settings

from monitor.tests import postgresql

AVISO = "PostgreSQL no se encontró en esta máquina: la mitad de PostgreSQL no se ejecutó.\n"


@pytest.mark.parametrize(("argumentos", "codigo"), [([], 0), (["--exigir"], 1)])
def test_sin_postgresql_lo_dice(monkeypatch, capsys, argumentos, codigo):
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setattr(postgresql, "binarios", lambda: None)
    monkeypatch.setattr(sys, "argv", ["postgresql", *argumentos, "false"])

    assert postgresql.main() == codigo
    assert capsys.readouterr().err == AVISO


def test_con_database_url_corre_sin_mas(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://localhost/taller")
    monkeypatch.setattr(sys, "argv", ["postgresql", "sh", "-c", 'test "$DATABASE_URL" = postgres://localhost/taller'])

    assert postgresql.main() == 0


@pytest.mark.lenta
@pytest.mark.skipif(postgresql.binarios() is None, reason="No hay PostgreSQL en esta máquina")
def test_cluster_desechable_da_una_base_y_el_codigo_de_la_orden(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "")
    consulta = """
import os, sys, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as conexion:
    print(*(conexion.execute(f"show {nombre}").fetchone()[0] for nombre in ("server_encoding", "data_directory")))
sys.exit(7)
"""

    proceso = subprocess.run(
        [sys.executable, "-m", "monitor.tests.postgresql", sys.executable, "-c", consulta],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )

    codificacion, carpeta = proceso.stdout.split()
    assert (proceso.returncode, codificacion) == (7, "UTF8")
    assert subprocess.run(["test", "-e", carpeta]).returncode == 1
