"""A trial of a restored database, with Monitor itself: it reads a sample of the rows of each model, and writes some
that it doesn't keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import connections, transaction

ALIAS = "simulacro"
CADENA = "verificar_historial"


class Muestra(NamedTuple):
    """The number of rows that were read, and of those among them that are in the database in service as they are here:
    the others changed since the backup."""

    leidas: int
    iguales: int


@contextmanager
def como_base_de_django(nombre: str) -> Iterator[str]:
    """Give an alias under which Django uses another database than the one in service."""
    connections.settings[ALIAS] = connections.settings["default"] | {"NAME": nombre}
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]


def tomar(alias: str, por_modelo: int) -> Muestra:
    leidas = iguales = 0
    for modelo in (m for m in apps.get_models() if m._meta.managed and not m._meta.proxy):
        filas = list(modelo._base_manager.using(alias).order_by("?")[:por_modelo])
        vigentes = modelo._base_manager.in_bulk([fila.pk for fila in filas])
        leidas += len(filas)
        iguales += sum(fila.pk in vigentes and _valores(fila) == _valores(vigentes[fila.pk]) for fila in filas)
        if filas and any(campo.generated for campo in modelo._meta.concrete_fields):
            _escribir_sin_guardar(modelo, filas, alias)
    return Muestra(leidas, iguales)


def _valores(fila) -> list:
    return [getattr(fila, campo.attname) for campo in fila._meta.concrete_fields]


def _escribir_sin_guardar(modelo, filas, alias) -> None:
    """Write rows as they are, for which the database computes their generated columns and checks its rules with the
    functions that it has."""
    campos = [campo.attname for campo in modelo._meta.concrete_fields if not campo.generated and not campo.primary_key]
    with transaction.atomic(using=alias):
        for fila in filas:
            valores = {nombre: getattr(fila, nombre) for nombre in campos}
            modelo._base_manager.using(alias).filter(pk=fila.pk).update(**valores)
        transaction.set_rollback(True, using=alias)


def verificar_cadena(alias: str, **salida) -> None:
    """Verify the chain of the histories, if this Monitor has one. Raise CommandError when it was altered."""
    if CADENA in get_commands():
        with _como_la_base_de_siempre(alias):
            call_command(CADENA, **salida)


@contextmanager
def _como_la_base_de_siempre(alias: str) -> Iterator[None]:
    """Have whatever uses Django's database use that one, in this thread."""
    de_siempre = connections["default"]
    connections["default"] = connections[alias]
    try:
        yield
    finally:
        connections["default"] = de_siempre
