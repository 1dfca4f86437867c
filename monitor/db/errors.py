"""The meaning of a database's errors, read from their codes and never from their texts, which are translated."""

from django.db import Error, IntegrityError, InterfaceError, OperationalError

# The connection was lost or refused, the server is starting or stopping, or no connection is left (PostgreSQL's classes
# and codes).
_SIN_SERVIDOR = ("08", "57P01", "57P02", "57P03", "53300")


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


def is_unreachable(error: Error) -> bool:
    """Return whether the database couldn't be reached, or SQLite's lock didn't come free: trying again later makes
    sense."""
    causa = error.__cause__
    if hasattr(causa, "sqlite_errorname"):
        return causa.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN"))
    codigo = getattr(causa, "sqlstate", None)
    if codigo is None:
        # psycopg sets no code when no server gave one: the connection was refused or lost, or timed out.
        return isinstance(error, InterfaceError) or (isinstance(error, OperationalError) and hasattr(causa, "sqlstate"))
    return codigo.startswith(_SIN_SERVIDOR)
