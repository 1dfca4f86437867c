"""What a process knows of its database: how long it waits for it, and whether it takes changes."""

import os
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

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


def takes_changes() -> bool:
    """Return whether the database takes changes: it isn't a standby, set to be read alone, or a file on a full or
    read-only disk. Raise Django's database errors when it doesn't answer, and when the disk of PostgreSQL is full. One
    statement."""
    if connection.vendor == "postgresql":
        return read(TAKES_CHANGES, ()) == [(True,)]
    read("SELECT 1", ())
    return _can_grow(Path(connection.settings_dict["NAME"]))


def _can_grow(file: Path) -> bool:
    disk = os.statvfs(file.parent)
    return (
        os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) and disk.f_bavail * disk.f_frsize > MINIMUM_SPACE
    )
