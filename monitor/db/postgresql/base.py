"""Django's backend for PostgreSQL, which looks at a connection before the first statement of each HTTP request."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

# In the others the connection is lost, or its transaction takes no more statements.
GOOD = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class DatabaseWrapper(base.DatabaseWrapper):
    makes_savepoints = True  # see `monitor.db.writes.without_savepoints`

    def savepoint(self):
        return super().savepoint() if self.makes_savepoints else None

    def is_usable(self):
        """Return whether the server is still there. Django asks it for that (`CONN_HEALTH_CHECKS`), which takes as long
        as the statement that follows. A server that went away has said so: only when something unasked waits to be read
        is the server asked."""
        if self.connection is None or self.connection.pgconn.transaction_status not in GOOD:
            return False
        return not _has_something_to_read(self.connection.pgconn.socket) or super().is_usable()


def _has_something_to_read(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
