"""Lists by page number with their total, as the envelope dialect has them."""

from collections.abc import Callable

from django.db.models import QuerySet

from monitor.api.params import IntegerParam, QueryParams
from monitor.api.shapes import Shape
from monitor.db.queries import CompiledQuery

PER_PAGE = 10
MAX_PER_PAGE = 100


def page_params() -> dict:
    """Return the parameters of a page, for `QueryParams`."""
    return {
        "pagina": IntegerParam(min_value=1),
        "por_pagina": IntegerParam(min_value=1, max_value=MAX_PER_PAGE),
    }


class PageList:
    """The rows of an ordered queryset by page number, in two statements. Beyond the last page there are no rows, and
    the total is still true.

    `make(*variant)` gives the queryset that is counted (see `CompiledQuery`); `show` adds what only the shape needs.
    """

    def __init__(self, shape: Shape, params: QueryParams, make: Callable[..., QuerySet], show=lambda rows: rows):
        self._shape, self._params, self._make, self._show = shape, params, make, show
        self._total = CompiledQuery(lambda *variant: make(*variant).order_by().values_list("pk"))
        self._rows = CompiledQuery(lambda *variant: show(make(*variant)).values_list(*shape.columns))

    def page(self, given: dict, *variant, **values) -> dict:
        """Return the object of a page: its total, its number, its size and its rows. `given` is what `params` read of
        the HTTP request, and `values` are for the `Param` of the queryset."""
        list_ = self._filtered(given) if self._params.filters_in(given) else self
        page, per_page = given.get("pagina", 1), given.get("por_pagina", PER_PAGE)
        return {
            "total": list_._total.count(*variant, **values),
            "pagina": page,
            "porPagina": per_page,
            "registros": self._shape.many(list_._rows.rows(*variant, span=((page - 1) * per_page, per_page), **values)),
        }

    def _filtered(self, given) -> "PageList":
        return PageList(
            self._shape, self._params, lambda *variant: self._params.filter(self._make(*variant), given), self._show
        )
