"""The bases of every view of the API: who may call it, in what order things are checked, and how it answers."""

import sys
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from django.views.decorators.csrf import csrf_exempt
from rest_framework import viewsets
from rest_framework.request import Request

from monitor.api import uploads
from monitor.api.body import digest_of, read_object, refuse_large
from monitor.api.dialects import DIRECT, ENVELOPE, Dialect, dialect_of
from monitor.api.errors import ERROR_CODE, UNREACHABLE, MethodNotAllowed, error_response, internal, outage_of
from monitor.api.etag import ConditionalReader, seen
from monitor.api.idempotency import IN_META, METHODS, answer_once
from monitor.api.identity import Caller
from monitor.api.params import NO_PARAMS, QueryParams
from monitor.api.permissions import ActionPermission
from monitor.db.versions import Seen
from monitor.errores import DatosInvalidos, NoEncontrado, SinPermiso

PETICION_INVALIDA = "La petición no es válida; revise el nombre del servidor al que la envía"
SOLO_HTTPS = "Monitor sólo atiende por HTTPS; repita la petición con https:// al principio de la dirección"

TABLE = ActionPermission()

# The attributes that DRF gives its views and these don't use, with what is used instead.
WITHOUT_EFFECT = {
    "serializer_class": "el serializer que la acción nombra",
    "queryset": "la lectura (`Reader`) o el verbo que la acción nombra",
    "lookup_field": "el nombre que la ruta da a la clave",
    "lookup_url_kwarg": "el nombre que la ruta da a la clave",
    **dict.fromkeys(
        ("filter_backends", "filterset_class", "filterset_fields", "search_fields", "ordering_fields", "ordering"),
        "los parámetros (`QueryParams`) que la acción nombra",
    ),
    "pagination_class": "`CursorList` o `PageList`",
    "parser_classes": "`self.body()`, que sólo lee JSON",
    "renderer_classes": "el dialecto (`dialect`), que escribe JSON",
    "content_negotiation_class": "el dialecto (`dialect`), que escribe JSON",
    "versioning_class": "la ruta: no hay versiones",
    "metadata_class": "`openapi.py`: OPTIONS es un 405",
}


class Action(NamedTuple):
    """A row of `acciones`. `permiso` is a name of `roles.PERMISOS`, or empty for an open route. `operacion` completes
    «Error interno al …».

    `params` are the query parameters that it takes; any other is refused, and the view's `query` has the values that
    were given. With `identity_in_statement`, the action's statement settles who calls together with what is asked, in a
    `CallerQuery` or as the `por` of a verb. `conditional` reads the action's object, given the keywords of the URL and
    the caller (see `ConditionalMiddleware`). With `opens_with_insert`, the first statement is the INSERT of a verb (see
    `answer_once`).
    """

    permiso: str
    operacion: str
    params: QueryParams = NO_PARAMS
    identity_in_statement: bool = False
    conditional: ConditionalReader | None = None
    takes_file: bool = False
    opens_with_insert: bool = False


