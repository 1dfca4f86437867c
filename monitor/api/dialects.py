"""The two dialects of the API. This is the one place where they differ: how each writes a date, an instant and an
error."""

from datetime import UTC, date, datetime, time

import orjson
from django.http import HttpResponse
from django.utils import timezone

from monitor.errores import DatosInvalidos, ErrorDeDominio, ReglaIncumplida

CACHE = "private, no-cache"  # for answers with data: a cache asks again before it uses them

_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


class Dialect:
    # By type, the function that writes a value from the text that the database has of it, in UTC; `Shape` reads those
    # types as text.
    from_text: dict = {}

    def __init__(self):
        self._writers = {date: self.date, datetime: self.moment, time: self.time}

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


class DirectDialect(Dialect):
    """The dialect of /api: the data as they are. Dates are at noon UTC, so that no client in America or Europe sees
    another day."""

    def __init__(self):
        super().__init__()
        self.from_text = {date: self._date_from_text, datetime: self._moment_from_text}

    def date(self, value: date) -> str:
        return self._date_from_text(value.isoformat())

    def moment(self, value: datetime) -> str:
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"

    @staticmethod
    def _date_from_text(text: str) -> str:
        return f"{text}T12:00:00.000Z"

    @staticmethod
    def _moment_from_text(text: str) -> str:
        """Write the instant from the text of a database in UTC: PostgreSQL writes `2024-03-20 10:30:00.5+00`, and
        SQLite the same without the offset."""
        text = text.removesuffix("+00")
        return f"{text[:10]}T{text[11:19]}.{text[20:23]:0<3}Z"

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
    """Return the dialect of a path that no view answers for."""
    return DIRECT if path == "/api" or path.startswith("/api/") else ENVELOPE
