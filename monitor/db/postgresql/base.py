"""Django's backend for PostgreSQL, which looks at a connection before the first statement of each HTTP request, and
doesn't wait again and again for a server that doesn't answer."""

import select
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from django.db.backends.postgresql import base
from psycopg import errors
from psycopg.pq import TransactionStatus

# In the others the connection is lost, or its transaction takes no more statements.
GOOD = (TransactionStatus.IDLE, TransactionStatus.INTRANS)
# Seconds: connecting takes some milliseconds, being refused even less, and the end of a connection is heard of at once,
# unless the server can't say it any more.
LONG = 1
PAUSE = 1  # seconds in which nobody tries, after somebody has waited in vain


class Way:
    """The way to the server, for all the threads of the process. While it swallows what is sent, each try to connect
    takes the whole `connect_timeout`. Then one thread at a time tries, and the others are told at once that the server
    doesn't answer; so are those who have already waited for a thread meanwhile."""

    def __init__(self):
        self.closed_at = 0.0
        self._swallows = False
        self._turn = Lock()

    def close(self):
        """Have nobody try for a moment."""
        self._swallows = True
        self.closed_at = monotonic()

    @contextmanager
    def trying(self):
        in_turn = self._swallows
        if in_turn and (monotonic() < self.closed_at + PAUSE or not self._turn.acquire(blocking=False)):
            raise errors.ConnectionTimeout("the server doesn't answer")
        start = monotonic()
        try:
            yield
            self._swallows = False
        except errors.Error:
            # At once: if it said first that the server is back, others would try at that moment, and wait in vain.
            if monotonic() - start > LONG:
                self.close()
            else:
                self._swallows = False
            raise
        finally:
            if in_turn:
                self._turn.release()


class DatabaseWrapper(base.DatabaseWrapper):
    way = Way()
    # See `without_savepoints` and `insert_if` in monitor.db.writes.
    makes_savepoints = True
    insert_condition = None

    def savepoint(self):
        return super().savepoint() if self.makes_savepoints else None

    def get_new_connection(self, conn_params):
        with self.way.trying():
            connection = super().get_new_connection(conn_params)
        self._opened_at = monotonic()
        return connection

    def note_error(self, error: Exception, *, after: float):
        """Note that a statement ended in an error after so many seconds. If they are many, and the connection is lost
        without a word of the server, that has vanished, and connecting to it would take as long again."""
        lost = self.connection is None or self.connection.closed
        if after > LONG and lost and getattr(error.__cause__, "sqlstate", None) is None:
            self.way.close()

    def is_usable(self):
        """Return whether the server is still there. Django asks it for that (`CONN_HEALTH_CHECKS`), which takes as long
        as the statement that follows. A server that went away has said so: only when something unasked waits to be read
        is the server asked. One that vanished under another connection has said nothing to this one either."""
        if self.connection is None or self.connection.pgconn.transaction_status not in GOOD:
            return False
        if self._opened_at < self.way.closed_at:
            return False
        return not _has_something_to_read(self.connection.pgconn.socket) or super().is_usable()


def _has_something_to_read(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
