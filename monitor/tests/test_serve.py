import json
import os
import re
import socket
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from monitor.api.errors import OCUPADO, server_busy
from monitor.management.commands.serve import ILEGIBLE, ilegible, sin_vista
from monitor.tests.postgresql import puerto_libre
from monitor.usuarios.models import Usuario

pytestmark = pytest.mark.django_db


@pytest.fixture
def persona_de_demostracion():
    return Usuario.objects.registrar(username="demo", password="mesa-redonda-58", rol="Tecnico", es_demo=True, por=None)


@pytest.fixture
def serve(monkeypatch):
    """A function that runs the command up to where it would start to serve. It returns the address that it listens on
    and how many workers it would start."""
    llamadas = []
    monkeypatch.setattr("monitor.management.commands.serve.connections.close_all", lambda: None)
    monkeypatch.setattr(
        "monitor.management.commands.serve.serve",
        lambda escucha, cuantos, _: llamadas.append((*escucha.getsockname(), cuantos)),
    )

    def serve(**opciones):
        call_command("serve", skip_checks=False, **opciones)
        return llamadas.pop()

    return serve


def test_serve_sirve_una_base_al_dia(serve):
    puerto = puerto_libre()

    assert serve(host="127.0.0.2", port=puerto, workers=1) == ("127.0.0.2", puerto, 1)


@pytest.mark.una_vez
def test_serve_hace_que_sqlite_sepa_que_indice_conviene(serve):
    Usuario.objects.registrar(username="ana", password="mesa-redonda-58", rol="Tecnico", por=None)

    serve(port=puerto_libre())

    with connection.cursor() as cursor:
        assert cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'usuario'").fetchone()[0].startswith("1 ")


def test_serve_rechaza_migraciones_pendientes(serve):
    MigrationRecorder.Migration.objects.filter(app="sessions", name="0001_initial").delete()

    with pytest.raises(CommandError) as error:
        serve()

    assert str(error.value) == (
        "La base de datos tiene migraciones pendientes (sessions.0001_initial). Corra: manage.py migrate"
    )


def test_serve_rechaza_personas_de_demostracion(serve, persona_de_demostracion):
    with pytest.raises(SystemCheckError, match=r"\(monitor\.E001\).*con claves públicas: demo\."):
        serve()


def test_serve_las_admite_en_la_demo(serve, persona_de_demostracion, settings):
    settings.DEMO = True

    puerto = puerto_libre()

    assert serve(port=puerto) == (settings.HOST, puerto, settings.WORKERS)