class ApiViewSet(viewsets.ViewSet):
    """A viewset whose `acciones` say, for each action, who may call it and what it does.

    The order of the checks is the contract's: method, token, role, size. Then the action asks for the body and its
    fields, and the verb of the model checks the rest. Errors rise as exceptions to `handle_exception`. Authentication
    and throttle classes work as in any view of DRF, and permission classes besides the table, which none takes away; an
    attribute that wouldn't work is refused when the class is made.
    """

    acciones: dict[str, Action] = {}
    dialect: Dialect = DIRECT
    takes_key = True  # every action that isn't safe takes an Idempotency-Key
    caller: Caller | None = None
    query: Mapping[str, Any] = MappingProxyType({})

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # What DRF's own view has is its default; a mixin may come before it in the order, or after.
        said = {name for part in cls.__mro__ if part not in ApiViewSet.__mro__ for name in vars(part)}
        for name in sorted(WITHOUT_EFFECT.keys() & said):
            raise ImproperlyConfigured(f"{cls.__name__}.{name} no tendría efecto; use {WITHOUT_EFFECT[name]}.")

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        # `as_view` ties each action to the view: a reference cycle that would keep the answer, a whole page of a list,
        # until the garbage collector runs.
        del self.response
        return response

    def initialize_request(self, request, *args, **kwargs):
        """Return DRF's request without what negotiates content and parses bodies: `body` reads the JSON."""
        self.action = self.action_map.get(request.method.lower())
        return Request(request, authenticators=self.get_authenticators())

    def initial(self, request, *args, **kwargs):
        if request.method.lower() not in self.action_map:
            raise MethodNotAllowed(request.method, self.allowed_methods)
        self.perform_authentication(request)
        self.caller = request._request.caller = request._request.user
        TABLE.has_permission(request, self)
        self.check_permissions(request)
        self.check_throttles(request)
        if "CONTENT_LENGTH" in request.META and not self.acciones[self.action].takes_file:
            refuse_large(request._request)
        if request.META["QUERY_STRING"]:
            self.query = self.acciones[self.action].params.read(request.GET)
        if IN_META in request.META and request.method in METHODS and self.takes_key:
            # `dispatch` calls what stands here for the method.
            method = request.method.lower()
            setattr(self, method, partial(self._once, getattr(self, method)))

    def _once(self, act, request, *args, beforehand=None, **kwargs):
        action = self.acciones[self.action]
        return answer_once(
            request._request,
            self.caller,
            lambda: act(request, *args, **kwargs),
            uploads.digest_of if action.takes_file else digest_of,
            opens_with_insert=action.opens_with_insert,
            beforehand=beforehand,
        )

    def handle_exception(self, exc):
        action = self.acciones.get(self.action)
        return error_response(exc, self.dialect, action and action.operacion, request=self.request._request)

    def finalize_response(self, request, response, *args, **kwargs):
        """Confirm who calls before anything leaves, also before an error or an empty answer. A database that can't be
        reached isn't asked twice."""
        try:
            if isinstance(self.caller, Caller) and not _is_unreachable(response):
                self.caller.confirm()
                self.caller.note_use()
        except Exception as error:  # noqa: BLE001  it catches all, as `dispatch` does
            return self.handle_exception(error)
        return response

    @property
    def allowed_methods(self):
        return sorted(method.upper() for method in self.action_map)

    def body(self, *, optional=False) -> dict:
        return read_object(self.request._request, optional=optional)

    @property
    def seen(self) -> Seen | None:
        return seen(self.request)

    def respond(self, data, status=200, headers=None):
        return self.dialect.respond(data, status, headers)


def _is_unreachable(response) -> bool:
    return response.status_code == 503 and response.headers.get(ERROR_CODE) == UNREACHABLE


class OpenViewSet(ApiViewSet):
    """A viewset that anyone may call; there is no token to check."""

    authentication_classes = ()
    takes_key = False  # a key is one user's


class EnvelopeViewSet(ApiViewSet):
    dialect = ENVELOPE

    def success(self, message: str, data, status=200, headers=None):
        return self.respond(self.dialect.success(message, data), status, headers)


def location(prefix: str, key) -> dict:
    return {"Location": f"{prefix}/{quote(str(key), safe='')}"}


@csrf_exempt
def not_found(request, exception=None):
    """Answer 404 for the paths that no view answers for."""
    return error_response(NoEncontrado("La ruta no existe", codigo="ruta_desconocida"), dialect_of(request.path))


def bad_request(request, exception=None):
    """Answer 400 for what Django refuses before any view: a Host that isn't ours, an impossible path."""
    return error_response(DatosInvalidos(PETICION_INVALIDA, codigo="peticion_invalida"), dialect_of(request.path))


def https_required(request):
    """Answer 403 for what came over plain HTTP and may only come over HTTPS."""
    return error_response(SinPermiso(SOLO_HTTPS, codigo="solo_https"), dialect_of(request.path))


def server_error(request):
    """Answer 500 for what fails outside a view, or 503 when it was the database; Django has logged it."""
    code = outage_of(sys.exception())
    return error_response(internal(503 if code else 500, None, code), dialect_of(request.path))
