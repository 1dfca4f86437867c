"""The login: the one way in, for the API and the admin, behind the same limits."""

import logging

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from monitor.db.writes import read
from monitor.errores import DemasiadosIntentos, NoAutenticado
from monitor.metrics import note_refused_login
from monitor.usuarios.intentos import DireccionConocida, IntentoDeAcceso
from monitor.usuarios.models import Usuario

log = logging.getLogger(__name__)


def entrar(username: str, password: str, *, direccion: str) -> Usuario:
    """Return the user. Raise DemasiadosIntentos before any hashing, and NoAutenticado when the credentials are wrong.
    A login leaves a line in the log, however it ends."""
    try:
        intento = IntentoDeAcceso.objects.anotar(username, direccion)
        usuario = _comprobar(intento, username, password)
    except (DemasiadosIntentos, NoAutenticado) as error:
        # repr() leaves no control character of a name that anybody may have written.
        note_refused_login(error.codigo)
        log.warning("Acceso fallido de %.100r desde %s: %s", username, direccion, error.codigo)
        raise
    log.info("Entró usuario=%s desde %s", usuario.pk, direccion)
    IntentoDeAcceso.objects.acierto(intento)
    DireccionConocida.objects.anotar(usuario, direccion)
    return usuario


def _comprobar(intento, username, password) -> Usuario:
    usuario = Usuario.objects.personas().filter(username=username, is_active=True).first()
    if usuario is None:
        make_password(password)  # as long as checking a known user's
    elif usuario.check_password(password):
        return usuario
    IntentoDeAcceso.objects.fallo(intento)
    raise NoAutenticado(NoAutenticado.CREDENCIALES, codigo="credenciales_invalidas")


class Backend(BaseBackend):
    """Django's way in, through `entrar`: the admin's login form and the sessions that it opens."""

    def authenticate(self, request, username=None, password=None):
        if request is None or not username or not password:
            return None
        try:
            return entrar(username, password, direccion=request.META["REMOTE_ADDR"])
        except NoAutenticado:
            return None

    def get_user(self, user_id):
        usuario = read(Usuario, user_id)  # with one small statement, because every page of the admin asks
        return usuario if usuario and usuario.is_active and not usuario.es_llave else None
