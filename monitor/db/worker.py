"""A process that does, again and again, what the database says there is to do."""

import logging
import threading
from collections.abc import Callable

from django.db import Error as ErrorDeBase
from django.db import connection

from monitor.db.errors import outage

DESCANSO = 1  # seconds between looks at whether there is something to do
DESCANSO_MAXIMO = 60  # seconds between tries while what the work needs doesn't answer

log = logging.getLogger(__name__)


class Worker:
    """A subclass says what is done (`_atender`)."""

    def __init__(self):
        self._fin = threading.Event()

    def terminar(self, *_) -> None:
        """Stop after what is being done. It also serves as a signal handler."""
        self._fin.set()

    def trabajar(self, mientras: Callable[[], bool] = lambda: True) -> None:
        descanso = DESCANSO
        while not self._fin.is_set() and mientras():
            descanso = DESCANSO if self.atender() else min(descanso * 2, DESCANSO_MAXIMO)
            self._fin.wait(descanso)

    def atender(self) -> bool:
        """Do all that there is to do. Return False when what it needs didn't answer; the log says what."""
        try:
            return self._atender()
        except ErrorDeBase as error:
            connection.close()
            if not outage(error):
                raise
            log.warning("La base de datos no responde: %s", error)
            return False

    def _atender(self) -> bool:
        """Do all that there is to do, as `atender`; the database's errors may come out of it."""
        raise NotImplementedError
