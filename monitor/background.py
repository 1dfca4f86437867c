"""A process in the background, such as those of the mail and of the cloud: it does, again and again, what the database
says there is to do. `monitor.management.worker` has the command that runs one."""

import logging
import threading
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import connection

from monitor.db.errors import outage

PAUSE = 1  # seconds between looks at whether there is something to do
LONGEST_PAUSE = 60  # seconds between tries while what the work needs doesn't answer

log = logging.getLogger(__name__)


class Worker:
    """A subclass says what is done (`_work`)."""

    def __init__(self):
        self._stopping = threading.Event()

    def stop(self, *_) -> None:
        """Stop after what is being done. It also serves as a signal handler."""
        self._stopping.set()

    def run(self, going_on: Callable[[], bool] = lambda: True) -> None:
        pause = PAUSE
        while not self._stopping.is_set() and going_on():
            pause = PAUSE if self.work() else min(pause * 2, LONGEST_PAUSE)
            self._stopping.wait(pause)

    def work(self) -> bool:
        """Do all that there is to do. Return False when what it needs didn't answer; the log says what."""
        try:
            return self._work()
        except DatabaseError as error:
            connection.close()
            if not outage(error):
                raise
            log.warning("La base de datos no responde: %s", error)
            return False

    def _work(self) -> bool:
        """Do all that there is to do, as `work`; the database's errors may come out of it."""
        raise NotImplementedError
