"""The objects that serializers declare, made of rows with no model instance between."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from rest_framework import serializers

from monitor.api.dialects import Dialect
from monitor.db.queries import CompiledQuery

TYPES = {serializers.DateField: date, serializers.DateTimeField: datetime}


class EmptyListField(serializers.ListField):
    """An array that is always empty until a later module fills it."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)


class ApartListField(serializers.ListField):
    """An array of related rows that whoever answers reads apart, when there are any. `any_of` is the expression that
    tells, and the object's value until then."""

    def __init__(self, *, child: serializers.Serializer, any_of: Combinable):
        super().__init__(child=child, read_only=True)
        self.any_of = any_of


class PartsField(EmptyListField):
    """An array of the rows that hang from the object, which `Parts` fills. `child` is the serializer of one."""


class Shape:
    """The keys of a serializer, in their order, and the columns that they come from: ORM paths, or expressions of them.

    A shape may hold the `{…}` of a related row (null when there is none) and at most one `[{…}, …]`, whose rows come by
    a join, so that several rows make one object. A related row begins with its primary key. What each key needs is
    settled when the shape is made. The database itself writes the dates for a `dialect` that says how, so that no date
    object is made in between.
    """

    def __init__(self, serializer: serializers.Serializer, dialect: Dialect):
        self.serializer, self.columns = serializer, []
        self._paths, self._in_database = [], dialect.in_database
        self._object = self._read(serializer)
        self._attributes = attrgetter(*(path.replace("__", ".") for path in self._paths))

    @property
    def fingerprint(self) -> str:
        """Return a text that differs when the shape differs."""
        return repr((self._object.keys, self._paths))

    def _read(self, serializer, path="") -> "_Object":
        return _Object([(key, *self._part(field, path)) for key, field in serializer.fields.items()])

    def _part(self, field, path) -> "tuple[int, _Part | None]":
        """Return the place of a key's first column, and the part that makes its value, or None for a plain column."""
        first = len(self.columns)
        if isinstance(field, EmptyListField):
            return 0, _Empty()
        if isinstance(field, ApartListField):
            self._paths.append(field.field_name)
            self.columns.append(field.any_of)
            return first, None
        path += field.source.replace(".", "__")
        if isinstance(field, serializers.ListSerializer):
            return first, _Joined(first, self._read(field.child, f"{path}__"))
        if isinstance(field, serializers.BaseSerializer):
            return first, _Related(first, self._read(field, f"{path}__"))
        self._paths.append(path)
        written = self._in_database.get(next((TYPES[cls] for cls in TYPES if isinstance(field, cls)), None))
        self.columns.append(written(path) if written else path)
        return first, None

    @property
    def one_per_table(self) -> list[str]:
        """Return the path of one column for each table that the object comes from."""
        return list({path.rpartition("__")[0]: path for path in self._paths}.values())

    def from_rows(self, rows: list[tuple]) -> dict:
        """Return one object from the rows of its join."""
        return self._object.one(rows[0], rows)

    def many(self, rows: list[tuple]) -> list[dict]:
        """Return one object for each row. The shape has no list of related rows."""
        return self._object.many(rows)

    def from_instance(self, instance) -> dict:
        """Return the object of an instance, for a shape without objects in it. The related rows that its columns follow
        must have been read already."""
        return dict(zip(self._object.keys, self._attributes(instance), strict=True))


class _Object:
    """The keys of one object. Each has a first column, whose value it shows unless a part makes another."""

    def __init__(self, keys: "list[tuple[str, int, _Part | None]]"):
        self.keys = tuple(key for key, _, _ in keys)
        self._parts = [(key, part) for key, _, part in keys if part]
        first = [first for _, first, _ in keys]
        # A row that begins with these columns in this order is taken as it is: `zip` stops after the last key.
        self._pick = None if first == list(range(len(first))) else itemgetter(*first, first[0])

    def one(self, row: tuple, rows: list[tuple]) -> dict:
        result = dict(zip(self.keys, self._pick(row) if self._pick else row, strict=False))
        for key, part in self._parts:
            result[key] = part.one(row, rows)
        return result

    def many(self, rows: list[tuple]) -> list[dict]:
        values = map(self._pick, rows) if self._pick else rows
        # `map` over functions of C: a list of 1,000 objects takes 0.7 of the time of a comprehension.
        result = list(map(dict, map(zip, repeat(self.keys), values)))
        for key, part in self._parts:
            for one, value in zip(result, part.many(rows), strict=True):
                one[key] = value
        return result


class _Part(Protocol):
    """The maker of the value of a key for one row, with all the rows of its join, and of its values for many rows."""

    def one(self, row: tuple, rows: list[tuple]) -> Any: ...

    def many(self, rows: list[tuple]) -> list: ...


class _Empty:
    def one(self, row, rows):
        return []

    def many(self, rows):
        return [[] for _ in rows]


class _Related(NamedTuple):
    """The object of a related row, whose key is in `place`."""

    place: int
    object: _Object

    def one(self, row, rows):
        return None if row[self.place] is None else self.object.one(row, rows)

    def many(self, rows):
        """Return the objects of the related rows. Many rows share a few of these: each is made once and shared, because
        nobody changes it on its way to the answer."""
        by_key = {row[self.place]: row for row in rows}
        made = dict(zip(by_key, self.object.many(list(by_key.values())), strict=True)) | {None: None}
        return [made[row[self.place]] for row in rows]


class _Joined(NamedTuple):
    """The objects of the rows of a join, whose key is in `place`."""

    place: int
    object: _Object

    def one(self, row, rows):
        return self.object.many([row for row in rows if row[self.place] is not None])

    def many(self, rows):
        raise TypeError("several rows make one object: use from_rows")


class Reader:
    """A shape and the query that reads it. `make(*variant)` gives the queryset (see `CompiledQuery`), and `extra` are
    columns after those of the shape."""

    def __init__(
        self,
        shape: Shape,
        make: Callable[..., QuerySet],
        query_class: type[CompiledQuery] = CompiledQuery,
        extra: list = (),
    ):
        self.shape = shape
        self._query = query_class(lambda *variant: make(*variant).values_list(*shape.columns, *extra))

    def one(self, *variant, **values) -> dict | None:
        rows = self._query.rows(*variant, **values)
        return self.shape.from_rows(rows) if rows else None

    def many(self, *variant, **values) -> list[dict]:
        """Return one object for each row."""
        return self.shape.many(self._query.rows(*variant, **values))


class Parts:
    """The rows that hang from objects, read for many of them with one statement: a join would repeat all the columns of
    each object for every row.

    `shape` shows a row, whose key `owner`, the column `column`, is the id of its object. They go, by id, in the object
    under `key`, where its own shape left an empty array (`PartsField`).
    """

    def __init__(self, key: str, shape: Shape, queryset: QuerySet, owner: str, column: str):
        self._key, self._shape, self._owner, self._column = key, shape, owner, column
        self._rows = queryset.order_by("pk").values_list(*shape.columns)

    def fill(self, objects: list[dict]) -> list[dict]:
        by_id: dict[int, list[dict]] = {one["id"]: [] for one in objects}
        if by_id:
            for part in self._shape.many(list(self._rows.filter(**{f"{self._column}__in": list(by_id)}))):
                by_id[part[self._owner]].append(part)
        for one in objects:
            one[self._key] = by_id[one["id"]]
        return objects
