"""What a process knows of its database: how long it waits for it, and whether it takes changes."""

import os
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

from monitor.db.queries import read

MINIMUM_SPACE = 1024 * 1024  # bytes


def limit_waits() -> None:
    """Put time limits on the statements of the connections that this process opens from now on: those of HTTP requests,
    which hold a thread while they wait. Migrations and commands wait as long as they must."""
    database = connections.settings["default"]
    if "postgresql" in database["ENGINE"]:
        options = database["OPTIONS"]
        limits = [f"-c {name}={value}" for name, value in settings.LIMITES_DE_UNA_PETICION.items()]
        options["options"] = " ".join([options.get("options", ""), *limits])


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
    read-only disk. Raise Django's database errors when it doesn't answer. One statement."""
    if connection.vendor == "postgresql":
        return read("SELECT current_setting('transaction_read_only')", ()) == [("off",)]
    read("SELECT 1", ())
    return _can_grow(Path(connection.settings_dict["NAME"]))


def _can_grow(file: Path) -> bool:
    disk = os.statvfs(file.parent)
    return (
        os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) and disk.f_bavail * disk.f_frsize > MINIMUM_SPACE
    )
