from rest_framework.authentication import BaseAuthentication

from monitor.api import tokens
from monitor.api.identity import Caller
from monitor.errores import NoAutenticado

SCHEME = "Bearer "
FALTA = "Token requerido"


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <token>`. Each HTTP request reads the user's role and state again, so that revoking
    a token works at once."""

    def authenticate(self, request):
        token = read_token(request)
        return Caller(token), token


def read_token(request) -> tokens.Token:
    """Return the token of the header, without asking the database. Raise NoAutenticado when there is no header, or its
    token isn't good."""
    return tokens.verify(bearer(request))


def bearer(request) -> str:
    """Return what the header has after its scheme. Raise NoAutenticado when there is no such header."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    token = header.removeprefix(SCHEME).strip()
    if not header.startswith(SCHEME) or not token:
        raise NoAutenticado(FALTA, codigo="token_requerido")
    return token
