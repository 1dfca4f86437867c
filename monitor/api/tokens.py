"""Bearer tokens. No other module knows the library behind them (monitor/api/tests/test_tokens.py is its contract).

A token is a JWT signed with HS256 and JWT_SECRET: `id` (int), `username`, `rol`, `iat`, `exp`, and `v`, the version of
the user's tokens when it was issued. A logout, a new password or disabling the user raises the version, and earlier
tokens stop working. Those that a secret of JWT_SECRET_FALLBACKS signed are good too, and no new ones are signed with
it.
"""

import time
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend

from monitor.errores import NoAutenticado

ALGORITHM = "HS256"
INVALIDO = "Token inválido o expirado"
# Further claims are allowed, and `iat` never refuses a token, because clocks are set back. simplejwt's own reading
# would refuse them.
WITHOUT_EFFECT = {f"verify_{claim}": False for claim in ("iat", "aud", "iss", "sub", "jti")}


class Token(NamedTuple):
    id: int
    version: int
    exp: float  # seconds since 1970
    huella: str = ""  # the digest of the key, when it is one of a program's (`keys`)


def issue(usuario, lifetime: timedelta | None = None) -> str:
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
    read = Token(claims.get("id"), claims.get("v"), claims.get("exp"))
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
