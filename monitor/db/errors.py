"""The meaning of a database's errors, read from their codes and never from their texts, which are translated."""

from django.db import Error, IntegrityError, InterfaceError, OperationalError

# The connection was lost or refused, the server is starting or stopping, or no connection is left (PostgreSQL's classes
# and codes).
_SIN_SERVIDOR = ("08", "57P01", "57P02", "57P03", "53300")
# A lock that didn't come free within lock_timeout, a statement that passed statement_timeout, and a transaction that
# was undone because it and another waited for each other.
_OCUPADA = ("55P03", "57014", "40P01")
# A standby, or a server or a transaction that is set to be read alone; a full disk, and as much of it as the role may
# take.
_SIN_ESCRITURA = ("25006", "53100", "53400")


def is_duplicate(error: IntegrityError) -> bool:
    """Return whether the error is of a unique constraint or a primary key, and not of a foreign key or a check."""
    causa = error.__cause__
    return getattr(causa, "sqlstate", None) == "23505" or getattr(causa, "sqlite_errorname", None) in (
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
    )


def is_broken_reference(error: IntegrityError) -> bool:
    """Return whether the error is of a foreign key to a row that doesn't exist."""
    causa = error.__cause__
    return getattr(causa, "sqlstate", None) == "23503" or (
        getattr(causa, "sqlite_errorname", None) == "SQLITE_CONSTRAINT_FOREIGNKEY"
    )


def is_busy(error: Error) -> bool:
    """Return whether a lock didn't come free in time, or the statement took too long: trying again later makes
    sense."""
    return _has_code(error, _OCUPADA, ("SQLITE_BUSY", "SQLITE_LOCKED"))


def takes_no_changes(error: Error) -> bool:
    """Return whether the database may be read, but is full or read-only."""
    return _has_code(error, _SIN_ESCRITURA, ("SQLITE_READONLY", "SQLITE_FULL"))


def _has_code(error, postgresql: tuple, sqlite: tuple) -> bool:
    causa = error.__cause__
    codigo, nombre = getattr(causa, "sqlstate", None) or "", getattr(causa, "sqlite_errorname", None) or ""
    return codigo in postgresql or nombre.startswith(sqlite)


def is_unreachable(error: Error) -> bool:
    """Return whether the database couldn't be reached: trying again later makes sense."""
    causa = error.__cause__
    if hasattr(causa, "sqlite_errorname"):
        return causa.sqlite_errorname.startswith("SQLITE_CANTOPEN")
    codigo = getattr(causa, "sqlstate", None)
    if codigo is None:
        # psycopg sets no code when no server gave one: the connection was refused or lost, or timed out.
        return isinstance(error, InterfaceError) or (isinstance(error, OperationalError) and hasattr(causa, "sqlstate"))
    return codigo.startswith(_SIN_SERVIDOR)


UNREACHABLE = "base_no_disponible"
OUTAGES = {
    "base_ocupada": is_busy,
    "base_sin_escritura": takes_no_changes,
    UNREACHABLE: is_unreachable,
}


def outage(error: Error) -> str | None:
    """Return why the database can't serve for now, as a code of docs/contrato.md; None when the error is of another
    kind, and asking again would give it again."""
    return next((codigo for codigo, is_it in OUTAGES.items() if is_it(error)), None)
