"""The log: for which HTTP request a line was written."""

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestFilter(logging.Filter):
    def filter(self, record):
        record.request_id = request_id.get()
        return True


class CauseFilter(logging.Filter):
    """Lets through only lines with an exception: Django repeats the status of each 5xx, which is in the line of its
    request."""

    def filter(self, record):
        return bool(record.exc_info)
