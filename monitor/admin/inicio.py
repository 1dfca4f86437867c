"""The first page of the admin, at a glance: how many rows wait for somebody, each number with the list of them."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from monitor.admin.lists import cuantas
from monitor.admin.routes import list_routes


class Cifra(NamedTuple):
    """A number of the first page. `filtro` has the parameters with which the list shows the same rows, and `orden` is
    the column that sorts them, if it isn't the list's own."""

    titulo: str
    filas: QuerySet
    filtro: dict
    orden: str = ""


def cifras_de(registrados: dict[type, admin.ModelAdmin], request: HttpRequest) -> Iterator[dict]:
    """Yield the numbers of each model that the person may see: a title, and (title, number, address) of each."""
    for modelo, de_su_admin in registrados.items():
        dar = getattr(de_su_admin, "cifras", None)
        if dar and de_su_admin.has_view_permission(request):
            lista = list_routes(de_su_admin, request)
            cifras = [(c.titulo, cuantas(c.filas), lista(c.filtro, c.orden)) for c in dar(request)]
            yield {"titulo": capfirst(modelo._meta.verbose_name_plural), "cifras": cifras}
