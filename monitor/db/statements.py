"""A watch over the statements that each thread sends to the database: how many they are, and whether the server
vanished under one."""

import threading
from time import monotonic

from django.db import Error
from django.db.backends.signals import connection_created
from django.dispatch import receiver


class _Statements(threading.local):
    """Statements that end a transaction don't go through a cursor, and aren't counted."""

    sent = 0


statements = _Statements()


@receiver(connection_created)
def _watch(connection, **kwargs):
    """Watch a connection, and not the thread's: a thread may have another after a while."""
    if _run not in connection.execute_wrappers:
        # First: Django takes off the last, for who adds one for a while.
        connection.execute_wrappers.insert(0, _run)


def _run(execute, sql, params, many, context):
    statements.sent += 1
    start = monotonic()
    try:
        return execute(sql, params, many, context)
    except Error as error:
        connection = context["connection"]
        if connection.vendor == "postgresql":
            connection.note_error(error, after=monotonic() - start)
        raise
