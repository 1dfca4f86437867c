from rest_framework.authentication import BaseAuthentication

from monitor.api import keys, tokens
from monitor.api.identity import Caller
from monitor.errores import NoAutenticado
from monitor.secretos import PREFIJO

SCHEME = "Bearer "
FALTA = "Token requerido"


class TokenAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer <token>`, of a person or of a program. Each HTTP request reads the user's role and
    state again, so that revoking a token works at once."""

    def authenticate(self, request):
        token = read_token(request)
        return Caller(token), token


def read_token(request) -> tokens.Token:
    """Return the token of the header. Only a key that this process doesn't know asks the database. Raise NoAutenticado
    when there is no header, or its token isn't good."""
    token = bearer(request)
    return keys.verify(token) if token.startswith(PREFIJO) else tokens.verify(token)


def bearer(request) -> str:
    """Return what the header has after its scheme. Raise NoAutenticado when there is no such header."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    token = header.removeprefix(SCHEME).strip()
    if not header.startswith(SCHEME) or not token:
        raise NoAutenticado(FALTA, codigo="token_requerido")
    return token
