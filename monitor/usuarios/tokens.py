"""Bearer tokens: the only module that knows the library behind them (its contract is tests/test_tokens.py).

A token is a JWT signed with HS256 and JWT_SECRET: `id` (int), `username`, `rol`, `iat`, `exp`, and `v`, the version
of the user's tokens when it was issued: a logout or a new password moves the version on, and earlier tokens stop.
"""

import time
from typing import NamedTuple

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from monitor.errores import NoAutenticado

INVALIDO = "Token inválido o expirado"


class Identidad(NamedTuple):
    id: int
    version: int


def emitir(usuario) -> str:
    ahora = int(time.time())
    return _firma().encode(
        {
            "id": usuario.pk,
            "username": usuario.username,
            "rol": usuario.rol,
            "v": usuario.version_token,
            "iat": ahora,
            "exp": ahora + int(settings.JWT_VIGENCIA.total_seconds()),
        }
    )


def verificar(token: str) -> Identidad:
    """Signature, algorithm, expiry and claims; who the user is now is the database's to say. Raises NoAutenticado."""
    try:
        datos = _firma().decode(token)
    except TokenBackendError as error:
        raise NoAutenticado(INVALIDO) from error
    identidad = Identidad(datos.get("id"), datos.get("v"))
    if "exp" not in datos or any(type(valor) is not int or abs(valor) >= 2**31 for valor in identidad):
        raise NoAutenticado(INVALIDO)
    return identidad


def _firma() -> TokenBackend:
    return TokenBackend("HS256", settings.JWT_SECRET)
