"""The door of a write, the HTTP request that it is part of, and its moment: what is told of it later."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

ADMIN = "/admin/"  # the paths of the admin


def is_admin(path: str) -> bool:
    return path.startswith(ADMIN)


class Origen(models.TextChoices):
    API = "api", "API"
    ADMIN = "admin", "Admin"
    COMANDO = "comando", "Comando"
    IMPORTACION = "importacion", "Importación"


# Outside of an HTTP request, what a process writes counts as one request.
puerta: ContextVar[tuple[Origen, str]] = ContextVar("puerta", default=(Origen.COMANDO, uuid4().hex))


@contextmanager
def entrando_por(origen: Origen, peticion: str | None = None) -> Iterator[None]:
    """Tell that what is written in the block comes through another door, as part of the same request, unless it is
    given another."""
    anterior = puerta.set((origen, peticion or puerta.get()[1]))
    try:
        yield
    finally:
        puerta.reset(anterior)


_fingido: ContextVar[datetime | None] = ContextVar("fingido", default=None)


def ahora() -> datetime:
    """Return the moment of what is being written."""
    return _fingido.get() or timezone.now()


@contextmanager
def fingiendo(momento: datetime) -> Iterator[None]:
    """Write what the block writes as if it were that moment. Only the demonstration does so, while it fills an empty
    database: nobody lived what its expedientes went through."""
    if not settings.DEMO:
        raise RuntimeError("Sólo la demostración tiene un pasado fingido.")
    anterior = _fingido.set(momento)
    try:
        yield
    finally:
        _fingido.reset(anterior)
