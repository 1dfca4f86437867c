"""Operations that migrations share."""

from functools import reduce
from operator import or_
from typing import NamedTuple

from django.core.management import CommandError
from django.db import migrations
from django.db.models import Count, F, Func, Q
from django.db.models.lookups import Exact

from monitor.db.functions import ClockTime, Kept, functions_sql


class OnPostgreSQL(migrations.RunSQL):
    """SQL that runs on PostgreSQL alone; on SQLite the operation does nothing."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class OnlyInState(migrations.SeparateDatabaseAndState):
    """Many changes of what Django knows of the models, and none of the database. The models are made anew once, when
    the next operation asks for them, and not after each change with all those that they refer to."""

    def state_forwards(self, app_label, state):
        vars(state).pop("apps", None)
        super().state_forwards(app_label, state)


def untold(table: str, sql: str) -> list[migrations.RunSQL]:
    """Return the operations that run an UPDATE by which nobody changes anything, such as filling a new column: versions
    don't grow, and who follows the rows isn't told. SQLite has no triggers while it migrates."""
    disable, enable = (f"ALTER TABLE {table} {verb} TRIGGER USER" for verb in ("DISABLE", "ENABLE"))
    # A table can't be altered while it has keys to check at the end of the transaction.
    check = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
    nothing = migrations.RunSQL.noop
    return [
        OnPostgreSQL(disable, nothing),
        migrations.RunSQL(sql, nothing),
        OnPostgreSQL(f"{check}; {enable}", nothing),
    ]


def trigram_index(table: str, column: str = "busqueda") -> OnPostgreSQL:
    """Return the operation that creates the index for `Contains`, which serves any fragment of three letters or more.
    The owner of a database may create the extension."""
    name = f"{table}_{column}_trigramas"
    return OnPostgreSQL(
        f"CREATE EXTENSION IF NOT EXISTS pg_trgm;CREATE INDEX {name} ON {table} USING gin ({column} gin_trgm_ops)",
        f"DROP INDEX {name}",
    )


def text_functions(*, again: bool = False) -> migrations.RunPython:
    """Return the operation that creates our functions of texts on PostgreSQL or, with `again`, replaces them and leaves
    them there when it is undone. SQLite gets them with each connection."""

    def create(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(functions_sql(), None)

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("DROP FUNCTION sin_mayusculas(text); DROP FUNCTION plegar(text)", None)

    return migrations.RunPython(create, migrations.RunPython.noop if again else drop)


def compose(app: str, **columns: str) -> migrations.RunPython:
    """Return the operation that composes the texts of these columns, named by model: `lugar="nombre direccion"`."""

    def run(apps, schema_editor):
        for model, names in columns.items():
            kept = {name: Kept(name) for name in names.split()}
            differs = reduce(or_, (Q(**{f"{name}__isnull": False}) & ~Q(Exact(Kept(name), F(name))) for name in kept))
            _rows(apps.get_model(app, model), schema_editor).filter(differs).update(**kept)

    return migrations.RunPython(run, migrations.RunPython.noop)


def follow(app: str, model: str) -> migrations.RunPython:
    """Return the operation that dates the rows of a table that is followed from now on (`triggers.Followed`), as if all
    of them had just been written."""

    def run(apps, schema_editor):
        connection, table = schema_editor.connection, apps.get_model(app, model)._meta.db_table
        schema_editor.execute(
            f"INSERT INTO actualizacion (uid, objeto, momento)"
            f" SELECT uid, '{table}', {ClockTime.SQL[connection.vendor]} FROM {table}",
            None,
        )

    def stop(apps, schema_editor):
        table = apps.get_model(app, model)._meta.db_table
        schema_editor.execute(f"DELETE FROM actualizacion WHERE objeto = '{table}'", None)
        if schema_editor.connection.vendor == "postgresql":  # SQLite's are dropped before each migration
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_se_anota ON {table}", None)

    return migrations.RunPython(run, stop)


class Unique(NamedTuple):
    """A column whose values are about to be compared through `function`, and how to name it to whoever migrates."""

    app: str
    model: str
    column: str
    function: type[Func]
    what: str


COMO_SE_CORRIGE = (
    "No se cambió nada. Con la versión anterior, deje distinto uno de cada grupo (a un eliminado, después de"
    " reactivarlo; un expediente se archiva y se abre con otro número) y vuelva a migrar."
)


def refuse_collisions(*uniques: Unique) -> migrations.RunPython:
    """Return the operation that stops the migration, before anything changes, when rows that were different would be
    the same. It names every one of them."""

    def run(apps, schema_editor):
        sentences = []
        for unique in uniques:
            rows = _rows(apps.get_model(unique.app, unique.model), schema_editor)
            sentences += _collisions(rows.order_by(), unique)
        if sentences:
            raise CommandError("\n".join([*sentences, COMO_SE_CORRIGE]))

    return migrations.RunPython(run, migrations.RunPython.noop)


def _rows(model, schema_editor):
    return model._base_manager.using(schema_editor.connection.alias)


def _collisions(rows, unique):
    rows = rows.annotate(same=unique.function(unique.column))
    repeated = rows.values("same").annotate(times=Count("pk")).filter(times__gt=1, same__isnull=False)
    for same in sorted(repeated.values_list("same", flat=True)):
        names = [_name(*row) for row in rows.filter(same=same).order_by("pk").values_list("pk", unique.column)]
        yield f"{unique.what}: ahora son lo mismo {', '.join(names)}."


def _name(pk, text):
    """Return the text so that it can be told from others that look the same."""
    letters = "" if text.isascii() else f" = {text.encode('ascii', 'backslashreplace').decode()}"
    return f"«{text}»{letters}" if pk == text else f"«{text}»{letters} (Id {pk})"
