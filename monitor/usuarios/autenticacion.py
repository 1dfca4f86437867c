from rest_framework.authentication import BaseAuthentication

from monitor.errores import NoAutenticado
from monitor.usuarios import tokens
from monitor.usuarios.models import Usuario

ESQUEMA = "Bearer "
FALTA = "Token requerido"


class Autenticacion(BaseAuthentication):
    """`Authorization: Bearer <token>`. The user's role and state are read at each request: revoking works at once."""

    def authenticate(self, request):
        cabecera = request.META.get("HTTP_AUTHORIZATION", "")
        token = cabecera.removeprefix(ESQUEMA).strip()
        if not cabecera.startswith(ESQUEMA) or not token:
            raise NoAutenticado(FALTA)
        identidad = tokens.verificar(token)
        usuario = Usuario.objects.con_token(identidad.id, identidad.version)
        if usuario is None:
            raise NoAutenticado(tokens.INVALIDO)
        return usuario, token
