"""Lists for large tables: they page by key, which costs the same at any depth, and they count nothing."""

import json
from collections.abc import Iterator

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import F, Value

from monitor.db.queries import After, position_in

ANTES, DESPUES = "antes", "despues"


class KeysetChangeList(ChangeList):
    """A list whose page is `p=despues:[…]` or `p=antes:[…]`: the position where the page begins or ends.

    A position holds the values of the columns of the ModelAdmin's `ordering`. The columns are all ascending or all
    descending, none is null, and the last is unique. An index on them serves any page.
    """

    def get_ordering(self, request, queryset):
        return list(self.model_admin.ordering)

    def get_results(self, request):
        self.columnas = [self.lookup_opts.get_field(nombre.removeprefix("-")) for nombre in self.model_admin.ordering]
        sentido, limite = self._leer(request.GET.get(PAGE_VAR))
        filas, hay_mas = self._tramo(sentido, limite)
        if sentido == ANTES and not hay_mas:
            # Less than a whole page comes before, so this is the first page.
            sentido, limite = DESPUES, None
            filas, hay_mas = self._tramo(sentido, limite)
        self._enlazar(filas, con_anterior=limite is not None, con_siguiente=hay_mas or sentido == ANTES)
        self._contar(filas)

    def batches(self, size: int) -> Iterator[list]:
        """Yield all the rows, of every page. Each batch is a statement of its own."""
        limite, hay_mas = None, True
        while hay_mas:
            filas, hay_mas = self._tramo(DESPUES, limite, size)
            yield filas
            limite = [getattr(filas[-1], campo.attname) for campo in self.columnas] if hay_mas else None

    def _tramo(self, sentido, limite, cuantas=None):
        cuantas = cuantas or self.list_per_page
        queryset = self.queryset if sentido == DESPUES else self.queryset.reverse()
        if limite is not None:
            queryset = queryset.filter(self._mas_alla(sentido, limite))
        filas = list(queryset[: cuantas + 1])
        hay_mas = len(filas) > cuantas
        filas = filas[:cuantas]
        return filas if sentido == DESPUES else filas[::-1], hay_mas

    def _mas_alla(self, sentido, limite):
        columnas = [F(campo.name) for campo in self.columnas]
        valores = [Value(valor) for valor in limite]
        descendente = self.model_admin.ordering[0].startswith("-")
        return After(columnas, valores) if (sentido == DESPUES) != descendente else After(valores, columnas)

    def _leer(self, texto):
        if texto is None:
            return DESPUES, None
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

    def _enlace(self, sentido, fila):
        posicion = json.dumps([getattr(fila, campo.attname) for campo in self.columnas], ensure_ascii=False)
        return self.get_query_string({PAGE_VAR: f"{sentido}:{posicion}"})

    def _contar(self, filas):
        """Set what Django's templates ask of a list; `result_count` counts this page alone."""
        self.result_list = filas
        self.result_count = self.full_result_count = len(filas)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = bool(filas)
        self.paginator = None
