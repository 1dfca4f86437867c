"""The log: for which HTTP request a line was written, and what a line never holds: what people wrote, and secrets."""

import logging
import re
import traceback
from contextvars import ContextVar
from datetime import datetime

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


class RouteFilter(logging.Filter):
    """Takes out of Django's own lines about an HTTP request what its sender wrote: the path, which may name an
    expediente; all of an address but its host; and the message of what it calls suspicious."""

    def filter(self, record):
        request = getattr(record, "request", None)
        if request is None:
            return True
        if record.exc_info and record.name.startswith("django.security."):
            record.msg, record.args = "Petición rechazada", ()
        record.args = tuple(_without_path(request, arg) for arg in record.args)
        return True


def _without_path(request, arg):
    if not isinstance(arg, str):
        return arg
    return route_of(request) if arg.startswith("/") else re.sub(r"(://[^/\s]*)\S*", r"\1", arg)


def route_of(request) -> str:
    """Return the pattern of the route, which names no expediente, or `-` for the landing page and for a path that no
    route takes: nothing that a client wrote goes to the log."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match and match.route else "-"


class SafeFormatter(logging.Formatter):
    """Writes when, with the offset from UTC; and where an exception came from, its class and its code, but not its
    message: a database quotes the row that it refused, and Python the text that it couldn't read."""

    def formatTime(self, record, datefmt=None):  # noqa: N802  logging's name
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")

    def format(self, record):
        record.exc_text = None  # another formatter's, with the message
        try:
            return super().format(record)
        finally:
            record.exc_text = None

    def formatException(self, ei):  # noqa: N802
        return "".join(_traces(ei[1])).rstrip("\n")


def _traces(error: BaseException):
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _traces(cause)
        yield "\nDe ahí vino:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    module = "" if type(error).__module__ == "builtins" else f"{type(error).__module__}."
    yield f"{module}{type(error).__qualname__}{_code(error)}\n"


def _code(error) -> str:
    """Return what else a database says without quoting a row: its code and the constraint's name."""
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    said = (getattr(error, "sqlstate", None), getattr(error, "sqlite_errorname", None), constraint)
    return "".join(f" {word}" for word in said if word)
