"""SQL that Django compiles once and the process runs many times.

Compiling a query over the more than 40 columns of an expediente costs more than running it (docs/adr/0002). Here a
queryset is compiled at its first use, with `Param` where a value will come, and its SQL is kept: the ORM still writes
it, for both databases. `writes` does the same for INSERT and UPDATE.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.db import Error, connection, connections, models


def execute(sql: str, params: Sequence) -> list[tuple]:
    """Run a statement and return all its rows. Raise Django's database errors."""
    cursor = _cursor(connections[connection.alias])
    cursor.execute(sql, params)
    return cursor.fetchall()


def _cursor(connection):
    """Return the cursor of Django for the thread's statements, each of which is over before the next begins. Making one
    for each, as Django does, takes 18 of the 90 µs of the shortest."""
    if connection.queries_logged:
        return connection.cursor()
    connection.close_if_health_check_failed()
    kept = vars(connection).get("kept_cursor")
    if kept is None or connection.connection is None or kept.cursor.connection is not connection.connection:
        kept = connection.kept_cursor = connection.cursor()
    return kept


def read(sql: str, params: Sequence) -> list[tuple]:
    """Run a SELECT and return all its rows. When its connection turns out to be dead, it is asked again once on a new
    one: that changes nothing, outside a transaction."""
    try:
        return execute(sql, params)
    except Error:
        # SQLite's connections have no `closed`: they don't die.
        if connection.in_atomic_block or not getattr(connection.connection, "closed", False):
            raise
    connection.close()
    return execute(sql, params)


class Param(models.Expression):
    """A value that is given when the query runs: `filter(pk=Param("id", models.IntegerField()))`."""

    def __init__(self, name: str, field: models.Field):
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", (self,)

    def prepare(self, value):
        if type(value) is int:  # both databases take an int as it is
            return value
        return self.output_field.get_db_prep_value(value, connection)


class After(models.Expression):
    """The comparison `(a, b) > (x, y)` of whole rows, or `<` in a descending order, which both databases answer from an
    index on (a, b)."""

    conditional = True

    def __init__(self, columns: list, limit: list, *, descending: bool = False):
        super().__init__(output_field=models.BooleanField())
        self.columns, self.limit, self.descending = columns, limit, descending

    def get_source_expressions(self):
        return [*self.columns, *self.limit]

    def set_source_expressions(self, expressions):
        half = len(expressions) // 2
        self.columns, self.limit = expressions[:half], expressions[half:]

    def resolve_expression(self, query=None, *args, **kwargs):
        copy = self.copy()
        copy.set_source_expressions(
            [
                e.resolve_expression(query, *args, **kwargs) if isinstance(e, models.F) else e
                for e in self.get_source_expressions()
            ]
        )
        return copy

    def as_sql(self, compiler, connection):
        sides, params = [], ()
        for side in (self.columns, self.limit):
            parts = [compiler.compile(e) for e in side]
            sides.append("(" + ", ".join(sql for sql, _ in parts) + ")")
            params += tuple(p for _, ps in parts for p in ps)
        return (" < " if self.descending else " > ").join(sides), params


def position_in(columns: list[models.Field], values) -> tuple | None:
    """Return values that came from outside, as JSON has them, as they can stand beside these columns in `After` on both
    databases; None when they can't."""
    if not isinstance(values, list) or len(values) != len(columns):
        return None
    try:
        return tuple(_read(field, value) for field, value in zip(columns, values, strict=True))
    except (AttributeError, OverflowError, TypeError, ValueError):
        return None


def _read(field: models.Field, value):
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(field, models.UUIDField):
        return UUID(value)
    if isinstance(field, models.CharField):
        good = isinstance(value, str) and "\0" not in value
    else:
        good = type(value) is int and abs(value) < 2**63
    if not good:
        raise ValueError(value)
    return value


class CompiledQuery:
    """A `values_list` queryset that is compiled once.

    `make(*variant)` builds it. Each variant (a limit, with or without a cursor) is compiled at its first use. The
    variants must be few: their values come from code, or from a number that the contract bounds. With `hold`, whoever
    would lock the rows to delete them waits until the reader's transaction ends: Django has no word for this lock, the
    one that a foreign key takes, and SQLite has one writer at a time and needs none.
    """

    def __init__(self, make: Callable[..., models.QuerySet], *, hold: bool = False):
        self._make, self._hold = make, hold
        self._compile = lru_cache(maxsize=64)(self._compile)

    def _compile(self, *variant):
        compiler = self._make(*variant).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if self._hold and connection.vendor == "postgresql":
            sql += " FOR KEY SHARE"
        converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
        return sql, params, compiler, converters

    def rows(self, *variant, span: tuple[int, int] | None = None, **values) -> list[tuple]:
        """Run the query and return all its rows. The caller bounds them with a limit, or with `span`: how many rows are
        skipped, and how many are returned."""
        sql, params, compiler, converters = self._compile(*variant)
        if span:
            # The numbers go into the SQL itself: PostgreSQL plans a statement again each time when it doesn't know the
            # limit.
            sql = f"{sql} LIMIT {span[1]:d} OFFSET {span[0]:d}"
        rows = read(sql, _with_values(params, values))
        if converters:
            rows = [tuple(row) for row in compiler.apply_converters(rows, converters)]
        return rows

    def count(self, *variant, **values) -> int:
        sql, params, _, _ = self._compile(*variant)
        return read(f"SELECT COUNT(*) FROM ({sql}) AS filas", _with_values(params, values))[0][0]


class CompiledUnion:
    """Several `values_list` querysets of like columns, compiled once as one statement (see `CompiledQuery`).

    `lock` locks the rows on PostgreSQL, which takes the clause in each part and not in the whole; the transactions of
    SQLite take turns. The columns must need no converters: ids and texts.
    """

    def __init__(self, make: Callable[..., list[models.QuerySet]], *, lock: str = ""):
        self._make, self._lock = make, lock
        self._compile = lru_cache(maxsize=64)(self._compile)

    def _compile(self, *variant):
        parts = [queryset.query.get_compiler(connection=connection).as_sql() for queryset in self._make(*variant)]
        lock = self._lock if connection.features.has_select_for_update else ""
        sql = " UNION ALL ".join(f"SELECT * FROM ({sql} {lock}) AS parte" for sql, _ in parts)
        return sql, [param for _, params in parts for param in params]

    def rows(self, *variant, **values) -> list[tuple]:
        sql, params = self._compile(*variant)
        return read(sql, _with_values(params, values))


def _with_values(params, values: dict) -> list:
    return [p.prepare(values[p.name]) if isinstance(p, Param) else p for p in params]
