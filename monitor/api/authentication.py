from importlib import import_module

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from rest_framework.authentication import BaseAuthentication

from monitor.api import keys, tokens
from monitor.api.identity import Caller
from monitor.errores import NoAutenticado
from monitor.secretos import PREFIJO
from monitor.textos import composed

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore
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
    if token.startswith(PREFIJO):
        return keys.verify(token)
    read = tokens.verify(token)
    if read.grant and not _is_allowed(request, read):
        raise NoAutenticado(tokens.INVALIDO, codigo="token_invalido")
    return read


def _is_allowed(request, token: tokens.Token) -> bool:
    """Return whether a token with a `Grant` is for this request, which comes from its session, and this still is."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if token.grant != (f"{request.method} {composed(request.path_info)}", tokens.mark_of(key)):
        return False
    return SessionStore(key).get(SESSION_KEY) == str(token.id)


def bearer(request) -> str:
    """Return what the header has after its scheme. Raise NoAutenticado when there is no such header."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    token = header.removeprefix(SCHEME).strip()
    if not header.startswith(SCHEME) or not token:
        raise NoAutenticado(FALTA, codigo="token_requerido")
    return token
