"""What a process knows of its database: how long it waits for it, and whether it takes changes."""

import fcntl
import os
from contextlib import suppress
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
