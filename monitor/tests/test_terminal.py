"""`manage.py` as an operator runs it: whatever the database does, the end is one sentence."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from uuid import uuid4

import django
import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from monitor import settings as ajustes
from monitor.management import terminal

EN_POSTGRESQL = connection.vendor == "postgresql"
SIN_SERVIDOR = "postgres://monitor@127.0.0.1:1/monitor"
NO_SE_PUDO = "CommandError: No se pudo usar la base de datos de DATABASE_URL: "
FALTAN_MIGRACIONES = (
    r"CommandError: La base de datos tiene migraciones pendientes \(.+ más\)\. Corra: manage\.py migrate"
)
# Every command of ours that asks the database, and Django's that an operator runs; and what runs for days, which has
# signals and a log of its own.
ORDENES = [
    "createsuperuser --noinput --username ana",
    "seed_catalogos",
    "seed_demo",
    "check --database default",
    "clearsessions",
]
SERVICIOS = ["enviar_correos --una-vez", "serve"]


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


def url_de(nombre):
    """Return the URL of a database of the PostgreSQL of the tests."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{nombre}"


@contextmanager
def base_vacia(carpeta):
    """Give the URL of a database without a single table, of the kind that the tests run on."""
    if not EN_POSTGRESQL:
        yield f"sqlite:///{carpeta}/vacia.sqlite3"
        return
    nombre = f"vacia_{uuid4().hex}"
    with closing(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)) as servidor:
        servidor.execute(f"CREATE DATABASE {nombre}")
        try:
            yield url_de(nombre)
        finally:
            servidor.execute(f"DROP DATABASE {nombre} WITH (FORCE)")


@pytest.fixture(scope="module")
def vacia(tmp_path_factory):
    with base_vacia(tmp_path_factory.mktemp("base")) as url:
        yield url


@contextmanager
def en_otra_base(**cambios):
    """Have whatever uses the test's database use the one that differs from it in this."""
    propia, suya = connections["default"], connections.settings["default"] | cambios
    with pytest.MonkeyPatch.context() as parche:
        parche.setitem(connections.settings, "default", suya)
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = propia


@pytest.fixture
def manage_aqui(monkeypatch, settings, django_db_blocker, capsys):
    """Return `manage` without a process of its own: most of what one takes is importing everything again. The database
    is the test's but for what differs in it."""
    monkeypatch.setattr(django, "setup", lambda: None)  # it was done, and would give the log to `capsys` for good
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "mesa-redonda-58")

    def manage_aqui(orden, **base):
        settings.DEMO = orden == "seed_demo"
        with django_db_blocker.unblock(), en_otra_base(**base), pytest.raises(SystemExit) as fin:
            terminal.main(["manage.py", *orden.split()])
        return subprocess.CompletedProcess(orden, fin.value.code, *capsys.readouterr())

    return manage_aqui


@contextmanager
def ocupada():
    """Hold the whole database (SQLite) or the table of users, and give the options with which nobody waits long for
    it."""
    base = connections.settings["default"]
    if EN_POSTGRESQL:
        otra, sin_espera = psycopg.connect(url_de(base["NAME"])), {"options": "-c lock_timeout=50"}
    else:
        otra, sin_espera = sqlite3.connect(base["NAME"], isolation_level=None), {"timeout": 0}
    with closing(otra):
        otra.execute("BEGIN" if EN_POSTGRESQL else "BEGIN EXCLUSIVE")
        if EN_POSTGRESQL:
            otra.execute("LOCK TABLE usuario")
        yield base["OPTIONS"] | sin_espera


@pytest.mark.con_su_base
@pytest.mark.parametrize("orden", [*ORDENES, "migrate"])
def test_sin_base_de_datos(manage_aqui, orden):
    dicho = frase(manage_aqui(orden, **({"HOST": "127.0.0.1", "PORT": 1} if EN_POSTGRESQL else {"NAME": "/no/hay"})))

    assert dicho.startswith(NO_SE_PUDO)


@pytest.mark.parametrize("orden", [*SERVICIOS, "check --database default"])
def test_sin_base_de_datos_en_produccion(orden):
    dicho = frase(manage(orden, DATABASE_URL=SIN_SERVIDOR))

    # The worker of mail tries again, and has written the reason to the log.
    assert dicho.startswith("CommandError: No se repartió todo" if "correos" in orden else NO_SE_PUDO)


@pytest.mark.skipif(EN_POSTGRESQL, reason="sólo en SQLite")
@pytest.mark.parametrize("orden", ["migrate", "createsuperuser --noinput --username ana"])
def test_sin_carpeta_para_la_base(manage_aqui, orden, tmp_path):
    dicho = frase(manage_aqui(orden, NAME=tmp_path / "no" / "hay.sqlite3"))

    assert dicho.startswith(f"{NO_SE_PUDO}unable to open database file. Revise que DATABASE_URL")


@pytest.mark.skipif(EN_POSTGRESQL, reason="sólo en SQLite")
def test_un_archivo_que_no_es_una_base(tmp_path):
    """The command runs in a process of its own: Django leaves such a connection open."""
    archivo = tmp_path / "foto.sqlite3"
    archivo.write_bytes(b"no es una base " * 100)

    dicho = frase(manage("migrate", DATABASE_URL=f"sqlite:///{archivo}"))

    assert dicho.startswith(f"{NO_SE_PUDO}file is not a database.")


@pytest.mark.con_su_base
@pytest.mark.parametrize("orden", [orden for orden in ORDENES if not orden.startswith("check")])
def test_antes_de_migrar(manage_aqui, orden, vacia):
    dicho = frase(manage_aqui(orden, NAME=ajustes.base_de_datos(vacia)["NAME"]))

    assert re.fullmatch(FALTAN_MIGRACIONES, dicho)


@pytest.mark.una_vez
@pytest.mark.parametrize("orden", SERVICIOS)
def test_un_servicio_antes_de_migrar(orden, vacia):
    assert re.fullmatch(FALTAN_MIGRACIONES, frase(manage(orden, DATABASE_URL=vacia)))


@pytest.mark.parametrize("orden", ["createsuperuser --noinput --username ana", *([] if EN_POSTGRESQL else ["migrate"])])
def test_con_la_base_ocupada(transactional_db, manage_aqui, orden):
    with ocupada() as sin_espera:
        dicho = frase(manage_aqui(orden, OPTIONS=sin_espera))

    assert dicho.startswith(NO_SE_PUDO)
    assert dicho.endswith("y que nada la tenga ocupada, y repita.")


@pytest.mark.postgresql
def test_sin_permiso_para_crear_tablas(manage_aqui, vacia):
    """PostgreSQL 15 lets nobody but the owner make tables in a database."""
    with closing(psycopg.connect(vacia, autocommit=True)) as servidor:
        servidor.execute("CREATE ROLE ajena LOGIN")
        try:
            dicho = frase(manage_aqui("migrate", NAME=ajustes.base_de_datos(vacia)["NAME"], USER="ajena"))
        finally:
            servidor.execute("DROP ROLE ajena")

    assert dicho.startswith(NO_SE_PUDO)
    assert "permission denied for schema public" in dicho


def test_traceback_muestra_la_traza():
    proceso = manage("migrate --traceback", DATABASE_URL=SIN_SERVIDOR)

    assert proceso.returncode == 1
    assert "Traceback" in proceso.stderr
