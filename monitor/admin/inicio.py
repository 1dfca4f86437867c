"""What the first page of the admin answers at a glance: how many rows wait for somebody, each with the list of them."""

from collections.abc import Iterator
from typing import NamedTuple

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst

from monitor.admin.lists import cuantas
from monitor.admin.routes import route


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
            cifras = [(c.titulo, cuantas(c.filas), _lista(de_su_admin, request, c)) for c in dar(request)]
            yield {"titulo": capfirst(modelo._meta.verbose_name_plural), "cifras": cifras}


def _lista(de_su_admin, request, cifra: Cifra) -> str:
    parametros = QueryDict(mutable=True)
    parametros.update(cifra.filtro)
    if cifra.orden:
        con_casillas = bool(de_su_admin.get_actions(request))  # the first column, for who may choose rows
        parametros[ORDER_VAR] = de_su_admin.list_display.index(cifra.orden) + con_casillas
    return f"{route(de_su_admin.model, 'changelist')}?{parametros.urlencode()}"
