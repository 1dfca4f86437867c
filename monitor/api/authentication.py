from rest_framework.authentication import BaseAuthentication

from monitor.api import tokens
from monitor.api.identity import Credencial, usuario_de_token
from monitor.errores import NoAutenticado

ESQUEMA = "Bearer "
FALTA = "Token requerido"


class Autenticacion(BaseAuthentication):
    """`Authorization: Bearer <token>`. The user's role and state are read at each request: revoking works at once."""

    def authenticate(self, request):
        token = leer_token(request)
        return usuario_de_token(token.id, token.version), token


def leer_token(request) -> tokens.Token:
    """Raises NoAutenticado without a header, or when its token isn't good; asks nothing of the database."""
    cabecera = request.META.get("HTTP_AUTHORIZATION", "")
    token = cabecera.removeprefix(ESQUEMA).strip()
    if not cabecera.startswith(ESQUEMA) or not token:
        raise NoAutenticado(FALTA)
    return tokens.verificar(token)


def leer_credencial(request, permiso: str) -> Credencial:
    """Raises NoAutenticado as `leer_token` does."""
    token = leer_token(request)
    return Credencial(token.id, token.version, permiso)
