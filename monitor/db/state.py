"""The state of the database, as a process knows it: how long it waits for it, and whether it is there, takes changes
and has the tables of this code."""

import fcntl
import os
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import Error, connection, connections
from django.db.migrations.executor import MigrationExecutor

from monitor.db.errors import UNREACHABLE, outage
from monitor.db.queries import read

MINIMUM_SPACE = 1024 * 1024  # bytes

# What is more than the least `work_mem` goes to a temporary file, for which a full disk has no room: some 300 KiB. A
# standby takes it too. The setting lasts as long as the statement, and the texts are made of what sets it, so that it
# comes first.
TAKES_CHANGES = """
    WITH least AS MATERIALIZED (SELECT set_config('work_mem', '64kB', true) AS memory)
    SELECT current_setting('transaction_read_only') = 'off' AND count(*) > 0
    FROM least, LATERAL unnest(array_fill(memory || repeat('-', 1000), ARRAY[300]))"""


def limit_waits() -> None:
    """Put time limits on the statements of the connections that this process opens from now on: those of HTTP requests,
    which hold a thread while they wait. Migrations and commands wait as long as they must."""
    database = connections.settings["default"]
    if "postgresql" in database["ENGINE"]:
        options = database["OPTIONS"]
        limits = [f"-c {name}={value}" for name, value in settings.LIMITES_DE_UNA_PETICION.items()]
        options["options"] = " ".join([options.get("options", ""), *limits])


def pending_migrations() -> list[str]:
    """Return the migrations that the database lacks, in their order. Raise Django's database errors."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def gather_statistics() -> None:
    """Have SQLite look at what its indexes hold. Without that it takes any index by a state for a good one, and sorts a
    quarter of the table to show a page of it. PostgreSQL looks by itself. When it can't be written now, what SQLite saw
    the last time serves."""
    if connection.vendor == "sqlite":
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@contextmanager
def without_waiting():
    """Let a write fail at once where it would wait for whoever writes something else, which SQLite alone makes it do.
    It comes after another statement of the same connection."""
    if connection.vendor != "sqlite":
        yield
        return
    limit = connection.settings_dict["OPTIONS"].get("timeout", 5)
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {limit * 1000:d}")


def takes_changes() -> bool:
    """Return whether the database takes changes: it isn't a standby, set to be read alone, or a file on a full or
    read-only disk. Raise Django's database errors when it doesn't answer, and when the disk of PostgreSQL is full. One
    statement."""
    if connection.vendor == "postgresql":
        return read(TAKES_CHANGES, ()) == [(True,)]
    read("SELECT 1", ())
    return _can_grow(Path(connection.settings_dict["NAME"]))


def trouble(works: Callable[[], bool] = takes_changes, *, codigo: str = "base_sin_escritura") -> str | None:
    """Return `codigo` when something that asks the database finds that it doesn't work, or why the database is of no
    use for now, as a code of docs/contrato.md; None when all is well."""
    try:
        return None if works() else codigo
    except Error as error:
        connection.close()  # the next HTTP request opens a new connection
        return outage(error) or UNREACHABLE


def _can_grow(file: Path) -> bool:
    disk = os.statvfs(file.parent)
    return (
        os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) and disk.f_bavail * disk.f_frsize > MINIMUM_SPACE
    )


def declare_use() -> bool:
    """Say that this process and its forks use the database's file until the last of them ends, even while they have no
    connection to it. Return False when somebody is putting another file in its place. PostgreSQL knows its sessions.

    The file stays open for ever, because closing it would let go of SQLite's own locks.
    """
    if connection.vendor == "sqlite":
        with suppress(OSError):
            file = os.open(connection.settings_dict["NAME"], os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
    return True
