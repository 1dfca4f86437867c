"""The log: for which HTTP request a line was written, and lines for programs."""

import json
import logging
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


class JsonFormatter(logging.Formatter):
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
