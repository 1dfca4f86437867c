"""The functions that each connection to SQLite is given, and that a migration creates on PostgreSQL."""

import sqlite3

from django.db.backends.signals import connection_created
from django.dispatch import receiver

from monitor import textos
from monitor.db.functions import local_day
from monitor.db.search import fold_searchable


@receiver(connection_created)
def _dar_funciones_a_sqlite(connection, **kwargs):
    if connection.vendor == "sqlite":
        give_functions(connection.connection)


def give_functions(conexion: sqlite3.Connection) -> None:
    """Give a SQLite connection the functions that a migration creates on PostgreSQL."""
    for nombre, funcion in (
        ("sin_mayusculas", textos.case_blind),
        ("plegar", textos.fold),
        ("ordenable", textos.sort_key),
        ("compuesto", textos.composed),
        ("placas_llanas", textos.plates),
        ("plegar_busqueda", fold_searchable),
        ("dia_local", local_day),
    ):
        conexion.create_function(nombre, 1, _or_null(funcion), deterministic=True)


def _or_null(funcion):
    return lambda texto: texto if texto is None else funcion(texto)
