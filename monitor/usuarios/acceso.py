"""The login: the one way in, for the API and the admin, behind the same limits."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password

from monitor.errores import DemasiadosIntentos, NoAutenticado
from monitor.usuarios.models import IntentoDeAcceso, Usuario

DEMASIADOS = "Demasiados intentos fallidos. Espere {minutos} min e intente de nuevo"


def entrar(username: str, password: str, *, direccion: str) -> Usuario:
    """Return the user. Raise DemasiadosIntentos before any hashing, and NoAutenticado when the credentials are
    wrong."""
    espera = IntentoDeAcceso.objects.anotar(username, direccion)
    if espera:
        raise DemasiadosIntentos(DEMASIADOS.format(minutos=-(-espera // 60)), espera=espera)
    usuario = Usuario.objects.filter(username=username, is_active=True).first()
    if usuario is None:
        make_password(password)  # as long as checking a known user's
        raise NoAutenticado(NoAutenticado.CREDENCIALES, codigo="credenciales_invalidas")
    if not usuario.check_password(password):
        raise NoAutenticado(NoAutenticado.CREDENCIALES, codigo="credenciales_invalidas")
    IntentoDeAcceso.objects.olvidar(username, direccion)
    return usuario


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
        return Usuario.objects.filter(pk=user_id, is_active=True).first()