def test_serve_rechaza_que_falten_los_archivos_estaticos(serve, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path

    with pytest.raises(CommandError, match=r"^Faltan los archivos estáticos\. Corra: make install$"):
        serve()


def test_serve_dice_que_no_hay_base_de_datos():
    entorno = os.environ | {"DATABASE_URL": "postgres://monitor@127.0.0.1:1/monitor", "BASE_DE_PRUEBAS": "monitor"}
    proceso = subprocess.run(
        [sys.executable, "manage.py", "serve"], cwd=settings.BASE_DIR, env=entorno, capture_output=True, text=True
    )

    assert proceso.returncode == 1
    assert proceso.stderr.startswith("CommandError: No se pudo usar la base de datos de DATABASE_URL: ")


def test_serve_no_comparte_el_puerto(serve):
    with socket.create_server(("127.0.0.1", 0)) as ocupado:
        puerto = ocupado.getsockname()[1]

        with pytest.raises(CommandError) as error:
            serve(host="127.0.0.1", port=puerto)

    assert str(error.value) == (
        f"El puerto {puerto} de 127.0.0.1 está ocupado, quizá por otro Monitor: detenga al programa que escucha ahí, "
        "o elija otro puerto con PORT, como PORT=8001."
    )


def test_serve_no_escucha_en_una_direccion_ajena(serve):
    with pytest.raises(CommandError, match=r"^Esta máquina no tiene la dirección 203\.0\.113\.5: ponga en HOST"):
        serve(host="203.0.113.5", port=puerto_libre())


@pytest.mark.parametrize(
    ("opcion", "frase"),
    [
        ("--port=0", "--port no es válida: escriba un entero de 1 a 65535."),
        ("--port=99999", "--port no es válida: escriba un entero de 1 a 65535."),
        ("--port=-1", "--port no es válida: escriba un entero de 1 a 65535."),
        ("--port=ocho", "--port no es válida: escriba un entero de 1 a 65535."),
        ("--workers=0", "--workers no es válida: escriba un entero de 1 a 64."),
        ("--workers=1000", "--workers no es válida: escriba un entero de 1 a 64."),
        ("--host=no.existe", "--host no es válida: escriba una dirección de esta máquina, como 127.0.0.1 o 0.0.0.0."),
        ("--host=1.2.3.4.5", "--host no es válida: escriba una dirección de esta máquina, como 127.0.0.1 o 0.0.0.0."),
        ("--host=", "--host falta: escriba una dirección de esta máquina, como 127.0.0.1 o 0.0.0.0."),
    ],
)
def test_serve_rechaza_una_opcion_rara(opcion, frase):
    with pytest.raises(CommandError) as error:
        call_command("serve", opcion)

    assert str(error.value) == f"No se puede servir así.\n  {frase}"


# --- What the server answers by itself ---


@pytest.mark.parametrize(
    ("ruta", "cuerpo"),
    [
        ("/api/expedientes/S-1", {"error": OCUPADO}),
        ("/solicitud", {"success": False, "message": OCUPADO, "detail": None}),
    ],
)
def test_lo_que_no_cabe_se_contesta_en_su_dialecto_y_se_apunta(rf, caplog, ruta, cuerpo):
    with caplog.at_level("INFO"):
        contestada = sin_vista(server_busy(), rf.patch(ruta, headers={"X-Request-ID": "tablero-77"}).environ)

    headers = dict(contestada.headers)
    assert (contestada.status, json.loads(contestada.body)) == ("503 Service Unavailable", cuerpo)
    assert (headers["Retry-After"], headers["X-Error-Code"]) == ("2", "servidor_ocupado")
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])
    (linea,) = caplog.messages
    assert re.sub(r"[\d.]+ ms", "N ms", linea) == "PATCH - 503 N ms sentencias=0 usuario=- cliente=tablero-77"


def test_lo_que_no_cabe_del_admin_es_una_pagina(rf):
    contestada = sin_vista(server_busy(), rf.post("/admin/expedientes/expediente/add/").environ)

    pagina, headers = contestada.body.decode(), dict(contestada.headers)
    assert (contestada.status, headers["Retry-After"]) == ("503 Service Unavailable", "2")
    assert "<h1>El servidor está ocupado</h1>" in pagina
    assert OCUPADO in pagina
    assert '<a href="/admin/">' in pagina


@pytest.mark.parametrize(
    ("ruta", "cuerpo"),
    [
        ("", {"error": ILEGIBLE}),
        ("/api/expedientes/S-1", {"error": ILEGIBLE}),
        ("/metrics", {"error": ILEGIBLE}),
        ("/readyz/", {"error": ILEGIBLE}),
        ("/", {"error": ILEGIBLE}),
        ("*", {"success": False, "message": ILEGIBLE, "detail": None}),
        ("/lugar/\xff", {"success": False, "message": ILEGIBLE, "detail": None}),
    ],
)
def test_lo_que_no_se_entiende_tambien_tiene_dialecto_nombre_y_renglon(caplog, ruta, cuerpo):
    with caplog.at_level("INFO"):
        contestada = ilegible(ruta, "")

    assert (contestada.status, json.loads(contestada.body)) == ("400 Bad Request", cuerpo)
    assert re.fullmatch("[0-9a-f]{32}", dict(contestada.headers)["X-Request-ID"])
    assert [re.sub(r"[\d.]+ ms", "N ms", linea) for linea in caplog.messages] == [
        "- - 400 N ms sentencias=0 usuario=- cliente=-"
    ]
