"""A database that is away, busy, dead or full, as those who call meet it."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.db import Error, connection, connections, transaction

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota, respuesta
from monitor.db.queries import execute, read
from monitor.db.state import limit_waits
from monitor.tests.paciencia import esperar_a
from monitor.tests.servidor import sirviendo
from monitor.usuarios.tests.factories import UsuarioFactory

DE_LA_BASE = ("X-Error-Code", "Retry-After")


def dichas(recibidas):
    """Return the statuses, codes and waits that were answered, each once."""
    return {(r.status_code, *(r.headers.get(nombre) for nombre in DE_LA_BASE)) for r in recibidas}


def de_la_red(recibidas):
    return {(r.status, *(r.headers.get(nombre) for nombre in DE_LA_BASE)) for r in recibidas}


@contextmanager
def otra_conexion():
    """Another connection to the test database, outside Django."""
    base = connection.settings_dict
    datos = {"host": base["HOST"], "port": base["PORT"], "user": base["USER"], "password": base["PASSWORD"] or None}
    with psycopg.connect(dbname=base["NAME"], autocommit=True, **datos) as otra:
        yield otra


def matar_las_demas(otra):
    """End every connection to the database but this one, and return when they have ended."""
    otra.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@contextmanager
def sin_base():
    """The database is where nobody answers."""
    donde = {"postgresql": {"PORT": "1"}, "sqlite": {"NAME": "/no-hay/monitor.sqlite3"}}[connection.vendor]
    antes = {nombre: connection.settings_dict[nombre] for nombre in donde}
    connection.close()
    connection.settings_dict.update(donde)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(antes)


# --- Away ---


def test_base_caida_deja_un_renglon_por_peticion_y_ninguna_traza(transactional_db, operador, bitacora):
    operador.token  # noqa: B018  it asks the database
    with sin_base():
        recibidas = [operador.get("/api/expedientes/S-1"), operador.post("/api/expedientes", {"no_siniestro": "S"})]

    lineas = [linea for linea in bitacora.getvalue().splitlines() if "INFO monitor.middleware" not in linea]
    assert dichas(recibidas) == {(503, "base_no_disponible", "5")}
    assert [linea.partition("] ")[2].partition(" (")[0] for linea in lineas] == [
        "La base de datos no atendió al obtener expediente",
        "La base de datos no atendió al crear expediente",
    ]


def test_base_caida_en_el_admin_es_una_pagina_503(transactional_db, client, bitacora):
    client.force_login(UsuarioFactory())
    with sin_base():
        recibida = client.get("/admin/expedientes/expediente/")

    assert dichas([recibida]) == {(503, "base_no_disponible", "5")}
    assert "Espere unos segundos" in recibida.text
    assert "Traceback" not in bitacora.getvalue()


def test_base_caida_se_ve_en_la_salud(transactional_db, anonimo):
    with sin_base():
        recibida = anonimo.get("/api/health")

    assert respuesta(recibida) == (503, {"backend": True, "database": False})
    assert dichas([recibida]) == {(503, "base_no_disponible", "5")}
    assert respuesta(anonimo.get("/api/health")) == (200, {"backend": True, "database": True})


# --- Dead connections ---


def morir_y_leer(otra):
    read("SELECT 1", ())
    matar_las_demas(otra)
    read("SELECT 2", ())


@pytest.mark.postgresql
def test_ninguna_peticion_falla_porque_murieron_las_conexiones(servidor):
    ExpedienteFactory(no_siniestro="S-0")
    remota, anonima = Remota(servidor, UsuarioFactory()), Remota(servidor)

    with otra_conexion() as otra:
        for vuelta in range(3):
            with ThreadPoolExecutor(16) as hilos:  # every thread of the server gets a connection
                list(hilos.map(lambda _: remota.pedir("GET", "/api/expedientes/S-0"), range(64)))
            matar_las_demas(otra)
            connection.close()
            recibidas = [anonima.pedir("GET", "/api/health")]
            recibidas += [remota.pedir("GET", "/api/expedientes/S-0") for _ in range(6)]
            claves = [f"S-{vuelta}-{i}" for i in range(12)]
            recibidas += [remota.pedir("POST", "/api/expedientes", {"no_siniestro": clave}) for clave in claves]
            assert [r.status for r in recibidas] == [200] * 7 + [201] * 12


@pytest.mark.postgresql
def test_lectura_cuya_conexion_muere_se_repite_y_una_escritura_no(transactional_db):
    with otra_conexion() as otra:
        read("SELECT 1", ())
        matar_las_demas(otra)
        assert read("SELECT 2", ()) == [(2,)]

        matar_las_demas(otra)
        with pytest.raises(Error):
            execute("SELECT 3", ())
        connection.close()

        with pytest.raises(Error), transaction.atomic():
            morir_y_leer(otra)


# --- Busy ---


@pytest.mark.postgresql
def test_lo_que_otro_tiene_tomado_no_detiene_lo_demas(servidor):
    ExpedienteFactory(no_siniestro="S-1", color="Rojo")
    ExpedienteFactory(no_siniestro="S-2")
    remota, anonima = Remota(servidor, UsuarioFactory()), Remota(servidor)

    with otra_conexion() as otra, otra.transaction(), ThreadPoolExecutor(24) as hilos:
        otra.execute("SELECT 1 FROM expediente WHERE no_siniestro = 'S-1' FOR UPDATE")
        cambios = [hilos.submit(remota.pedir, "PATCH", "/api/expedientes/S-1", {"color": "Azul"}) for _ in range(12)]
        lecturas = [hilos.submit(remota.pedir, "GET", f"/api/expedientes/S-{1 + i % 2}") for i in range(10)]
        lecturas.append(hilos.submit(anonima.pedir, "GET", "/api/health"))
        assert de_la_red(lectura.result() for lectura in lecturas) == {(200, None, None)}
        assert de_la_red(cambio.result() for cambio in cambios) == {(503, "base_ocupada", "5")}

    assert Expediente.objects.get(pk="S-1").color == "Rojo"
    assert remota.pedir("PATCH", "/api/expedientes/S-1", {"color": "Azul"}).status == 200


@contextmanager
def algo_tomado():
    """Another program is writing: it holds a row of PostgreSQL, or the whole of SQLite. Give a function that returns
    how many wait for it, as far as the database says."""
    if connection.vendor == "postgresql":
        with otra_conexion() as otra, otra.transaction():
            otra.execute("SELECT 1 FROM expediente WHERE no_siniestro = 'S-1' FOR UPDATE")
            yield lambda: otra.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]
    else:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as otra:
            otra.execute("BEGIN IMMEDIATE")
            yield lambda: 4


def test_doce_escrituras_que_esperan_a_otro_dejan_leer(transactional_db, tmp_path):
    """They wait until the other is done, longer than the reads take."""
    ExpedienteFactory(no_siniestro="S-1")
    base = str(connection.settings_dict["NAME"])
    with (
        sirviendo(tmp_path / "bitacora", BASE_DE_PRUEBAS=base, ESPERA_DE_PRUEBAS="60s") as url,
        ThreadPoolExecutor(12) as hilos,
    ):
        remota, ruta = Remota(url, UsuarioFactory()), "/api/expedientes/S-1"
        with algo_tomado() as esperan:
            cambios = [hilos.submit(remota.pedir, "PATCH", ruta, {"color": "Azul"}) for _ in range(12)]
            esperar_a(lambda: esperan() == 4)  # two in each worker
            lecturas = [
                ruta,
                "/api/expedientes",
                "/api/expedientes?por_pagina=9",
                "/lugar",
                "/api/health",
                "/admin/login/",
            ]
            assert {remota.pedir("GET", lectura).status for lectura in lecturas * 5} == {200}
            assert not any(cambio.done() for cambio in cambios)

        assert {cambio.result().status for cambio in cambios} == {200}


@pytest.mark.postgresql
def test_limites_son_de_las_conexiones_que_se_abren_despues(transactional_db, monkeypatch):
    base = connections.settings["default"]
    monkeypatch.setitem(base, "OPTIONS", dict(base["OPTIONS"]))

    def limites():
        nueva = connections.create_connection("default")
        try:
            with nueva.cursor() as cursor:
                cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
                return cursor.fetchone()
        finally:
            nueva.close()

    antes = limites()
    limit_waits()

    assert (antes, limites()) == (("0", "0"), ("300ms", "20s"))


@pytest.mark.postgresql
def test_sentencia_que_tarda_demasiado_es_503(operador):
    ExpedienteFactory(no_siniestro="S-1")
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION tardar() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); END'")
        cursor.execute("CREATE TRIGGER t BEFORE UPDATE ON expediente FOR EACH ROW EXECUTE FUNCTION tardar()")
        cursor.execute("SET LOCAL statement_timeout = '50ms'")

    assert dichas([operador.patch("/api/expedientes/S-1", {"color": "Azul"})]) == {(503, "base_ocupada", "5")}


# --- Read-only, full ---


@pytest.fixture
def de_solo_lectura(db):
    sql = {
        # The end of the test checks what was deferred, and with a lock.
        "postgresql": "SET CONSTRAINTS ALL IMMEDIATE; SET TRANSACTION READ ONLY",
        "sqlite": "PRAGMA query_only = ON",
    }[connection.vendor]

    def cerrar():
        with connection.cursor() as cursor:
            for sentencia in sql.split(";"):
                cursor.execute(sentencia)

    yield cerrar
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")


def test_base_de_solo_lectura_es_503_y_se_puede_leer(de_solo_lectura, operador):
    ExpedienteFactory(no_siniestro="S-1")
    operador.token  # noqa: B018
    de_solo_lectura()

    recibidas = [
        operador.post("/api/expedientes", {"no_siniestro": "S-2"}),
        operador.patch("/api/expedientes/S-1/estado", {"estado": "Salida"}),
    ]
    leida = operador.get("/api/expedientes/S-1")

    assert dichas(recibidas) == {(503, "base_sin_escritura", "5")}
    assert leida.status_code == 200


@pytest.mark.postgresql
def test_base_de_solo_lectura_se_ve_en_la_salud(de_solo_lectura, anonimo):
    de_solo_lectura()

    recibida = anonimo.get("/api/health")

    assert respuesta(recibida) == (503, {"backend": True, "database": False})
    assert dichas([recibida]) == {(503, "base_sin_escritura", "5")}


@pytest.mark.postgresql
def test_disco_lleno_se_ve_en_la_salud(transactional_db, anonimo):
    """A limit of temporary files stands for a full disk."""
    assert respuesta(anonimo.get("/api/health")) == (200, {"backend": True, "database": True})
    with connection.cursor() as cursor:
        cursor.execute("SET temp_file_limit = '100kB'")

    recibida = anonimo.get("/api/health")

    assert respuesta(recibida) == (503, {"backend": True, "database": False})
    assert dichas([recibida]) == {(503, "base_sin_escritura", "5")}
    assert anonimo.get("/api/health").status_code == 200  # on another connection


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL says by itself that it takes no changes")
@pytest.mark.parametrize(
    ("funcion", "dice"),
    [("access", lambda *_: False), ("statvfs", lambda _: os.statvfs_result((4096, 4096, 9, 0, 0, 9, 9, 9, 0, 255)))],
)
def test_archivo_que_no_puede_crecer_se_ve_en_la_salud(anonimo, db, monkeypatch, funcion, dice):
    monkeypatch.setattr(os, funcion, dice)

    assert respuesta(anonimo.get("/api/health")) == (503, {"backend": True, "database": False})


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a full PostgreSQL can't be had in a test")
def test_base_llena_es_503(transactional_db, operador):
    operador.token  # noqa: B018
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # the room that other tests left would be used first
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    try:
        recibida = operador.post("/api/expedientes", {"no_siniestro": "S-1", "observaciones": "x" * 900_000})
    finally:
        connection.close()

    assert dichas([recibida]) == {(503, "base_sin_escritura", "5")}
    assert not Expediente.objects.exists()
