"""Bearer tokens. No other module knows the library behind them (monitor/api/tests/test_tokens.py is its contract).

A token is a JWT signed with HS256 and JWT_SECRET: `id` (int), `username`, `rol`, `iat`, `exp`, and `v`, the version of
the user's tokens when it was issued. One that a page of the admin asked for has a `Grant` too, and is good for that
alone (`authentication.read_token`). A logout, a new password or disabling the user raises the version, and earlier
tokens stop working. Those that a secret of JWT_SECRET_FALLBACKS signed are good too, and no new ones are signed with
it.
"""

import time
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac
from rest_framework_simplejwt.backends import TokenBackend

from monitor.errores import NoAutenticado

ALGORITHM = "HS256"
GRANT = "monitor_permiso"  # further claims are anybody's, and so it isn't called as theirs may be
INVALIDO = "Token inválido o expirado"
# Further claims are allowed, and `iat` never refuses a token, because clocks are set back. simplejwt's own reading
# would refuse them.
WITHOUT_EFFECT = {f"verify_{claim}": False for claim in ("iat", "aud", "iss", "sub", "jti")}


class Token(NamedTuple):
    id: int
    version: int
    exp: float  # seconds since 1970
    huella: str = ""  # the digest of the key, when it is one of a program's (`keys`)
    grant: "Grant | None" = None  # what alone it is good for, if not for everything


class Grant(NamedTuple):
    """The grant of a token that a page of the admin has: it sends one request, while its session lasts."""

    request: str  # «POST /api/…»
    session: str  # `mark_of` the session


def mark_of(session_key: str) -> str:
    """Return what a token says of a session: nobody can come in with that."""
    return salted_hmac("monitor.api.tokens", session_key, algorithm="sha256").hexdigest()


def issue(usuario, lifetime: timedelta | None = None, grant: Grant | None = None) -> str:
    now, lifetime = int(time.time()), lifetime or settings.JWT_LIFETIME
    return TokenBackend(ALGORITHM, settings.JWT_SECRET).encode(
        {
            "id": usuario.pk,
            "username": usuario.username,
            "rol": usuario.rol,
            "v": usuario.version_token,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        | ({GRANT: grant} if grant else {})
    )


def verify(token: str) -> Token:
    """Return what a token says. Raise NoAutenticado when its signature, its algorithm, its expiry or its claims aren't
    good. The database says who the user is now."""
    read = _read(token, settings.JWT_SECRET, *settings.JWT_SECRET_FALLBACKS)
    if read.exp <= time.time():
        raise NoAutenticado(INVALIDO, codigo="token_invalido")
    return read


@lru_cache(maxsize=1024)
def _read(token: str, *secrets: str) -> Token:
    """Return what a token says that one of the secrets signed. Whether its signature is good never changes, so a good
    token is checked once; bad ones aren't kept."""
    try:
        claims = _decode(token, *secrets)
    except jwt.InvalidTokenError as error:
        raise NoAutenticado(INVALIDO, codigo="token_invalido") from error
    grant = claims.get(GRANT)
    if GRANT in claims and not (isinstance(grant, list) and len(grant) == len(Grant._fields)):
        raise NoAutenticado(INVALIDO, codigo="token_invalido")
    grant = grant and Grant(*map(str, grant))
    read = Token(claims.get("id"), claims.get("v"), claims.get("exp"), grant=grant)
    if any(type(value) is not int for value in read[:3]) or max(abs(read.id), abs(read.version)) >= 2**31:
        raise NoAutenticado(INVALIDO, codigo="token_invalido")
    return read


def _decode(token: str, secret: str, *earlier: str) -> dict:
    try:
        return jwt.decode(token, secret, algorithms=[ALGORITHM], options=WITHOUT_EFFECT)
    except jwt.InvalidSignatureError:
        if not earlier:
            raise
        return _decode(token, *earlier)
