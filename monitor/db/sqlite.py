"""What SQLite is given: with each connection the functions that PostgreSQL has from a migration, or in its own SQL."""

import sqlite3

from django.db.backends.signals import connection_created
from django.db.backends.sqlite3 import base
from django.dispatch import receiver

from monitor import textos
from monitor.db.functions import local_day
from monitor.db.search import fold_searchable

# To know whether SQLite has JSON, Django asks it within a transaction, and takes a database that somebody else holds
# for a no. Each SQLite that Django takes has it.
base.DatabaseFeatures.supports_json_field = True


@receiver(connection_created)
def _give_them_to_sqlite(connection, **kwargs):
    if connection.vendor == "sqlite":
        give_functions(connection.connection)


def give_functions(connection: sqlite3.Connection) -> None:
    for name, function in (
        ("sin_mayusculas", textos.case_blind),
        ("plegar", textos.fold),
        ("ordenable", textos.sort_key),
        ("compuesto", textos.composed),
        ("placas_llanas", textos.plates),
        ("plegar_busqueda", fold_searchable),
        ("dia_local", local_day),
    ):
        connection.create_function(name, 1, _or_null(function), deterministic=True)


def _or_null(function):
    return lambda value: value if value is None else function(value)
