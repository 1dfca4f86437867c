"""The base of every view of the API: who may, in what order things are checked, and how it answers."""

from typing import NamedTuple
from urllib.parse import quote

from django.utils.functional import cached_property
from django.views.decorators.csrf import csrf_exempt
from rest_framework import viewsets
from rest_framework.request import Request

from monitor.api.authentication import Autenticacion, leer_credencial
from monitor.api.body import JSONParser, leer_objeto
from monitor.api.dialects import DIRECTO, Dialecto, dialecto_de
from monitor.api.errors import MetodoNoPermitido, interno, responder_error
from monitor.api.etag import LecturaCondicional
from monitor.api.identity import Credencial
from monitor.api.permissions import Permisos
from monitor.errores import DatosInvalidos, NoEncontrado

PETICION_INVALIDA = "La petición no es válida; revise el nombre del servidor al que la envía"


class Accion(NamedTuple):
    """`permiso`: a name of roles.PERMISOS. `operacion` completes «Error interno al …».

    `con_identidad`: its statement settles who asks together with what is asked, by the view's `quien`: in a
    `ConsultaConIdentidad`, or as the `por` of a verb.
    `condicional`: what it reads, of the URL's keywords and `quien`; see `CondicionalMiddleware`.
    """

    permiso: str
    operacion: str
    con_identidad: bool = False
    condicional: LecturaCondicional | None = None


class Vista(viewsets.ViewSet):
    """A viewset whose `acciones` say, for each action, who may and what it does.

    Checks go in the contract's order: method, token, role; then the action asks for the body, its fields, and the verb
    of the model for the rest. Errors travel up as exceptions to `handle_exception`.
    """

    acciones: dict[str, Accion] = {}
    dialecto: Dialecto = DIRECTO
    parser_classes = [JSONParser]
    # Neither keeps state of a request, so one of each serves all.
    _autenticadores = [Autenticacion()]
    _permisos = [Permisos()]

    def dispatch(self, request, *args, **kwargs):
        """`as_view` ties each action to the view, and DRF's request is tied to itself: circles that would keep the
        answer, a whole page of a list, until the collector passes."""
        response = super().dispatch(request, *args, **kwargs)
        self.request.parser_context.clear()
        vars(self).clear()
        return response

    def initialize_request(self, request, *args, **kwargs):
        """DRF's request without what negotiates content and parses bodies: here it is JSON, and `cuerpo` reads it."""
        self.action = self.action_map.get(request.method.lower())
        return Request(request, authenticators=self._autenticadores)

    def get_permissions(self):
        return self._permisos

    def initial(self, request, *args, **kwargs):
        if request.method.lower() not in self.action_map:
            raise MetodoNoPermitido(request.method, self.allowed_methods)
        if self._con_identidad:
            self.quien  # noqa: B018  a token without a good signature goes no further
        else:
            self.check_permissions(request)

    @property
    def _con_identidad(self) -> bool:
        accion = self.acciones.get(self.action)
        return bool(accion and accion.con_identidad)

    @cached_property
    def quien(self) -> Credencial:
        return leer_credencial(self.request, self.acciones[self.action].permiso)

    def handle_exception(self, exc):
        accion = self.acciones.get(self.action)
        return responder_error(exc, self.dialecto, accion and accion.operacion)

    def finalize_response(self, request, response, *args, **kwargs):
        """Nothing leaves before it is known who asked: an error neither, nor an empty answer."""
        if self._con_identidad:
            try:
                if not self.quien.comprobada:
                    self.quien.exigir()
            except Exception as error:  # noqa: BLE001  as `dispatch` does
                return self.handle_exception(error)
        return response

    @property
    def allowed_methods(self):
        return sorted(metodo.upper() for metodo in self.action_map)

    def cuerpo(self, *, opcional=False) -> dict:
        return leer_objeto(self.request._request, opcional=opcional)

    def responder(self, datos, status=200, headers=None):
        return self.dialecto.responder(datos, status, headers)


class VistaAbierta(Vista):
    """Anyone may; there is no token to check."""

    _autenticadores = []
    _permisos = []


def ubicacion(prefijo: str, clave) -> dict:
    return {"Location": f"{prefijo}/{quote(str(clave), safe='')}"}


@csrf_exempt
def no_encontrada(request, exception=None):
    """Of the paths that no view answers for."""
    return responder_error(NoEncontrado("La ruta no existe"), dialecto_de(request.path))


def peticion_invalida(request, exception=None):
    """Of what Django refuses before any view: a Host that isn't ours, an impossible path."""
    return responder_error(DatosInvalidos(PETICION_INVALIDA), dialecto_de(request.path))


def error_interno(request):
    """Of what fails outside a view; Django has logged it."""
    return responder_error(interno(500, None), dialecto_de(request.path))
