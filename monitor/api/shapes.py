"""The objects that serializers declare, made of rows with no model instance between."""

from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework import serializers

from monitor.api.dialects import Dialect
from monitor.db.queries import CompiledQuery

TYPES = {serializers.DateField: date, serializers.DateTimeField: datetime}

# A function that gives the value of one key, from the row that an object begins with and all the rows of its join.
Value = Callable[[tuple, list[tuple]], Any]


class EmptyListField(serializers.ListField):
    """An array that is always empty until a later module fills it."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)


class Shape:
    """The keys of a serializer, in their order, and the columns that they come from: ORM paths, or expressions of them.

    A shape may hold the `{…}` of a related row (null when there is none) and at most one `[{…}, …]`, whose rows come by
    a join, so that several rows make one object. A related row begins with its primary key. What each key needs is
    settled when the shape is made. An object is then one `zip` of its keys and its columns, over which the values that
    aren't a plain column are written.

    The database's own text is read for the dates that `dialect` writes from it, so that no date object is made in
    between.
    """

    def __init__(self, serializer: serializers.Serializer, dialect: Dialect):
        self.serializer, self.columns = serializer, []
        self._paths, self._from_text = [], dialect.from_text
        self._build = self._object(serializer)
        self._keys = list(serializer.fields)
        self._attributes = attrgetter(*(path.replace("__", ".") for path in self._paths))

    @property
    def fingerprint(self) -> str:
        """Return a text that differs when the shape differs."""
        return repr((self._keys, self._paths))

    def _object(self, serializer, path="") -> Value:
        keys, first, over = list(serializer.fields), [], []
        for key, field in serializer.fields.items():
            first.append(len(self.columns))
            value = self._value(field, path)
            if value is not None:
                over.append((key, value))
        if len(self.columns) == first[-1]:
            first[-1] -= 1  # a last key without a column of its own is written over, whatever stands there
        columns = itemgetter(*first) if len(first) > 1 else lambda row: (row[first[0]],)

        def build(row, rows):
            result = dict(zip(keys, columns(row), strict=True))
            for key, value in over:
                result[key] = value(row, rows)
            return result

        return build

    def _value(self, field, path) -> Value | None:
        """Return what gives a key its value, or None for a column that is shown as it is."""
        if isinstance(field, EmptyListField):
            return lambda row, rows: []
        path, first = path + field.source.replace(".", "__"), len(self.columns)
        if isinstance(field, serializers.ListSerializer):
            item = self._object(field.child, f"{path}__")
            return lambda row, rows: [item(row, rows) for row in rows if row[first] is not None]
        if isinstance(field, serializers.BaseSerializer):
            related = self._object(field, f"{path}__")
            return lambda row, rows: None if row[first] is None else related(row, rows)
        self._paths.append(path)
        text = self._from_text.get(next((TYPES[cls] for cls in TYPES if isinstance(field, cls)), None))
        self.columns.append(Cast(path, TextField()) if text else path)
        return text and (lambda row, rows: None if row[first] is None else text(row[first]))

    @property
    def one_per_table(self) -> list[str]:
        """Return the path of one column for each table that the object comes from."""
        return list({path.rpartition("__")[0]: path for path in self._paths}.values())

    def from_rows(self, rows: list[tuple]) -> dict:
        """Return one object from the rows of its join."""
        return self._build(rows[0], rows)

    def many(self, rows: list[tuple]) -> list[dict]:
        """Return one object for each row. The shape has no list of related rows."""
        return [self._build(row, ()) for row in rows]

    def from_instance(self, instance) -> dict:
        """Return the object of an instance, for a shape without objects in it. The related rows that its columns follow
        must have been read already."""
        return dict(zip(self._keys, self._attributes(instance), strict=True))


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
