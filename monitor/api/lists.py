"""Lists by cursor: a page costs the same at any depth, and the whole list goes out in batches, with bounded memory."""

import base64
import logging
import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson
from django.db.models import BigIntegerField, F, Field, IntegerField, Model, QuerySet
from django.http import HttpResponse, StreamingHttpResponse

from monitor.api.dialects import CACHE
from monitor.api.errors import outage_of, server_busy
from monitor.api.fields import StrictTextField
from monitor.api.identity import Caller, CallerQuery, only_for_caller
from monitor.api.params import IntegerParam
from monitor.api.shapes import Parts, Shape
from monitor.db.queries import After, Param, position_in
from monitor.errores import DatosInvalidos
from monitor.server.application import ROOM_FOR_STREAMS

log = logging.getLogger(__name__)

MAX_PER_PAGE = 1000
BATCH = 1000  # rows in memory at once when the whole list is streamed
LARGEST_ID = BigIntegerField.MAX_BIGINT
UNTIL = "Actualizado-Hasta"  # the header of a list of what was written since a moment
CURSOR_INVALIDO = "cursor: no es válido; use el del encabezado Link"


def cursor_params() -> dict:
    """Return the parameters of a page, for `QueryParams`."""
    return {
        "por_pagina": IntegerParam(min_value=1, max_value=MAX_PER_PAGE),
        "cursor": StrictTextField(max_length=1000),
    }


class CursorList:
    """The rows of `queryset` as `shape` shows them, in the order of the columns of `order`, of its own or of rows that
    they refer to: none null, the last unique, all of them ascending, or all descending and written with a hyphen.

    Its queries read who calls together with the rows. `seal` tells this list and its filters from any other: a cursor
    serves only for the list that gave it.
    """

    batch = BATCH

    def __init__(self, shape: Shape, queryset: QuerySet, order: tuple[str, ...], seal: str):
        self._shape, self._queryset, self._sorted, self._seal = shape, queryset, order, seal
        self._order = [name.removeprefix("-") for name in order]
        self._fields = [_field(queryset.model, name) for name in self._order]
        extra = [name for name in self._order if name not in shape.columns]
        self._read = [*shape.columns, *extra]
        self._places = [self._read.index(name) for name in self._order]
        self._query = CallerQuery(self._make)

    def _make(self, limit: int, with_cursor: bool) -> QuerySet:
        queryset = only_for_caller(self._queryset).order_by(*self._sorted)
        if with_cursor:
            limits = [Param(name, field) for name, field in zip(self._order, self._fields, strict=True)]
            descending = self._sorted[0].startswith("-")
            queryset = queryset.filter(After([F(name) for name in self._order], limits, descending=descending))
        return queryset.values_list(*self._read)[:limit]

    def rows(self, limit: int, since: tuple | None, caller: Caller) -> list[tuple]:
        values = dict(zip(self._order, since or (), strict=bool(since)))
        return self._query.rows(limit, since is not None, caller=caller, **values)

    def position(self, row: tuple) -> tuple:
        return tuple(row[place] for place in self._places)

    def objects(self, rows: list[tuple]) -> list[dict]:
        return self._shape.many(rows)

    def read_cursor(self, text: str) -> tuple:
        try:
            seal, *values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, TypeError) as error:
            raise DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}, codigo="cursor_invalido") from error
        position = position_in(self._fields, values)
        if seal != self._seal or position is None:
            raise DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}, codigo="cursor_invalido")
        return position

    def write_cursor(self, position: tuple) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self._seal, *position])).decode().rstrip("=")


class ListWithParts(CursorList):
    """A list of objects, each with the rows that hang from it: fewer at once, because each may be large."""

    batch = 50

    def __init__(self, shape: Shape, queryset: QuerySet, order: tuple[str, ...], seal: str, parts: Parts):
        super().__init__(shape, queryset, order, seal)
        self._parts = parts

    def objects(self, rows: list[tuple]) -> list[dict]:
        return self._parts.fill(super().objects(rows))


class NumberedList(CursorList):
    """A list by cursor for answers that say which page they are: the cursor counts them."""

    page = 1

    def read_cursor(self, text: str) -> tuple:
        number, _, cursor = text.partition(".")
        if not re.fullmatch(r"[1-9]\d{0,8}", number, re.ASCII):
            raise DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}, codigo="cursor_invalido")
        self.page = int(number)
        return super().read_cursor(cursor)

    def write_cursor(self, position: tuple) -> str:
        return f"{self.page + 1}.{super().write_cursor(position)}"


