"""One search for the whole admin: a few rows of each kind, as its own list would find them, and the way to the rest."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib import admin
from django.db import models
from django.utils.http import urlencode
from django.utils.text import capfirst

from monitor.admin.routes import route

PALABRAS, LETRAS = 20, 250  # the most of each in a search: every word is looked for in every row
LARGA = f"La búsqueda admite {PALABRAS} palabras y {LETRAS} caracteres: acórtela."
NADA_QUE_BUSCAR = "No queda nada que buscar en lo que escribió: escriba letras o números."
POCOS = 5  # rows of each kind


def es_larga(busqueda: str) -> bool:
    return len(busqueda) > LETRAS or len(busqueda.split()) > PALABRAS


class FoundAdmin(admin.ModelAdmin):
    """A ModelAdmin whose rows the search of the whole admin finds, when `found_as` says what else is shown of each:
    fields, or methods of the ModelAdmin, as in `list_display`."""

    found_as: tuple[str, ...] = ()
    found_actions: tuple[str, ...] = ()  # actions of the list that are offered beside each row

    def find(self, request, texto: str) -> "Found | None":
        """Return what is found, or None when nothing is, or the person may not see this."""
        if not self.found_as or not self.has_view_permission(request):
            return None
        filas = list(self.found_queryset(request, texto)[: POCOS + 1])
        if not filas:
            return None
        hallados = [Row(fila, route(self.model, "change", fila.pk), self._detalle(fila)) for fila in filas[:POCOS]]
        lista = route(self.model, "changelist")
        todas = f"{lista}?{urlencode({'q': texto})}" if len(filas) > POCOS else ""
        return Found(capfirst(self.opts.verbose_name_plural), hallados, todas, lista, self._acciones(request))

    def found_queryset(self, request, texto) -> models.QuerySet:
        """Return the rows in the order of the list."""
        filas, _ = self.get_search_results(request, self.get_queryset(request), texto)
        referidos = self._referidos() or [None]  # with no names at all, every reference would be followed
        return filas.order_by(*self.get_ordering(request)).select_related(*referidos)

    def _referidos(self):
        return [campo.name for campo in self.opts.concrete_fields if campo.name in self.found_as and campo.is_relation]

    def _detalle(self, fila) -> list:
        valores = [getattr(self, n)(fila) if hasattr(self, n) else getattr(fila, n) for n in self.found_as]
        return [valor for valor in valores if valor not in (None, "")]

    def _acciones(self, request) -> list[tuple[str, str]]:
        return [accion for accion in self.get_action_choices(request, []) if accion[0] in self.found_actions]


class Row(NamedTuple):
    fila: models.Model
    ruta: str
    detalle: list


class Found(NamedTuple):
    """The rows that were found of one kind. `todas` leads to the list of all of them, when there are more."""

    nombre: str
    filas: list[Row]
    todas: str
    lista: str
    acciones: list[tuple[str, str]]


def find(propios: Iterable[admin.ModelAdmin], request, texto: str) -> list[Found]:
    """Return what each ModelAdmin finds, in their order."""
    buscan = [propio for propio in propios if isinstance(propio, FoundAdmin)]
    return [hallado for propio in buscan if (hallado := propio.find(request, texto))]
