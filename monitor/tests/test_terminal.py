"""`manage.py` as an operator runs it: whatever the database does, the end is one sentence."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from monitor import settings as ajustes

EN_POSTGRESQL = connection.vendor == "postgresql"
SIN_SERVIDOR = "postgres://monitor@127.0.0.1:1/monitor"
NO_SE_PUDO = "CommandError: No se pudo usar la base de datos de DATABASE_URL: "
# Every command of ours that asks the database, and Django's that an operator runs.
ORDENES = [
    "createsuperuser --noinput --username ana",
    "seed_catalogos",
    "seed_demo",
    "enviar_correos --una-vez",
    "serve",
    "check --database default",
    "clearsessions",
]


def manage(orden, *, entrada="", **variables):
    """Run the command with the settings of a production, and return the process."""
    entorno = {nombre: valor for nombre, valor in os.environ.items() if nombre not in ajustes.entorno.leidas}
    produccion = {
        "DJANGO_SETTINGS_MODULE": "monitor.settings",
        "DJANGO_SUPERUSER_PASSWORD": "mesa-redonda-58",
        "SECRET_KEY": "de-prueba-de-prueba-de-prueba-de-prueba",
        "JWT_SECRET": "de-prueba-para-tokens-de-prueba-para-tokens",
        "ALLOWED_HOSTS": "monitor.taller.mx",
        "HTTPS": "off",
        "DEMO": "on" if orden == "seed_demo" else "off",
        "EMAIL_URL": "consolemail://",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *orden.split()],
        cwd=settings.BASE_DIR,
        env=entorno | produccion | variables,
        input=entrada,
        capture_output=True,
        text=True,
        timeout=60,
    )


def frase(proceso):
    """Return the sentence with which the process failed, its last line."""
    assert proceso.returncode in (1, 2)
    assert "Traceback" not in proceso.stderr
    return proceso.stderr.splitlines()[-1]


@contextmanager
def base_vacia(carpeta):
    """Give the URL of a database without a single table, of the kind that the tests run on."""
    if not EN_POSTGRESQL:
        yield f"sqlite:///{carpeta}/vacia.sqlite3"
        return
    url = os.environ["DATABASE_URL"]
    nombre = f"vacia_{uuid4().hex}"
    with closing(psycopg.connect(url, autocommit=True)) as servidor:
        servidor.execute(f"CREATE DATABASE {nombre}")
        try:
            yield f"{url.rpartition('/')[0]}/{nombre}"
        finally:
            servidor.execute(f"DROP DATABASE {nombre} WITH (FORCE)")


@pytest.fixture(scope="module")
def vacia(tmp_path_factory):
    with base_vacia(tmp_path_factory.mktemp("base")) as url:
        yield url


@contextmanager
def ocupada(url):
    """Hold the whole database (SQLite) or the table of users, and give a URL with which nobody waits long for it."""
    if EN_POSTGRESQL:
        otra, espera = psycopg.connect(url), "?options=-c%20lock_timeout%3D50"
    else:
        otra, espera = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None), "?timeout=0"
    with closing(otra):
        otra.execute("BEGIN" if EN_POSTGRESQL else "BEGIN EXCLUSIVE")
        if EN_POSTGRESQL:
            otra.execute("LOCK TABLE usuario")
        yield url + espera


@pytest.mark.una_vez
@pytest.mark.parametrize("orden", [*ORDENES, "migrate"])
def test_sin_base_de_datos(orden):
    dicho = frase(manage(orden, DATABASE_URL=SIN_SERVIDOR))

    # The worker of mail tries again, and has written the reason to the log.
    assert dicho.startswith("CommandError: No se repartió todo" if "correos" in orden else NO_SE_PUDO)


@pytest.mark.skipif(EN_POSTGRESQL, reason="sólo en SQLite")
@pytest.mark.parametrize("orden", ["migrate", "createsuperuser --noinput --username ana"])
def test_sin_carpeta_para_la_base(orden, tmp_path):
    dicho = frase(manage(orden, DATABASE_URL=f"sqlite:///{tmp_path}/no/hay.sqlite3"))

    assert dicho.startswith(f"{NO_SE_PUDO}unable to open database file. Revise que DATABASE_URL")


@pytest.mark.skipif(EN_POSTGRESQL, reason="sólo en SQLite")
def test_un_archivo_que_no_es_una_base(tmp_path):
    archivo = tmp_path / "foto.sqlite3"
    archivo.write_bytes(b"no es una base " * 100)

    assert frase(manage("migrate", DATABASE_URL=f"sqlite:///{archivo}")).startswith(
        f"{NO_SE_PUDO}file is not a database."
    )


@pytest.mark.una_vez
@pytest.mark.parametrize("orden", [orden for orden in ORDENES if not orden.startswith("check")])
def test_antes_de_migrar(orden, vacia):
    dicho = frase(manage(orden, DATABASE_URL=vacia))

    assert dicho.startswith("CommandError: La base de datos tiene migraciones pendientes (")
    assert dicho.endswith(" más). Corra: manage.py migrate")


@pytest.mark.con_su_base
def test_con_la_base_ocupada(tmp_path):
    with base_vacia(tmp_path) as url:
        assert manage("migrate", DATABASE_URL=url).returncode == 0
        with ocupada(url) as sin_espera:
            dicho = frase(manage("createsuperuser --noinput --username ana", DATABASE_URL=sin_espera))

    assert dicho.startswith(NO_SE_PUDO)
    assert dicho.endswith("y que nada la tenga ocupada, y repita.")


@pytest.mark.postgresql
def test_sin_permiso_para_crear_tablas(vacia):
    """PostgreSQL 15 lets nobody but the owner make tables in a database."""
    with closing(psycopg.connect(vacia, autocommit=True)) as servidor:
        servidor.execute("CREATE ROLE ajena LOGIN")
        try:
            dicho = frase(manage("migrate", DATABASE_URL=vacia.replace("monitor@", "ajena@")))
        finally:
            servidor.execute("DROP ROLE ajena")

    assert dicho.startswith(NO_SE_PUDO)
    assert "permission denied for schema public" in dicho


def test_traceback_muestra_la_traza():
    proceso = manage("migrate --traceback", DATABASE_URL=SIN_SERVIDOR)

    assert proceso.returncode == 1
    assert "Traceback" in proceso.stderr
