"""The promises of DRF and Django about a view: each is true of ours, or is refused when the class is made."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import got_request_exception
from django.test import RequestFactory
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.throttling import BaseThrottle

from monitor.api.tests.cliente import Api, respuesta
from monitor.api.viewsets import WITHOUT_EFFECT, Action, ApiViewSet, EnvelopeViewSet, OpenViewSet
from monitor.usuarios.tests.factories import UsuarioFactory


class Deny(BasePermission):
    message = "Hoy no"

    def has_permission(self, request, view):
        return False


class Wait(BaseThrottle):
    def allow_request(self, request, view):
        return False

    def wait(self):
        return 2.5


class Refuse(BaseAuthentication):
    def authenticate(self, request):
        raise AuthenticationFailed("Nadie entra")


def pedir(vista, usuario=None):
    """Return the answer of a view that has no route."""
    headers = {"Authorization": f"Bearer {Api(usuario).token}"} if usuario else {}
    return vista.as_view({"get": "leer"})(RequestFactory().get("/api/prueba", headers=headers))


def vista(base=ApiViewSet, **atributos):
    acciones = {"leer": Action("expedientes.view_expediente", "leer")}
    return type(
        "PruebaViewSet", (base,), {"acciones": acciones, "leer": lambda self, request: self.respond([])} | atributos
    )


def test_una_vista_sin_mas_responde(db):
    assert respuesta(pedir(vista(), UsuarioFactory())) == (200, [])


@pytest.mark.parametrize(
    ("atributos", "esperada"),
    [
        ({"permission_classes": [Deny]}, (403, {"error": "Hoy no"})),
        ({"throttle_classes": [Wait]}, (429, "Retry-After: 3")),
        ({"authentication_classes": [Refuse]}, (401, {"error": "Nadie entra"})),
    ],
    ids=lambda valor: next(iter(valor)) if isinstance(valor, dict) else "",
)
def test_lo_que_una_vista_de_rest_framework_dice_de_quien_entra_vale(db, atributos, esperada):
    response = pedir(vista(**atributos), UsuarioFactory())

    cuerpo = respuesta(response)[1]
    espera = "Retry-After" in response.headers and f"Retry-After: {response.headers['Retry-After']}"
    assert (response.status_code, espera or cuerpo) == esperada


def test_en_el_otro_dialecto_un_permiso_ajeno_habla_como_los_demas(db):
    response = pedir(vista(EnvelopeViewSet, permission_classes=[Deny]), UsuarioFactory())

    assert respuesta(response) == (403, {"success": False, "message": "Hoy no", "detail": None})


@pytest.mark.parametrize("base", [ApiViewSet, OpenViewSet, EnvelopeViewSet])
@pytest.mark.parametrize("atributo", WITHOUT_EFFECT)
def test_lo_que_no_tendria_efecto_se_rechaza_al_declararlo(base, atributo):
    with pytest.raises(ImproperlyConfigured, match=f"PruebaViewSet.{atributo} no tendría efecto; use "):
        vista(base, **{atributo: None})


@pytest.mark.parametrize("atributo", WITHOUT_EFFECT)
def test_lo_que_no_tendria_efecto_se_rechaza_tambien_si_llega_de_otra_clase(atributo):
    class Mezcla:
        """A mixin for views."""

    setattr(Mezcla, atributo, None)
    for bases in ((Mezcla, ApiViewSet), (ApiViewSet, Mezcla)):
        with pytest.raises(ImproperlyConfigured, match=f"PruebaViewSet.{atributo} no tendría efecto; use "):
            type("PruebaViewSet", bases, {})


def test_las_vistas_genericas_de_rest_framework_se_rechazan():
    with pytest.raises(ImproperlyConfigured, match=r"PruebaViewSet\.filter_backends no tendría efecto"):
        type("PruebaViewSet", (ApiViewSet, GenericAPIView), {})


def test_un_error_que_nadie_esperaba_se_anuncia_como_en_django(db):
    """Error trackers listen to this signal."""
    oidos = []

    def oir(sender, request, **kwargs):
        oidos.append(request.path)

    def fallar(self, request):
        raise RuntimeError

    got_request_exception.connect(oir)
    try:
        response = pedir(vista(leer=fallar), UsuarioFactory())
    finally:
        got_request_exception.disconnect(oir)

    assert (respuesta(response), oidos) == ((500, {"error": "Error interno al leer"}), ["/api/prueba"])
