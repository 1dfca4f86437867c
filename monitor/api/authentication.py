from rest_framework.authentication import BaseAuthentication

from monitor.api import tokens
from monitor.api.identity import Caller
from monitor.errores import NoAutenticado

SCHEME = "Bearer "
FALTA = "Token requerido"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The user's role and state are read at each request: revoking works at once."""

    def authenticate(self, request):
        token = read_token(request)
        return Caller(token), token


def read_token(request) -> tokens.Token:
    """Raises NoAutenticado without a header, or when its token isn't good; asks nothing of the database."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    token = header.removeprefix(SCHEME).strip()
    if not header.startswith(SCHEME) or not token:
        raise NoAutenticado(FALTA)
    return tokens.verify(token)
