"""What is watched of the statements that each thread sends to the database: how many they are, and whether the server
vanished under one."""

import threading
from time import monotonic

from django.db import Error, connection


class _Statements(threading.local):
    """Counts what the thread's own connection runs, from the first look on. Statements that end a transaction don't go
    through a cursor, and aren't counted."""

    def __init__(self):
        self.sent = 0
        # First: Django takes off the last, for who adds one for a while.
        connection.execute_wrappers.insert(0, self._run)

    def _run(self, execute, sql, params, many, context):
        self.sent += 1
        start = monotonic()
        try:
            return execute(sql, params, many, context)
        except Error:
            if connection.vendor == "postgresql":
                connection.note_error(after=monotonic() - start)
            raise


statements = _Statements()
