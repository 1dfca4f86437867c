"""Requests that take effect once, however often they come: those with an Idempotency-Key (docs/adr/0012)."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from contextlib import contextmanager, nullcontext, suppress

import orjson
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from monitor.api.body import digest_of
from monitor.api.errors import HttpError, outage_of
from monitor.api.identity import Caller
from monitor.db.writes import insert_if, without_savepoints
from monitor.errores import DatosInvalidos, ReglaIncumplida
from monitor.repeticiones.models import LARGO_DE_LA_CLAVE, EnCurso, Guardada, RespuestaGuardada

HEADER = "Idempotency-Key"
IN_META = "HTTP_IDEMPOTENCY_KEY"
METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PATTERN = f"^[!-~]{{1,{LARGO_DE_LA_CLAVE}}}$"
REPLAYED = "Idempotent-Replayed"

INVALIDA = f"{HEADER}: escriba de 1 a {LARGO_DE_LA_CLAVE} caracteres ASCII visibles, sin espacios"
USADA = f"La {HEADER} ya se usó en otra petición"
AUN_SE_ATIENDE = f"La petición con esa {HEADER} todavía se atiende; espere un momento y repítala"


class InProgress(HttpError):
    """The first request with the key hasn't been answered yet."""

    def __init__(self):
        super().__init__(409, AUN_SE_ATIENDE, {"Retry-After": "1"}, codigo="idempotencia_en_curso")


class _NotKept(Exception):
    """An answer that isn't kept. What was written for it isn't kept either."""

    def __init__(self, response: HttpResponse):
        self.response = response


class _Again(Exception):
    """The first try failed, because of what was asked, of a savepoint that it didn't have, or of what another request
    with the key did meanwhile. Nothing of it stays."""


def answer_once(
    request: HttpRequest,
    caller: Caller,
    act: Callable[[], HttpResponse],
    digest: Callable = digest_of,
    *,
    opens_with_insert: bool = False,
    beforehand: Callable[[], None] | None = None,
) -> HttpResponse:
    """Return the first answer to a request with an Idempotency-Key: the one that is kept, or else that of `act`, which
    is kept in the transaction of what `act` wrote. Whoever calls this lets no answer out before the caller is
    confirmed. `digest` is that of the request's body (see `body.digest_of`), and `opens_with_insert` says that the
    first statement of `act` is the INSERT of a verb. `beforehand` is what can't be in that transaction, as it takes the
    network: it runs before, when no answer is kept, and may run again after an answer that got lost on the way.

    On PostgreSQL a first try makes no savepoints and may not see an answer that was kept just then. When it fails, a
    second one, which has both, says why. So the first one may take the turn within an INSERT that would say nothing.
    """
    once = _Once(request, caller, act, digest)
    try:
        if beforehand:
            if kept := once.kept_answer():
                return kept
            beforehand()
        if connection.vendor == "postgresql":
            with suppress(_Again):
                return once.answer_with_insert() if opens_with_insert else once.answer(_in_a_hurry())
        return once.answer(nullcontext())
    except _NotKept as refused:
        return refused.response


class _Once:
    def __init__(self, request, caller, act, digest):
        self._fingerprints = _by_each_secret("monitor.repeticiones.huella", digest(request, _head(request)))
        self._key = _key(request)
        self._caller, self._act = caller, act

    def answer(self, hurry) -> HttpResponse:
        with transaction.atomic():
            kept = self._kept()
            if kept:
                return self._replayed(kept)
            with hurry:
                return self._first()

    def kept_answer(self) -> HttpResponse | None:
        with transaction.atomic():
            kept = self._kept()
        return self._replayed(kept) if kept else None

    def answer_with_insert(self) -> HttpResponse:
        """Give the first answer, or none. The INSERT that the action opens with takes the turn as well."""
        turn = RespuestaGuardada.objects.turno_libre(self._caller.token.id, self._key)
        with transaction.atomic(), _in_a_hurry(), insert_if(*turn):
            return self._first()

    def _kept(self) -> Guardada | None:
        """Return the kept answer, or None when this transaction may give the first one. Raise InProgress when another
        one is giving it, and ReglaIncumplida when it is of another request."""
        try:
            kept = RespuestaGuardada.objects.tomar_turno(self._caller.token.id, self._key)
        except EnCurso:
            raise InProgress from None
        if kept and kept.huella not in self._fingerprints:
            raise ReglaIncumplida([USADA], codigo="idempotencia_usada")
        return kept

    def _first(self):
        response = self._act()
        if not 200 <= response.status_code < 300:
            raise _NotKept(response)
        headers, body = dict(response.items()), response.content
        if _is_secret(headers):
            body = self._cipher().encrypt(body)
        kept = Guardada(self._fingerprints[0], response.status_code, orjson.dumps(headers).decode(), body)
        # Reading `pk` confirms the caller, for an action whose statement didn't.
        if not RespuestaGuardada.objects.guardar(self._caller.pk, self._key, kept):
            raise InProgress  # another request gave the first answer just then
        return response

    def _replayed(self, kept: Guardada) -> HttpResponse:
        headers, body = orjson.loads(kept.encabezados), kept.cuerpo
        if _is_secret(headers):
            body = self._cipher().decrypt(body)
        return HttpResponse(body, status=kept.status, headers=headers | {REPLAYED: "true"})

    def _cipher(self) -> MultiFernet:
        """Return what encrypts a secret, so that nobody can read it who has the database alone: SECRET_KEY isn't in
        it."""
        keys = _by_each_secret("monitor.repeticiones", self._key)
        return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])


@contextmanager
def _in_a_hurry():
    try:
        with without_savepoints():
            yield
    except Exception as error:
        if outage_of(error):  # it would only wait once more
            raise
        raise _Again from error


def _by_each_secret(salt: str, value: str | bytes) -> list[bytes]:
    """Return a digest of something by each SECRET_KEY that counts, the newest first. Whoever has the database alone
    can't try passwords against it, as against a plain one."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(salt, value, secret, algorithm="sha256").digest() for secret in secrets]


def _head(request) -> bytes:
    """Return what, with its body, tells a request from others: its method and its path with its query."""
    return f"{request.method}\0{request.path_info}\0{request.META.get('QUERY_STRING', '')}\0".encode()


def _key(request) -> str:
    key = request.META[IN_META]
    if not re.fullmatch(PATTERN, key):
        raise DatosInvalidos(INVALIDA, codigo="idempotencia_invalida")
    return key


def _is_secret(headers: Mapping[str, str]) -> bool:
    return "no-store" in headers.get("Cache-Control", "")
