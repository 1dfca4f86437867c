"""Through which door a write comes, and as part of which request: what is told of it later."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.db import models

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
