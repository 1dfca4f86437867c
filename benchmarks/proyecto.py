"""The parts of the project that the benchmark asks for; `manage.py shell` runs this module."""

import json
from io import StringIO

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command

from expedientes.views import ExpedienteViewSet
from monitor.api import tokens
from monitor.usuarios.models import Usuario
from monitor.usuarios.sesiones import SessionStore


def hacer_tablas() -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_catalogos", "--con-ejemplos", verbosity=0, stdout=StringIO())


def llaves(posicion) -> str:
    """Return a token and a session of who asks, and the cursor that stands at a place of the list."""
    bench = Usuario.objects.get(username="bench")
    cursor = ExpedienteViewSet.sin_filtrar["lista"].write_cursor(posicion)
    return json.dumps({"token": tokens.issue(bench), "sesion": abrir_sesion(bench), "cursor": cursor})


def abrir_sesion(usuario) -> str:
    """Return the key of a session such as the login form would leave it."""
    sesion = SessionStore()
    sesion[SESSION_KEY] = str(usuario.pk)
    sesion[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    sesion[HASH_SESSION_KEY] = usuario.get_session_auth_hash()
    sesion.save()
    return sesion.session_key
