"""The two dialects of the API. This is the one place where they differ: how each writes a date, an instant and an
error."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import orjson
from django.db import models
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from monitor.errores import DatosInvalidos, ErrorDeDominio, ReglaIncumplida
from monitor.textos import exact

NO_STORE = {"Cache-Control": "no-store"}  # for answers that hold only now, and secrets
CACHE = "private, no-cache"  # for answers with data: a cache asks again before it uses them

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


class Dialect:
    # By type, the SQL function with which the database itself writes a value: `Shape` reads those types as they leave.
    in_database: dict[type, type[models.Func]] = {}

    def __init__(self):
        self._writers = {date: self.date, datetime: self.moment, time: self.time, Decimal: exact}

    def json(self, data) -> bytes:
        return orjson.dumps(data, self._value, _OPTIONS)

    def _value(self, value):
        return self._writers[type(value)](value)

    def time(self, value: time) -> str:
        return value.isoformat("seconds")

    def respond(self, data, status=200, headers=None) -> HttpResponse:
        body = self.json(data)
        headers = {"Cache-Control": CACHE, "Content-Length": str(len(body))} | (headers or {})
        return HttpResponse(body, content_type="application/json", status=status, headers=headers)


class Noon(models.Func):
    """A date column as `DirectDialect.date` writes it."""

    arity = 1
    output_field = models.TextField()
    template = "%(expressions)s || 'T12:00:00.000Z'"


class Moment(models.Func):
    """A column of instants as `DirectDialect.moment` writes it: both databases keep them, and answer, in UTC."""

    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(
            compiler, connection, template="""to_char(%(expressions)s, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
        )

    def as_sqlite(self, compiler, connection, **extra):
        """Cut the text that Django wrote, which has six decimals or none: strftime() would round them."""
        column, params = compiler.compile(self.source_expressions[0])
        parts = f"substr({column}, 1, 10) || 'T' || substr({column}, 12, 8) || substr({column} || '.000', 20, 4) || 'Z'"
        return parts, (*params, *params, *params)


class DirectDialect(Dialect):
    """The dialect of /api: the data as they are. Dates are at noon UTC, so that no client in America or Europe sees
    another day."""

    in_database = {date: Noon, datetime: Moment}

    def date(self, value: date) -> str:
        return f"{value.isoformat()}T12:00:00.000Z"

    def moment(self, value: datetime) -> str:
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"

    def time(self, value: time) -> str:
        """Return what a clock showed, in no zone, as clients of the previous system know it."""
        return f"1970-01-01T{value.isoformat('seconds')}.000Z"

    def error(self, error: ErrorDeDominio) -> dict:
        body = {"error": error.mensaje}
        if isinstance(error, DatosInvalidos) and error.campos:
            body["campos"] = error.campos
        return body


class EnvelopeDialect(Dialect):
    """The dialect of solicitudes and catalogues: an envelope around the data, and local times without offset."""

    def date(self, value: date) -> str:
        return value.isoformat()

    def moment(self, value: datetime) -> str:
        return value.astimezone(timezone.get_default_timezone()).replace(tzinfo=None).isoformat(timespec="seconds")

    def success(self, message: str, data) -> dict:
        return {"success": True, "message": message, "data": data}

    def error(self, error: ErrorDeDominio) -> dict:
        return {"success": False, "message": error.mensaje, "detail": self._detail(error)}

    def _detail(self, error):
        if isinstance(error, DatosInvalidos):
            return [sentence for sentences in error.campos.values() for sentence in sentences] or [error.mensaje]
        if isinstance(error, ReglaIncumplida):
            return error.reglas
        return None


DIRECT = DirectDialect()
ENVELOPE = EnvelopeDialect()


def dialect_of(path: str) -> Dialect:
    """Return the dialect of a path that its view doesn't get to answer for: the view's or, when there is none, that of
    the paths beside it."""
    try:
        return resolve(path.rstrip("/") or "/").func.cls.dialect
    except (Resolver404, AttributeError):  # it isn't even a path, or what answers there isn't a view of ours
        return DIRECT if path == "/api" or path.startswith(("/api/", "/evidencias/")) else ENVELOPE
