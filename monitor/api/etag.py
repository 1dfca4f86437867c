"""Conditional reads. The ETag changes whenever the answer would, and is known without making the answer
(docs/adr/0007)."""

from collections.abc import Callable
from hashlib import blake2b

from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import resolve
from django.utils.http import parse_etags

from monitor.api.authentication import read_token
from monitor.api.dialects import CACHE
from monitor.api.identity import Caller, CallerQuery, only_for_caller
from monitor.api.shapes import Reader, Shape
from monitor.db.functions import Version
from monitor.errores import ErrorDeDominio

# A 304 says so because it doesn't know how large the object is; and the 200 must say the same.
VARY = {"Vary": "Accept-Encoding"}


class ConditionalReader(Reader):
    """A reader of one object, together with who calls. The ETag is a digest of the shape and of the versions of all the
    rows that the object comes from. SQLite's rows have no version, so there it is a digest of their values."""

    def __init__(self, shape: Shape, make: Callable[[], QuerySet]):
        versions = [Version(path) for path in shape.one_per_table] if connection.vendor == "postgresql" else []

        def for_caller() -> QuerySet:
            return only_for_caller(make())

        super().__init__(shape, for_caller, CallerQuery, extra=versions)
        self._start = len(shape.columns) if versions else 0
        of_version = versions or shape.columns
        self._versions = CallerQuery(lambda: for_caller().order_by().values_list(*of_version))
        self._seal = blake2b(shape.fingerprint.encode(), digest_size=16)

    def not_modified(self, known: str, **values) -> HttpResponse | None:
        """Return a 304 without a body when the object's ETag is one of `known` (an If-None-Match), and None otherwise.
        On PostgreSQL the statement reads only the versions of the rows."""
        versions = self._versions.rows(**values)
        if not versions:
            return None
        etag = _known_as(self._etag(versions), known)
        if etag is None:
            return None
        return HttpResponseNotModified(headers={"Cache-Control": CACHE, "ETag": etag, **VARY})

    def respond(self, view, **values) -> HttpResponse | None:
        """Return a 200 with the object and its ETag, or None when there is no object."""
        rows = self._query.rows(caller=view.caller, **values)
        if not rows:
            return None
        etag = self._etag([row[self._start :] for row in rows])
        return view.respond(self.shape.from_rows(rows), headers={"ETag": etag, **VARY})

    def _etag(self, versions: list[tuple]) -> str:
        digest = self._seal.copy()
        digest.update("\0".join(sorted(map(repr, versions))).encode())
        return f'"{digest.hexdigest()}"'


def for_gzip(etag: str) -> str:
    """Return the ETag of the same answer compressed. A strong ETag stands for its bytes, so each encoding has one."""
    return f'{etag[:-1]}-gzip"'


def _known_as(etag: str, known: str) -> str | None:
    """Return the ETag by which an If-None-Match knows the answer with this ETag, or the same answer compressed, and
    None when it doesn't. They are compared weakly, as RFC 9110 asks."""
    for one in parse_etags(known):
        if one == "*":
            return etag
        if one.removeprefix("W/") in (etag, for_gzip(etag)):
            return one.removeprefix("W/")
    return None


class ConditionalMiddleware:
    """Answers 304 before the layers that would make the answer again, for views whose `Action` is `conditional`. In any
    other case the view answers, with an error too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        known = request.method in ("GET", "HEAD") and request.META.get("HTTP_IF_NONE_MATCH")
        return (known and self._not_modified(request, known)) or self.get_response(request)

    def _not_modified(self, request, known: str) -> HttpResponse | None:
        route = resolve(request.path_info)
        action = _action_of(route.func)
        if action is None or action.conditional is None:
            return None
        try:
            caller = request.caller = Caller(read_token(request), action.permiso)
            request.resolver_match = route  # the log reads it
            response = action.conditional.not_modified(known, caller=caller, **route.kwargs)
        except (ErrorDeDominio, DatabaseError):
            return None
        if response:
            caller.note_use()
        return response


def _action_of(view):
    """Return the row of `acciones` that a viewset's function uses for GET; None for any other view."""
    name = getattr(view, "actions", {}).get("get")
    return name and view.cls.acciones.get(name)
