"""Lists for large tables: they page by key, which costs the same at any depth, and count up to a thousand."""

import json
from collections.abc import Iterator
from datetime import datetime

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import F, QuerySet, Value
from django.utils.text import capfirst

from monitor.db.fields import LineField
from monitor.db.functions import Sorted
from monitor.db.queries import After, position_in

ANTES, DESPUES, ULTIMA = "antes", "despues", "ultima"
CONTADAS = 1000  # the most rows that are counted


def cuantas(filas: QuerySet) -> str:
    """Return how many rows there are, in words when they are too many to count."""
    contadas = filas.order_by()[: CONTADAS + 1].count()
    return f"más de {CONTADAS:,}" if contadas > CONTADAS else f"{contadas:,}"


class FilteredChangeList(ChangeList):
    def puestos(self) -> list[tuple[str, str]]:
        """Return the filters that are set, each with what was chosen. The first choice of each is to choose nothing."""
        return [
            (capfirst(filtro.title), ", ".join(elegidas))
            for filtro in self.filter_specs
            if (elegidas := [str(opcion["display"]) for opcion in [*filtro.choices(self)][1:] if opcion["selected"]])
        ]

    def get_ordering_field(self, field_name):
        """Sort by a line of text as lists by name are sorted, whichever column the person chooses."""
        columna = super().get_ordering_field(field_name)
        campo = next((campo for campo in self.lookup_opts.fields if campo.name == columna), None)
        return Sorted(columna) if isinstance(campo, LineField) else columna


class KeysetChangeList(FilteredChangeList):
    """A list whose page is `p=despues:[…]` or `p=antes:[…]`: the position where the page begins or ends, or
    `p=ultima`.

    A position holds the values of the columns by which the list is sorted: those of the ModelAdmin's `ordering`, or the
    one that a person chose among `sortable_by`, and the key. They are all ascending or all descending, none is null,
    and the last is unique. An index on them serves any page.
    """

    def get_ordering(self, request, queryset):
        for indice, sentido in self.get_ordering_field_columns().items():
            columna = self.get_ordering_field(self.list_display[indice])
            al_reves = columna.startswith("-") != (sentido == "desc")
            return [f"{'-' * al_reves}{nombre}" for nombre in (columna.removeprefix("-"), self.lookup_opts.pk.name)]
        return list(self.model_admin.ordering)

    def get_ordering_field_columns(self):
        """Return the column that sorts the list, if its header says so: the first of those that Django would take."""
        columnas = super().get_ordering_field_columns().items()
        ordenables = [indice for indice, nombre in enumerate(self.list_display) if nombre in self.sortable_by]
        return dict([columna for columna in columnas if columna[0] in ordenables][:1])

    def get_results(self, request):
        self.orden = self.get_ordering(request, self.queryset)
        self.columnas = [self.lookup_opts.get_field(nombre.removeprefix("-")) for nombre in self.orden]
        sentido, limite = self._leer(request.GET.get(PAGE_VAR))
        filas, hay_mas = self._tramo(sentido, limite)
        if sentido == ANTES and not hay_mas:
            # Less than a whole page comes before, so this is the first page.
            sentido, limite = DESPUES, None
            filas, hay_mas = self._tramo(sentido, limite)
        con_siguiente = hay_mas if sentido == DESPUES else limite is not None
        self._enlazar(filas, con_anterior=sentido == ANTES or limite is not None, con_siguiente=con_siguiente)
        self._contar(filas)

    def batches(self, size: int) -> Iterator[list]:
        """Yield all the rows, of every page. Each batch is a statement of its own."""
        limite, hay_mas = None, True
        while hay_mas:
            filas, hay_mas = self._tramo(DESPUES, limite, size)
            yield filas
            limite = [getattr(filas[-1], campo.attname) for campo in self.columnas] if hay_mas else None

    def _tramo(self, sentido, limite, largo=None):
        largo = largo or self.list_per_page
        queryset = self.queryset if sentido == DESPUES else self.queryset.reverse()
        if limite is not None:
            queryset = queryset.filter(self._mas_alla(sentido, limite))
        filas = list(queryset[: largo + 1])
        hay_mas = len(filas) > largo
        filas = filas[:largo]
        return filas if sentido == DESPUES else filas[::-1], hay_mas

    def _mas_alla(self, sentido, limite):
        columnas = [F(campo.name) for campo in self.columnas]
        valores = [Value(valor) for valor in limite]
        descendente = self.orden[0].startswith("-")
        return After(columnas, valores) if (sentido == DESPUES) != descendente else After(valores, columnas)

    def _leer(self, texto):
        if texto is None:
            return DESPUES, None
        if texto == ULTIMA:
            return ANTES, None
        sentido, _, posicion = texto.partition(":")
        try:
            limite = position_in(self.columnas, json.loads(posicion))
        except (ValueError, RecursionError) as error:  # brackets a thousand deep
            raise IncorrectLookupParameters from error
        if sentido not in (ANTES, DESPUES) or limite is None:
            raise IncorrectLookupParameters
        return sentido, limite

    def _enlazar(self, filas, *, con_anterior, con_siguiente):
        self.anterior = filas and con_anterior and self._enlace(ANTES, filas[0])
        self.siguiente = filas and con_siguiente and self._enlace(DESPUES, filas[-1])
        self.primera = con_anterior and self.get_query_string()
        self.ultima = con_siguiente and self.get_query_string({PAGE_VAR: ULTIMA})

    def _enlace(self, sentido, fila):
        valores = [getattr(fila, campo.attname) for campo in self.columnas]
        posicion = json.dumps(valores, ensure_ascii=False, default=datetime.isoformat)
        return self.get_query_string({PAGE_VAR: f"{sentido}:{posicion}"})

    def _contar(self, filas):
        """Set what Django's templates ask of a list: `result_count` counts this page, and `total` says how many rows
        there are in all."""
        self.result_list = filas
        self.result_count = self.full_result_count = len(filas)
        self.total = cuantas(self.queryset) if self.primera or self.siguiente else len(filas)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = bool(filas)
        self.paginator = None
