"""INSERT and UPDATE of only the columns that are given, in as few statements as the database allows.

`Model.save` writes every column, asks again for what the database filled in, and compiles its SQL each time. Here the
values come by attname, and what was written is returned as an instance. Each write has an author (`por`): a user, or a
caller of the API. The statement itself checks that the caller is active and allowed, and otherwise writes nothing.
"""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Protocol

from django.db import IntegrityError, connection, router, transaction
from django.db.models.expressions import Col

from monitor.db import queries
from monitor.db.errors import is_broken_reference
from monitor.db.versions import Versioned
from monitor.errores import DatosInvalidos

NO_ID = -1  # an id that no row has
STATEMENTS = 256  # statements whose SQL is kept, one for each set of columns
YA_NO_EXISTE = "Algo de lo que eligió acaba de eliminarse; elija de nuevo"


class Reference:
    """The value of a foreign key that holds only while its row meets a condition (`sql`, with `params`). The statement
    that writes the value also checks the condition, and keeps the row as it is until the transaction ends."""

    pk: int
    sql: str
    params: Sequence = ()

    def settle(self) -> None:
        """Take note that the statement found that the condition holds."""


@dataclass(frozen=True)
class Vigente(Reference):
    """A reference to a row that isn't marked as deleted."""

    pk: int
    sql = "NOT eliminado"


class Author(Protocol):
    """The author of a write: a user, a caller of the API, or nobody."""

    pk: int | None
    username: str
    nombre: str | None
    rol: str
    reference: int | Reference | None
    is_program: bool


class Nobody:
    """The author of what a command writes."""

    pk, username, nombre, rol, reference, is_program = None, "", None, "", None, False


NOBODY = Nobody()


def single_statement():
    """Return the context for a write that is one statement, and so a transaction already. Within another transaction it
    gets a savepoint, so that its error doesn't spoil the other."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


@contextmanager
def without_savepoints():
    """Save the two trips that each block of `transaction.atomic` takes for its savepoint, within a transaction on
    PostgreSQL that ends whole or not at all. When a block fails, Django lets the transaction take no more
    statements, and rolls all of it back at its end. SQLite makes savepoints without a trip."""
    connection.makes_savepoints = False
    try:
        yield
    finally:
        connection.makes_savepoints = True


class NotInserted(Exception):
    """The condition of `insert_if` doesn't hold, or no insert asked for it."""


@contextmanager
def insert_if(sql: str, params: Sequence):
    """On PostgreSQL, let the first `insert` within write only when a query has a row, and ask it in the same statement.
    Raise NotInserted when nothing was inserted so."""
    connection.insert_condition = (sql, params)
    try:
        yield
        if connection.insert_condition:
            raise NotInserted
    finally:
        connection.insert_condition = None


def _taken_condition() -> tuple[str, Sequence] | None:
    condition = getattr(connection, "insert_condition", None)
    if condition:
        connection.insert_condition = None
    return condition


@contextmanager
def written_and_read():
    """Let a verb, and the reading of what it wrote for an answer, be one transaction. After it anybody may change or
    delete the row, and the answer would be of that."""
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic(), without_savepoints():
            yield


def insert(model, values: Mapping[str, Any], *, por: Author, con: Sequence[tuple] = ()):
    """Insert one row and return it as an instance. `con` lists the (model, values) of other rows that are written with
    it or not at all; on PostgreSQL they go in the same statement.

    A value may be a `Reference`: DatosInvalidos is raised when its row doesn't meet the condition. When several of the
    rows refer to the same thing, the condition is checked once.
    """
    values, references = _said(values), _references(model, values)
    if por.reference not in references.values():
        por.pk  # noqa: B018  the statement doesn't check the author, so this line does
    others = [(other, _with_known(references.values(), other, row)) for other, row in con]
    condition, form = _taken_condition(), _form(values)
    sql = _insert_from_sql(model, form, "condicion", returning=True) if condition else _insert_sql(model, form, 1)
    rows = _write_with(model, sql, _params(_columns(model), values), references, others, condition)
    if not rows:
        raise NotInserted
    return rows[0]


def insert_many(model, rows: list[dict[str, Any]], *, por: Author) -> list:
    """Insert all the rows with one INSERT and return them as instances. The rows have the same keys in the same order
    and no `Reference`, and the caller bounds how many there are."""
    por.pk  # noqa: B018  as in `insert`
    return _write(model, *_insert(model, rows))


