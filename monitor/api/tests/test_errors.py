"""Mistakes that aren't the client's: what the client gets, and what the log keeps."""

import re
import sqlite3
import time

import psycopg
import pytest
from django.db import connection

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota, respuesta
from monitor.usuarios.tests.factories import UsuarioFactory


def romper(tabla):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {tabla} RENAME TO rota")


OPERACIONES = [
    ("GET", "/api/expedientes", None, "expediente", "listar expedientes"),
    ("GET", "/api/expedientes/aseguradoras", None, "aseguradora", "listar aseguradoras"),
    ("POST", "/api/expedientes", {"no_siniestro": "SIN-2"}, "historial_estado", "crear expediente"),
    ("GET", "/api/expedientes/SIN-1", None, "expediente", "obtener expediente"),
    ("PUT", "/api/expedientes/SIN-1", {"marca": "KIA"}, "expediente", "actualizar expediente"),
    ("PATCH", "/api/expedientes/SIN-1", {"marca": "KIA"}, "expediente", "actualizar expediente"),
    ("DELETE", "/api/expedientes/SIN-1", None, "expediente_archivado", "eliminar expediente"),
    (
        "PATCH", "/api/expedientes/SIN-1/estado", {"estado": "Salida"}, "historial_estado",
        "cambiar el estado del expediente",
    ),
    ("GET", "/api/expedientes/SIN-1/estado/historial", None, "historial_estado", "obtener el historial de estados"),
    ("POST", "/api/auth/login", {"username": "x", "password": "y"}, "intento_de_acceso", "iniciar sesión"),
    ("GET", "/api/usuarios", None, "usuario", "listar usuarios"),
]  # fmt: skip


@pytest.mark.parametrize(("metodo", "ruta", "datos", "tabla", "operacion"), OPERACIONES)
def test_error_interno_dice_la_operacion_y_deja_la_causa_en_la_bitacora(
    administrador, bitacora, metodo, ruta, datos, tabla, operacion
):
    ExpedienteFactory(no_siniestro="SIN-1")
    romper(tabla)

    recibida = administrador.pedir(metodo, ruta, datos)

    assert respuesta(recibida) == (500, {"error": f"Error interno al {operacion}"})
    linea = next(linea for linea in bitacora.getvalue().splitlines() if "ERROR monitor.api.errors" in linea)
    assert f"[{recibida.headers['X-Request-ID']}] Error interno al {operacion}" in linea
    assert "django.db.utils." in bitacora.getvalue()


def test_create_que_falla_a_la_mitad_no_deja_el_expediente(operador):
    romper("historial_estado")

    assert operador.post("/api/expedientes", {"no_siniestro": "SIN-1"}).status_code == 500
    assert not Expediente.objects.filter(pk="SIN-1").exists()


def test_cada_respuesta_lleva_un_x_request_id_propio(anonimo, operador):
    respuestas = [
        operador.get("/api/expedientes"),
        operador.get("/api/expedientes/NADA"),
        operador.post("/api/expedientes"),
        operador.delete("/api/expedientes/nube"),
        anonimo.get("/api/expedientes", **{"X-Request-ID": "el-de-otro"}),
        anonimo.get("/nada"),
        anonimo.get("/admin/login/"),
        anonimo.get("/static/monitor/inicio.css"),
    ]

    for recibida in respuestas:
        recibida.close()
    nombres = [recibida.headers["X-Request-ID"] for recibida in respuestas]
    assert [nombre for nombre in nombres if not re.fullmatch("[0-9a-f]{32}", nombre)] == []
    assert len(set(nombres)) == len(nombres)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows")
def test_candado_de_sqlite_que_no_se_libera_es_503(transactional_db, operador):
    ExpedienteFactory(no_siniestro="SIN-1")
    otra = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    otra.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    try:
        recibida = operador.post("/api/expedientes", {"no_siniestro": "SIN-2"})
        leida = operador.get("/api/expedientes/SIN-1")
    finally:
        otra.close()
        connection.close()

    assert respuesta(recibida) == (503, {"error": "Error interno al crear expediente"})
    assert (recibida.headers["Retry-After"], leida.status_code) == ("5", 200)


@pytest.fixture
def apagar():
    """A function that keeps everybody out of the test database until the end of the test, as a server that stops
    does."""
    base = connection.settings_dict
    datos = {"host": base["HOST"], "port": base["PORT"], "user": base["USER"], "password": base["PASSWORD"] or None}
    with psycopg.connect(dbname="postgres", autocommit=True, **datos) as administracion:

        def admitir(si):
            administracion.execute(f'ALTER DATABASE "{base["NAME"]}" ALLOW_CONNECTIONS {si}')

        def apagar():
            admitir("false")
            administracion.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [base["NAME"]]
            )

        apagar.encender = lambda: admitir("true")
        yield apagar
        apagar.encender()
    connection.close()


def esperar_status(remota, ruta, status, segundos=10):
    fin = time.monotonic() + segundos
    while (recibida := remota.pedir("GET", ruta)).status != status and time.monotonic() < fin:
        time.sleep(0.05)
    return recibida


@pytest.mark.postgresql
def test_base_que_se_va_es_503_y_vuelve_sin_reiniciar(servidor, apagar):
    ExpedienteFactory(no_siniestro="SIN-1")
    remota = Remota(servidor, UsuarioFactory())
    assert remota.pedir("GET", "/api/expedientes/SIN-1").status == 200

    apagar()
    leer = [
        remota.pedir("GET", "/api/expedientes/SIN-1", **condicion)
        for condicion in ({}, {"If-None-Match": "*"})
        for _ in range(6)
    ]
    crear = [remota.pedir("POST", "/api/expedientes", {"no_siniestro": "SIN-2"}) for _ in range(6)]
    lista = remota.pedir("GET", "/api/expedientes")
    salud = remota.pedir("GET", "/api/health")
    apagar.encender()

    assert {(r.status, r.headers["Retry-After"], r.cuerpo.decode()) for r in leer} == {
        (503, "5", '{"error":"Error interno al obtener expediente"}')
    }
    assert {(r.status, r.json()["error"]) for r in crear} == {(503, "Error interno al crear expediente")}
    assert (lista.status, lista.json()) == (503, {"error": "Error interno al listar expedientes"})
    assert (salud.status, salud.json()) == (503, {"backend": True, "database": False})
    assert esperar_status(remota, "/api/expedientes/SIN-1", 200).status == 200
    assert [remota.pedir("GET", "/api/expedientes/SIN-1").status for _ in range(8)] == [200] * 8
