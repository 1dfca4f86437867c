"""The log: for which HTTP request a line was written, and what a line never holds: what people wrote, and secrets. It
writes lines for people, or for programs."""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

MISSING = "-"  # what a line has in the place of what there isn't

request_id: ContextVar[str] = ContextVar("request_id", default=MISSING)


class Line(str):
    """The text of a line whose arguments have names, which JSON gives them as keys."""

    names: tuple[str, ...]

    def __new__(cls, text: str, names: tuple[str, ...]):
        line = super().__new__(cls, text)
        line.names = names
        return line


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
    """Return the pattern of the route, which names no expediente, or `-` for a path that no route takes: nothing that a
    client wrote goes to the log."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match and (match.route or request.path_info == "/") else MISSING


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


class JsonFormatter(SafeFormatter):
    """Writes each line as a JSON object. The arguments of a Line are keys of their own; what there isn't is null."""

    def format(self, record):
        moment = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        line = {
            "momento": f"{moment.isoformat(timespec='milliseconds')}Z",
            "nivel": record.levelname,
            "origen": record.name,
            "peticion": record.request_id,
            "mensaje": record.getMessage(),
        }
        if isinstance(record.msg, Line):
            line |= zip(record.msg.names, map(_plain, record.args), strict=True)
        if record.exc_info:
            line["traza"] = self.formatException(record.exc_info)
        return _json({key: None if value == MISSING else value for key, value in line.items()})


def _plain(value):
    return round(value, 3) if isinstance(value, float) else value


def _json(line: dict) -> str:
    try:
        return orjson.dumps(line, default=str).decode()
    except TypeError:  # half of a surrogate pair, which isn't Unicode, or a number beyond 64 bits
        return json.dumps(line, default=str)
