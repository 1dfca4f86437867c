"""Triggers, by which the database itself keeps things true of our tables, whoever writes to them: versions grow, what
is append-only isn't changed or deleted, and the moment of the last writing of what is followed is known.

The triggers are made after each `migrate`, because SQLite makes a table again in order to change it, and drops them.
They are all dropped before: one that names another table would break when that one is made again.
"""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.apps import apps
from django.db import Error, connection, connections, models
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from monitor.db.functions import ClockTime
from monitor.db.versions import Versioned

SOLO_SE_AGREGA = "De {tabla} no se cambia ni se borra nada: sólo se agrega"


class AppendOnly(models.Model):
    """A row that is never changed, and deleted only through a `door`. `follows` names the reference that may change,
    through a door too, when the row that it refers to gets another key."""

    follows: str | None = None

    class Meta:
        abstract = True


class Followed(models.Model):
    """A row of whose last writing the table `actualizacion` keeps the moment, by its `uid`."""

    class Meta:
        abstract = True


# --- The door ---

EVERYTHING = "*"
FOLLOWS = "sigue "  # before the name of a table whose rows may follow others
_open: ContextVar[str] = ContextVar("open", default="")  # SQLite's functions ask it
SETTING = "monitor.puerta"


@contextmanager
def door(model: type[AppendOnly] | None, keys: Iterable | None = None, *, to_follow: bool = False):
    """Let these rows of an append-only table be deleted until the end of the block or, `to_follow`, refer to another
    key (`AppendOnly.follows`), and nothing else. Without a model, let all of them be changed, as old migrations and the
    tests' own cleaning do."""
    opened = EVERYTHING
    if model is not None:
        table = f"{FOLLOWS if to_follow else ''}{model._meta.db_table}"
        opened = ",".join(_row(table, key) for key in keys)
    token = _open.set(opened)
    _tell(opened)
    try:
        yield
    finally:
        _open.reset(token)
        with suppress(Error):  # in a transaction that failed, whose end closes the door
            _tell("")


def _row(table, key) -> str:
    return f"{table}:{key}"


def _tell(opened):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, opened])


def _is_open(table, key) -> bool:
    opened = _open.get()
    return opened == EVERYTHING or _row(table, key) in opened.split(",")


@receiver(connection_created)
def _give_the_door_to_sqlite(connection, **kwargs):
    if connection.vendor == "sqlite":
        connection.connection.create_function("puerta_abierta", 2, _is_open)


# --- Making them ---


def drop(using: str, plan: Sequence = (True,), **kwargs) -> None:
    """Take the triggers away from SQLite, which couldn't take a column away from a table while they are there. It
    answers `pre_migrate`, whose `plan` is empty when nothing will change."""
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if name.endswith(NAMES):
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")


def make_after_migrating(using: str, plan: Sequence | None = None, **kwargs) -> None:
    """Answer `post_migrate`. Emptying a database (`flush`) sends it too, without a plan, and takes no trigger away."""
    if plan is not None:
        make(using)


def make(using: str) -> None:
    """Make the triggers, again if need be, of every table that is as its model is: migrations may have gone back."""
    connection = connections[using]
    drop(using)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTIONS)
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_models():
            statements = _statements(model, connection)
            if statements and model._meta.db_table in tables and _is_whole(model, cursor):
                for statement in statements:
                    cursor.execute(statement)


def _is_whole(model, cursor) -> bool:
    cursor.execute(f"SELECT * FROM {model._meta.db_table} WHERE false")  # Django's introspection parses all the table
    columns = {name for name, *_ in cursor.description}
    return columns >= {field.column for field in model._meta.concrete_fields}


def _statements(model, connection) -> list[str]:
    names = {"tabla": model._meta.db_table, "pk": model._meta.pk.column} | _following(model)
    names["de_las_vistas"] = _of_the_versioned(model)
    templates = [
        template
        for base, by_vendor in TEMPLATES.items()
        if issubclass(model, base)
        for template in by_vendor[connection.vendor]
    ]
    return [template.format(**names, frase=SOLO_SE_AGREGA.format(**names)) for template in templates]


def _following(model) -> dict[str, str]:
    """Return the column that may follow another row, as PostgreSQL's function takes it, and the condition of SQLite's
    trigger that no other changes."""
    if getattr(model, "follows", None) is None:
        return {"al_seguir": FOLLOWS, "sigue": "", "solo_sigue": "false"}
    column = model._meta.get_field(model.follows).column
    others = [field.column for field in model._meta.concrete_fields if field.column != column]
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in others)
    return {"al_seguir": FOLLOWS, "sigue": f"'{column}'", "solo_sigue": same}


def _of_the_versioned(model) -> str:
    """Return which columns of an UPDATE raise the version; nothing when all do."""
    unversioned = getattr(model, "unversioned", ())
    columns = [field.column for field in model._meta.concrete_fields if field.attname not in unversioned]
    return f" OF {', '.join(columns)}" if unversioned else ""


FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION solo_se_agrega() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    abierta text := coalesce(current_setting('{SETTING}', true), '');
BEGIN
    IF abierta = '{EVERYTHING}' THEN -- only for whoever could take the triggers away
        IF NOT pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
            abierta := '';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF abierta = '{EVERYTHING}' OR TG_TABLE_NAME || ':' || OLD.id = ANY (string_to_array(abierta, ',')) THEN
            RETURN OLD;
        END IF;
    ELSIF abierta = '{EVERYTHING}' THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND TG_NARGS = 1 THEN
        IF '{FOLLOWS}' || TG_TABLE_NAME || ':' || OLD.id = ANY (string_to_array(abierta, ','))
            AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'De % no se cambia ni se borra nada: sólo se agrega', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION anotar_actualizacion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM actualizacion WHERE uid = OLD.uid;
    ELSE
        INSERT INTO actualizacion (uid, objeto, momento) VALUES (NEW.uid, TG_TABLE_NAME, clock_timestamp())
        ON CONFLICT (uid) DO UPDATE SET momento = excluded.momento;
    END IF;
    RETURN NULL;
END $$;
"""

# How those of SQLite end.
NAMES = (
    *("_version", "_no_cambia", "_no_se_borra", "_no_se_repone"),
    *("_se_anota_al_insert", "_se_anota_al_update", "_se_anota_al_delete"),
)


def _note(event: str) -> str:
    """Return the SQL of the trigger that keeps the moment of an INSERT or an UPDATE on SQLite."""
    return (
        f"CREATE TRIGGER {{tabla}}_se_anota_al_{event.lower()} AFTER {event} ON {{tabla}} BEGIN"
        " INSERT INTO actualizacion (uid, objeto, momento)"
        f" VALUES (NEW.uid, '{{tabla}}', {ClockTime.SQL['sqlite']})"
        " ON CONFLICT (uid) DO UPDATE SET momento = excluded.momento; END"
    )


TEMPLATES: dict[type[models.Model], dict[str, tuple[str, ...]]] = {
    Versioned: {
        # Afterwards: one that runs before may change any column, and so PostgreSQL would compute every generated column
        # again at each UPDATE.
        "postgresql": (
            "CREATE OR REPLACE FUNCTION {tabla}_subir_version() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN UPDATE {tabla} SET version = NEW.version + 1 WHERE {pk} = NEW.{pk}; RETURN NULL; END'",
            "CREATE OR REPLACE TRIGGER {tabla}_version AFTER UPDATE{de_las_vistas} ON {tabla} FOR EACH ROW"
            " WHEN (NEW.version = OLD.version) EXECUTE FUNCTION {tabla}_subir_version()",
        ),
        "sqlite": (
            "CREATE TRIGGER {tabla}_version AFTER UPDATE{de_las_vistas} ON {tabla} WHEN NEW.version = OLD.version BEGIN"
            " UPDATE {tabla} SET version = OLD.version + 1 WHERE rowid = NEW.rowid; END",
        ),
    },
    AppendOnly: {
        "postgresql": (
            "CREATE OR REPLACE TRIGGER {tabla}_solo_se_agrega BEFORE UPDATE OR DELETE ON {tabla} FOR EACH ROW"
            " EXECUTE FUNCTION solo_se_agrega({sigue})",
            "CREATE OR REPLACE TRIGGER {tabla}_no_se_vacia BEFORE TRUNCATE ON {tabla} FOR EACH STATEMENT"
            " EXECUTE FUNCTION solo_se_agrega()",
        ),
        "sqlite": (
            "CREATE TRIGGER {tabla}_no_cambia BEFORE UPDATE ON {tabla} WHEN NOT (puerta_abierta('{tabla}', '*')"
            " OR puerta_abierta('{al_seguir}{tabla}', OLD.{pk}) AND {solo_sigue})"
            " BEGIN SELECT RAISE(ABORT, '{frase}'); END",
            "CREATE TRIGGER {tabla}_no_se_borra BEFORE DELETE ON {tabla} WHEN NOT puerta_abierta('{tabla}', OLD.{pk})"
            " BEGIN SELECT RAISE(ABORT, '{frase}'); END",
            # REPLACE deletes without telling the trigger above.
            "CREATE TRIGGER {tabla}_no_se_repone BEFORE INSERT ON {tabla}"
            " WHEN EXISTS (SELECT 1 FROM {tabla} WHERE {pk} = NEW.{pk})"
            " BEGIN SELECT RAISE(ABORT, '{frase}'); END",
        ),
    },
    Followed: {
        "postgresql": (
            "CREATE OR REPLACE TRIGGER {tabla}_se_anota AFTER INSERT OR UPDATE OR DELETE ON {tabla} FOR EACH ROW"
            " EXECUTE FUNCTION anotar_actualizacion()",
        ),
        "sqlite": (
            _note("INSERT"),
            _note("UPDATE"),
            "CREATE TRIGGER {tabla}_se_anota_al_delete AFTER DELETE ON {tabla} BEGIN"
            " DELETE FROM actualizacion WHERE uid = OLD.uid; END",
        ),
    },
}
