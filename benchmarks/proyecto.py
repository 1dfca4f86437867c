"""The parts of the project that the benchmark asks for; `manage.py shell` runs this module."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from expedientes.views import ExpedienteViewSet
from monitor.api import tokens
from monitor.usuarios.models import Usuario
from monitor.usuarios.sesiones import SessionStore

__all__ = ["ExpedienteViewSet", "Usuario", "abrir_sesion", "tokens"]


def abrir_sesion(usuario) -> str:
    """Return the key of a session such as the login form would leave it."""
    sesion = SessionStore()
    sesion[SESSION_KEY] = str(usuario.pk)
    sesion[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    sesion[HASH_SESSION_KEY] = usuario.get_session_auth_hash()
    sesion.save()
    return sesion.session_key