class MergedList(CursorList):
    """Several lists by cursor as one, in the order of a first column that all of them have. The second and last is the
    id of each one's rows; a position also says which list it is of."""

    def __init__(self, lists: list[CursorList], seal: str):
        self._lists, self._seal = lists, seal
        first, id_ = lists[0]._fields
        self._fields = [first, IntegerField(), id_]

    def rows(self, limit: int, since: tuple | None, caller: Caller) -> list[tuple]:
        rows = [
            (place, row) for place, one in enumerate(self._lists) for row in one.rows(limit, _in(place, since), caller)
        ]
        return sorted(rows, key=self.position)[:limit]

    def position(self, row: tuple) -> tuple:
        place, own = row
        first, id_ = self._lists[place].position(own)
        return first, place, id_

    def objects(self, rows: list[tuple]) -> list[dict]:
        return [one for place, own in rows for one in self._lists[place].objects([own])]


def _in(place: int, since: tuple | None) -> tuple | None:
    """Return the position of a merged list as the one in this place takes it: of equals in the first column, those of
    the lists before have gone, and those of the lists after haven't."""
    if since is None:
        return None
    first, of, id_ = since
    return first, id_ if place == of else LARGEST_ID if place < of else -1


def _field(model: type[Model], path: str) -> Field:
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    return model._meta.get_field(name)


def seal_of(name: str, filters: Mapping[str, Any]) -> str:
    """Return the text that tells a list by its name and the values of its filters."""
    return blake2b(repr((name, sorted(filters.items()))).encode(), digest_size=6).hexdigest()


def page_response(view, list_: CursorList, per_page: int, cursor: str | None, respond: Callable) -> HttpResponse:
    """Return one page, which `respond` makes an answer of. While there are more, it has `Link: …; rel="next"` with the
    filters of the HTTP request. Raise DatosInvalidos for a cursor of another list."""
    since = list_.read_cursor(cursor) if cursor else None
    rows = list_.rows(per_page + 1, since, view.caller)
    response = respond(list_.objects(rows[:per_page]))
    if len(rows) > per_page:
        query = view.request.GET.copy()
        query["cursor"] = list_.write_cursor(list_.position(rows[per_page - 1]))
        response.headers["Link"] = f'<{view.request.path}?{query.urlencode()}>; rel="next"'
    return response


def list_response(view, list_: CursorList, respond: Callable | None = None) -> HttpResponse:
    """Return what the HTTP request asks for, given the parameters `por_pagina` and `cursor`: a page or the whole list.
    `respond` makes the answer of a short list; without it, a bare array is streamed."""
    if "por_pagina" in view.query:
        return page_response(view, list_, view.query["por_pagina"], view.query.get("cursor"), respond or view.respond)
    if "cursor" in view.query:
        raise DatosInvalidos(campos={"cursor": ["cursor: requiere por_pagina"]}, codigo="parametros_invalidos")
    if respond:
        return respond([one for rows in _batches(list_, view.caller) for one in list_.objects(rows)])
    return stream_response(view, list_)


def stream_response(view, list_: CursorList) -> HttpResponse:
    """Return the whole list as a stream. Each batch is a statement of its own, so that no transaction waits for a slow
    client. Raise HttpError when the server has no room for one more stream.

    The first batch is read before answering, so that an error in it can still be an answer. After an error in a later
    one the array isn't closed, which is how a client tells half a list from a whole one.
    """
    has_room = view.request.META.get(ROOM_FOR_STREAMS)  # another server doesn't say
    if has_room and not has_room():
        raise server_busy()
    batches = _batches(list_, view.caller)
    first = next(batches, [])
    pieces = _array(view.dialect.json(list_.objects(batch)) for batch in chain([first], batches))
    return StreamingHttpResponse(_logged(pieces), content_type="application/json", headers={"Cache-Control": CACHE})


def _logged(pieces):
    try:
        yield from pieces
    except Exception as error:
        code = outage_of(error)
        log.error("La lista completa quedó a medias (%s)", code or "error interno", exc_info=None if code else error)
        raise


def _batches(list_, caller):
    since = None
    while rows := list_.rows(list_.batch, since, caller):
        yield rows
        since = list_.position(rows[-1])
        if len(rows) < list_.batch:
            return


def _array(batches):
    """Join the JSON arrays of the batches into one array."""
    yield b"["
    for i, batch in enumerate(batches):
        yield (b"," if i else b"") + batch[1:-1]
    yield b"]"
