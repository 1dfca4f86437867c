"""ETags: conditional reads, and writes on condition of what the writer saw (docs/adr/0007, docs/adr/0011).

An ETag has two parts: the tag of the row itself (`Versioned.tag`), which a write is compared with, and a digest of the
versions of the other rows that the answer shows. It changes whenever the answer would, and is known without making the
answer.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b

from django.db import Error as DatabaseError
from django.db.models import Case, F, QuerySet, When
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import resolve
from django.utils.http import parse_etags

from monitor.api.authentication import read_token
from monitor.api.dialects import CACHE
from monitor.api.identity import Caller, CallerQuery, only_for_caller
from monitor.api.shapes import Parts, Reader, Shape
from monitor.db.queries import CompiledQuery
from monitor.db.triggers import AppendOnly
from monitor.db.versions import Seen, Versioned
from monitor.errores import ErrorDeDominio

# A 304 says so because it doesn't know how large the object is; and the 200 must say the same.
VARY = {"Vary": "Accept-Encoding"}


class Tags:
    """Makes the ETags of the objects of a shape.

    `columns` gives, in this order, what makes the tag of the row itself, and a version for each other table that the
    object comes from. The rows of an append-only table need none as long as our verbs write them, because those write
    the row that they hang from too; a row that came otherwise has no place in the chain, and counts by its key.
    """

    def __init__(self, shape: Shape, model: type[Versioned]):
        self._model, self._own = model, len(model.tagged_by)
        others = [_version(model, path) for path in shape.one_per_table if "__" in path]
        self.columns = [*model.tagged_by, *others]
        self._unknown = (None,) * (len(others) - len(model.versions_of))
        self._seal = blake2b(shape.fingerprint.encode(), digest_size=8)

    def of_rows(self, rows: list[tuple]) -> str:
        """Return the ETag of an object, given the values of `columns` in each row of its join."""
        own = self._model.tag_of(*rows[0][: self._own])
        return self._join(own, {row[self._own :] for row in rows})

    def of_instance(self, row: Versioned) -> str:
        """Return the ETag of a row that was just written, the one that reading it gives (`Versioned.versions_of`)."""
        versions = tuple(getattr(row, f"version_of_{name}") for name in row.versions_of)
        return self._join(row.tag, [versions + self._unknown])

    def _join(self, tag: str, others: Iterable[tuple]) -> str:
        digest = self._seal.copy()
        digest.update(",".join(sorted(map(repr, others))).encode())
        return f'"{tag}.{digest.hexdigest()}"'


def _version(model, path: str):
    """Return the expression of the version of a row that the object shows, given the path of one of its columns."""
    relation = path.rpartition("__")[0]
    for name in relation.split("__"):
        model = model._meta.get_field(name).related_model
    if issubclass(model, Versioned):
        return F(f"{relation}__version")
    if issubclass(model, AppendOnly):
        return Case(When(**{f"{relation}__eslabon__isnull": True}, then=F(f"{relation}__pk")))
    return F(f"{relation}__pk")


def seen(request) -> Seen | None:
    """Return what the writer of an HTTP request says that they saw, by If-Match or `If-None-Match: *`, or None when
    they don't say. A weak ETag is nothing to compare with."""
    if request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
        return Seen()
    header = request.META.get("HTTP_IF_MATCH")
    if header is None:
        return None
    etags = parse_etags(header)
    tags = [tag_in(etag) for etag in etags if etag.startswith('"')]
    return Seen(tags, anything=etags == ["*"])


def tag_in(etag: str) -> str:
    """Return the part of a strong ETag that is the tag of the row itself."""
    return etag.strip('"').partition(".")[0]


class TaggedReader(Reader):
    """A reader of one object that also gives its ETag."""

    def __init__(
        self,
        shape: Shape,
        make: Callable[..., QuerySet],
        model: type[Versioned],
        query_class: type[CompiledQuery] = CompiledQuery,
    ):
        self.tags = Tags(shape, model)
        super().__init__(shape, make, query_class, extra=self.tags.columns)
        self._start = len(shape.columns)

    def one_with_etag(self, *variant, **values) -> tuple[dict, str] | None:
        rows = self._query.rows(*variant, **values)
        return (self.shape.from_rows(rows), self._etag(rows)) if rows else None

    def _etag(self, rows) -> str:
        return self.tags.of_rows([row[self._start :] for row in rows])


class ConditionalReader(TaggedReader):
    """A reader of one object, together with who calls, that also answers 304 from the versions alone."""

    def __init__(self, shape: Shape, make: Callable[..., QuerySet], model: type[Versioned]):
        def for_caller(*variant) -> QuerySet:
            return only_for_caller(make(*variant))

        super().__init__(shape, for_caller, model, CallerQuery)
        self._versions = CallerQuery(lambda: for_caller().order_by().values_list(*self.tags.columns))

    def not_modified(self, known: str, **values) -> HttpResponse | None:
        """Return a 304 without a body when the object's ETag is one of `known` (an If-None-Match), and None otherwise.
        The statement reads only the versions of the rows."""
        versions = self._versions.rows(**values)
        if not versions:
            return None
        etag = _known_as(self.tags.of_rows(versions), known)
        if etag is None:
            return None
        return HttpResponseNotModified(headers={"Cache-Control": CACHE, "ETag": etag, **VARY})

    def respond(self, view, **values) -> HttpResponse | None:
        """Return a 200 with the object and its ETag, or None when there is no object."""
        found = self.one_with_etag(caller=view.caller, **values)
        if found is None:
            return None
        data, etag = found
        return view.respond(data, headers={"ETag": etag, **VARY})


class ReaderWithParts(ConditionalReader):
    """A reader of one object and of the rows that hang from it, with a statement for each. Whoever writes one of these
    writes the object's version too. An object that was read just before a write may come with what hangs from it after
    it, and with the ETag that the write made stale: whoever has it reads again."""

    def __init__(self, shape: Shape, make: Callable[[], QuerySet], model: type[Versioned], parts: Parts):
        super().__init__(shape, make, model)
        self._parts = parts

    def one_with_etag(self, *variant, **values) -> tuple[dict, str] | None:
        found = super().one_with_etag(*variant, **values)
        if found:
            self._parts.fill([found[0]])
        return found


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
