"""The meaning of each code of an error. The errors themselves are those of the databases' own libraries."""

import sqlite3

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from monitor.db.errors import is_broken_reference, is_duplicate, is_unreachable, outage


def causado(error, causa):
    """Return the error as Django raises it, caused by the library's error."""
    error.__cause__ = causa
    return error


def de_postgresql(clase, codigo):
    return causado(clase("…"), psycopg.errors.lookup(codigo)("…"))


def de_sqlite(clase, nombre):
    causa = sqlite3.Error("…")
    causa.sqlite_errorname = nombre
    return causado(clase("…"), causa)


SIN_SERVIDOR = {
    "08000": True,  # the connection failed, in any of the ways of this class
    "08001": True,
    "08003": True,
    "08004": True,
    "08006": True,
    "57P01": True,  # an administrator stopped the server
    "57P02": True,  # the server crashed
    "57P03": True,  # the server is starting
    "53300": True,  # no connection is left
    "53200": False,  # out of memory
    "57014": False,  # cancelled by statement_timeout
    "55P03": False,  # lock_timeout
    "40P01": False,  # deadlock
    "42P01": False,  # no such table
    "23505": False,
}


def test_base_inalcanzable_se_sabe_por_el_codigo_de_postgresql():
    dichas = {codigo: is_unreachable(de_postgresql(OperationalError, codigo)) for codigo in SIN_SERVIDOR}

    assert dichas == SIN_SERVIDOR


@pytest.mark.parametrize(
    ("clase", "causa", "dicha"),
    [
        (OperationalError, psycopg.OperationalError("refused"), True),
        (InterfaceError, psycopg.InterfaceError("closed"), True),
        (InterfaceError, None, True),
        (OperationalError, None, False),
        (IntegrityError, psycopg.IntegrityError("…"), False),
    ],
)
def test_base_inalcanzable_sin_codigo_es_la_que_no_pudo_darlo(clase, causa, dicha):
    assert is_unreachable(causado(clase("…"), causa)) is dicha


def test_base_inalcanzable_se_sabe_por_el_nombre_de_sqlite():
    nombres = {
        "SQLITE_BUSY": False,
        "SQLITE_CANTOPEN": True,
        "SQLITE_CANTOPEN_ISDIR": True,
        "SQLITE_ERROR": False,
        "SQLITE_CONSTRAINT_UNIQUE": False,
    }

    assert {nombre: is_unreachable(de_sqlite(OperationalError, nombre)) for nombre in nombres} == nombres


def test_por_que_la_base_no_puede_atender():
    de_cada_codigo = {
        "57P01": "base_no_disponible",
        "57014": "base_ocupada",  # cancelled by statement_timeout
        "55P03": "base_ocupada",  # lock_timeout
        "40P01": "base_ocupada",  # deadlock
        "25006": "base_sin_escritura",  # a read-only transaction
        "53100": "base_sin_escritura",  # a full disk
        "53400": "base_sin_escritura",  # temp_file_limit
        "53200": None,
        "23505": None,
    }
    de_cada_nombre = {
        "SQLITE_CANTOPEN": "base_no_disponible",
        "SQLITE_BUSY": "base_ocupada",
        "SQLITE_BUSY_SNAPSHOT": "base_ocupada",
        "SQLITE_LOCKED_SHAREDCACHE": "base_ocupada",
        "SQLITE_READONLY_DBMOVED": "base_sin_escritura",
        "SQLITE_FULL": "base_sin_escritura",
        "SQLITE_CONSTRAINT_UNIQUE": None,
        "SQLITE_ERROR": None,
    }

    assert {c: outage(de_postgresql(OperationalError, c)) for c in de_cada_codigo} == de_cada_codigo
    assert {n: outage(de_sqlite(OperationalError, n)) for n in de_cada_nombre} == de_cada_nombre
    assert outage(OperationalError("…")) is None


@pytest.mark.parametrize(
    ("error", "duplicado", "rota"),
    [
        (de_postgresql(IntegrityError, "23505"), True, False),
        (de_postgresql(IntegrityError, "23503"), False, True),
        (de_postgresql(IntegrityError, "23514"), False, False),
        (de_postgresql(IntegrityError, "23502"), False, False),
        (de_sqlite(IntegrityError, "SQLITE_CONSTRAINT_UNIQUE"), True, False),
        (de_sqlite(IntegrityError, "SQLITE_CONSTRAINT_PRIMARYKEY"), True, False),
        (de_sqlite(IntegrityError, "SQLITE_CONSTRAINT_FOREIGNKEY"), False, True),
        (de_sqlite(IntegrityError, "SQLITE_CONSTRAINT_CHECK"), False, False),
        (IntegrityError("…"), False, False),
    ],
)
def test_error_de_integridad_es_un_duplicado_o_una_referencia_rota_o_nada(error, duplicado, rota):
    assert (is_duplicate(error), is_broken_reference(error)) == (duplicado, rota)