def update(model, pk, values: Mapping[str, Any], *, por: Author, con: Sequence[tuple] = (), version: int | None = None):
    """Update one row with one UPDATE and return it as an instance. Return None when there is no such row or it hasn't
    this `version`. When `por` may not write, the error of `por` is raised, so that a transaction of several statements
    is undone. See `insert` about `Reference` and `con`: those rows aren't written either when nothing is updated."""
    columns, references = _columns(model), _references(model, values)
    params = [*_params(columns, values), columns[model._meta.pk.attname].prepare(pk)]
    if version is not None:
        params.append(version)
    author = por.reference if isinstance(por.reference, Reference) else None
    if author:
        params += [author.pk, *author.params]
    condition = author and (author.model, author.sql)
    sql = _update_sql(model, _form(values), condition, version is not None)
    others = [(other, _with_known([author], other, row)) for other, row in con]
    rows = _write_with(model, sql, params, references, others)
    if rows and author:
        author.settle()
    if not rows:
        por.pk  # noqa: B018  raises when that is why
    return rows[0] if rows else None


def _write_with(model, sql, params, references, others, condition: tuple[str, Sequence] | None = None) -> list:
    """Run an INSERT or an UPDATE, and insert the rows of `others` when it writes something. `condition` is what the
    INSERT reads from."""
    if not (others or condition):
        return _write(model, sql, params, references)
    if connection.vendor == "postgresql":
        parts = [f"fila AS ({sql})"]
        if condition:
            parts.insert(0, f"condicion AS MATERIALIZED ({condition[0]})")
            params = [*condition[1], *params]
        for i, (other, row) in enumerate(others):
            said = _said(row)
            parts.append(f"otra_{i} AS ({_insert_from_sql(other, _form(said), 'fila')})")
            params = [*params, *_params(_columns(other), said)]
        return _write(model, f"WITH {', '.join(parts)} SELECT * FROM fila", params, references)
    with transaction.atomic():
        instances = _write(model, sql, params, references)
        for other, row in others if instances else ():
            _write(other, *_insert(other, [row]))
    return instances


def _references(model, values) -> dict[str, Reference]:
    return {name: values[name] for name in _foreign_keys(model) if isinstance(values.get(name), Reference)}


def _with_known(references, model, row) -> dict:
    """Return the row with plain ids in place of the references that the statement already checks."""
    asked = [name for name, reference in _references(model, row).items() if reference in references]
    return row | {name: row[name].pk for name in asked}


def _form(values) -> tuple[tuple[str, str | None], ...]:
    """Return what the SQL of a row depends on: its attnames, each with the condition of the row that it refers to, or
    None."""
    return tuple((name, value.sql if isinstance(value, Reference) else None) for name, value in values.items())


def _said(values: Mapping[str, Any]) -> dict:
    """Return the values of a row to insert that aren't null, as most columns of an expediente are: those that may be
    null have no other default. psycopg reads a statement with more than 50 parameters again each time."""
    return {name: value for name, value in values.items() if value is not None}


def _insert(model, rows) -> tuple[str, list]:
    columns = _columns(model)
    return _insert_sql(model, _form(rows[0]), len(rows)), [param for row in rows for param in _params(columns, row)]


@lru_cache(maxsize=STATEMENTS)
def _insert_sql(model, form, rows: int) -> str:
    columns = _columns(model)
    names = ", ".join(columns[name].name for name, _ in form)
    row = ", ".join(columns[name].placeholder(condition) for name, condition in form)
    values = ", ".join([f"({row})"] * rows)
    return f"INSERT INTO {_table(model)} ({names}) VALUES {values} RETURNING {_returning(model).sql}"


@lru_cache(maxsize=STATEMENTS)
def _insert_from_sql(model, form, source: str, *, returning: bool = False) -> str:
    """Return the SQL that inserts a row when another part of its statement has one (only on PostgreSQL)."""
    columns = _columns(model)
    names = ", ".join(columns[name].name for name, _ in form)
    values = ", ".join(columns[name].typed_placeholder(condition) for name, condition in form)
    returned = f" RETURNING {_returning(model).sql}" if returning else ""
    return f"INSERT INTO {_table(model)} ({names}) SELECT {values} FROM {source}{returned}"


@lru_cache(maxsize=STATEMENTS)
def _update_sql(model, form, author: tuple | None, with_version: bool) -> str:
    columns = _columns(model)
    changes = [f"{columns[name].name} = {columns[name].placeholder(condition)}" for name, condition in form]
    if issubclass(model, Versioned):
        changes.append("version = version + 1")
    where = f"{columns[model._meta.pk.attname].name} = %s"
    if with_version:
        where += " AND version = %s"
    if author:
        users, condition = author
        where += f" AND EXISTS (SELECT 1 FROM {_table(users)} WHERE id = %s AND {condition})"
    return f"UPDATE {_table(model)} SET {', '.join(changes)} WHERE {where} RETURNING {_returning(model).sql}"


def _params(columns, values) -> list:
    params = []
    for name, value in values.items():
        if isinstance(value, Reference):
            params += [columns[name].prepare(value.pk), *value.params]
        else:
            params.append(columns[name].prepare(value))
    return params


