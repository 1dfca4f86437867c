"""The log: which request a line was written for."""

import logging
from contextvars import ContextVar

peticion: ContextVar[str] = ContextVar("peticion", default="-")


class RequestFilter(logging.Filter):
    def filter(self, record):
        record.peticion = peticion.get()
        return True
