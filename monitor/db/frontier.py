"""The moment up to which whoever reads a table now can see its rows.

A row gets its moment when it is written (`ClockTime`), and others see it when its transaction ends. One that was
written earlier may be seen later than another: whoever asks for what came after the last that they saw would miss it.
"""

from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

from django.db import OperationalError, connection, models, transaction
from psycopg.errors import LockNotAvailable

from monitor.db.functions import ClockTime

WAIT, PAUSE = 2, 0.005  # seconds
MILLISECOND = timedelta(milliseconds=1)

# A transaction that writes to a table holds this lock on it from before it reads the clock until it ends.
WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE relation = ANY (%s::regclass[]) AND mode = 'RowExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid IS DISTINCT FROM pg_backend_pid()
"""


def visible_until(*written: type[models.Model]) -> datetime:
    """Return a moment such that the statements that follow see all the rows of these tables that are dated before it.
    All that could be seen until now are. It has whole milliseconds, which is what an API tells.

    Raise OperationalError, as for a lock that doesn't come free, when a transaction that is writing doesn't end in
    time.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _after_writers(cursor, [model._meta.db_table for model in written])
        return _in_turn(cursor)


def _after_writers(cursor, tables: list[str]) -> datetime:
    deadline = monotonic() + WAIT
    until = _next_millisecond(cursor)
    pending = _writers(cursor, tables)
    while pending:
        if monotonic() > deadline:
            message = f"una transacción que escribe en {' o en '.join(tables)} no acaba"
            raise OperationalError(message) from LockNotAvailable(message)
        sleep(PAUSE)
        pending &= _writers(cursor, tables)
    return until


def _writers(cursor, tables: list[str]) -> set[str]:
    cursor.execute(WRITERS, [tables])
    return {writer for (writer,) in cursor.fetchall()}


def _in_turn(cursor) -> datetime:
    """Return the moment on SQLite, where who has the turn to write knows that nobody else is writing."""
    cursor.execute("PRAGMA busy_timeout")
    (usual,) = cursor.fetchone()
    cursor.execute(f"PRAGMA busy_timeout = {int(WAIT * 1000)}")  # this is a reader: it isn't worth a long wait
    try:
        with transaction.atomic():
            return _next_millisecond(cursor)
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _next_millisecond(cursor) -> datetime:
    """Wait until the next millisecond begins by the database's clock, and return when it did."""
    until = millisecond_of(_now(cursor)) + MILLISECOND
    while (now := _now(cursor)) < until:
        sleep((until - now).total_seconds())
    return until


def _now(cursor) -> datetime:
    cursor.execute(f"SELECT {ClockTime.SQL[connection.vendor]}")
    (now,) = cursor.fetchone()
    return now if isinstance(now, datetime) else datetime.fromisoformat(now).replace(tzinfo=UTC)


def millisecond_of(moment: datetime) -> datetime:
    """Return when the millisecond of a moment begins: SQLite dates its rows so."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