def _write(model, sql, params, references: Mapping[str, Reference] = MappingProxyType({})) -> list:
    try:
        instances = [_returning(model).instance(row) for row in queries.execute(sql, params)]
    except IntegrityError as error:
        if references and is_broken_reference(error):
            raise DatosInvalidos(YA_NO_EXISTE, codigo="cambio_mientras") from error
        raise
    if any(getattr(instance, name) == NO_ID for instance in instances for name in references):
        # The foreign key would raise only at the end of the transaction.
        raise DatosInvalidos(YA_NO_EXISTE, codigo="cambio_mientras")
    for reference in references.values() if instances else ():
        reference.settle()
    return instances


class _Column:
    """A field as it is written: its quoted name, its value and its place in the SQL."""

    def __init__(self, field):
        self._field, self.name = field, connection.ops.quote_name(field.column)

    def prepare(self, value):
        return None if value is None else self._field.get_db_prep_save(value, connection)

    def placeholder(self, condition: str | None) -> str:
        """Return the SQL of the value. For a reference whose row doesn't meet the condition, the SQL gives an id that
        the foreign key refuses."""
        if condition is None:
            return "%s"
        hold = " FOR KEY SHARE" if connection.features.has_select_for_update else ""
        target = _table(self._field.related_model)
        return f"coalesce((SELECT id FROM {target} WHERE id = %s AND {condition}{hold}), {NO_ID})"

    def typed_placeholder(self, condition: str | None) -> str:
        """Return the SQL of the value where the database can't tell its type from its place."""
        return self.placeholder(condition) if condition else f"%s::{self._field.cast_db_type(connection)}"


@cache
def _columns(model) -> dict[str, _Column]:
    return {field.attname: _Column(field) for field in model._meta.concrete_fields}


@cache
def _foreign_keys(model) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.is_relation)


def read(model, pk, columns: frozenset[str] | None = None, *, lock: bool = False):
    """Return one row as an instance, or None. Without `columns`, by attname, it is as a write returns it; with them, it
    has only those, and can't be saved. With `lock`, nobody else writes it until the transaction ends."""
    rows = queries.read(_read_sql(model, columns, lock), [_columns(model)[model._meta.pk.attname].prepare(pk)])
    return _returning(model, columns).instance(rows[0]) if rows else None


@lru_cache(maxsize=STATEMENTS)
def _read_sql(model, columns: frozenset[str] | None, lock: bool) -> str:
    column = _columns(model)[model._meta.pk.attname].name
    hold = " FOR NO KEY UPDATE" if lock and connection.features.has_select_for_update else ""
    return f"SELECT {_returning(model, columns).sql} FROM {_table(model)} WHERE {column} = %s{hold}"


def _table(model) -> str:
    return connection.ops.quote_name(model._meta.db_table)


class _Returning:
    """The columns that a write returns, or some of them, and how a row of them becomes an instance."""

    def __init__(self, model, only: frozenset[str] | None = None):
        self.model, self._whole = model, only is None
        # Generated columns are there for the database to order and search by. A unique one is an exception: it is a
        # name that people see.
        fields = [field for field in model._meta.concrete_fields if field.unique or not field.generated]
        references = getattr(model, "versions_of", ())
        computed = getattr(model, "computed", {})  # SQL by name: what a read that names it finds out on its way
        if only is not None:
            fields, references = [field for field in fields if field.attname in only], ()
        asked = [name for name in computed if name in (only or ())]
        self.others = [*(f"version_of_{name}" for name in references), *asked]
        columns = [connection.ops.quote_name(field.column) for field in fields]
        self.sql = ", ".join(
            [*columns, *map(self._version_of, references), *(f"({computed[name]}) AS {name}" for name in asked)]
        )
        self.names = [field.attname for field in fields]
        self._converters = []
        for i, field in enumerate(fields):
            column = Col(model._meta.db_table, field)
            for convert in connection.ops.get_db_converters(column) + field.get_db_converters(connection):
                self._converters.append((i, convert, column))

    def _version_of(self, name) -> str:
        field = self.model._meta.get_field(name)
        target, column = _table(field.related_model), connection.ops.quote_name(field.column)
        return f"(SELECT r.version FROM {target} r WHERE r.id = {_table(self.model)}.{column}) AS version_of_{name}"

    def instance(self, row):
        row, others = list(row[: len(self.names)]), row[len(self.names) :]
        for i, convert, column in self._converters:
            row[i] = convert(row[i], column, connection)
        instance = self.model.from_db(router.db_for_write(self.model), self.names, row)
        vars(instance).update(zip(self.others, others, strict=True))
        if not self._whole:
            instance.save = _refuse
        return instance


def _refuse(*args, **kwargs):
    raise TypeError("A row that was read in part isn't saved: it is written by a verb.")


_returning = lru_cache(maxsize=STATEMENTS)(_Returning)
