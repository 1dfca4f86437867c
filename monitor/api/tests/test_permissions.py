"""The table of a view says who may do what, whatever the view's permission classes are and whatever it forgets."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated

from catalogos.models import Aseguradora
from monitor.api.identity import Caller
from monitor.api.permissions import ActionPermission
from monitor.api.tests.cliente import Api, respuesta
from monitor.api.tokens import Token
from monitor.api.viewsets import Action, ApiViewSet, OpenViewSet
from monitor.errores import SinPermiso
from monitor.roles import Rol
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

PERMISO = "catalogos.delete_aseguradora"  # an Administrador's
INVALIDO = (401, {"error": "Token inválido o expirado"})
REQUERIDO = (401, {"error": "Token requerido"})
RESTRINGIDO = (403, {"error": "Acceso restringido a administradores"})
YA_NO_PUEDEN = [{"version_token": 99}, {"is_active": False}]


class NoHoy(BasePermission):
    message = "Hoy no"

    def has_permission(self, request, view):
        return False


class AbrirViewSet(ApiViewSet):
    """A view that writes with the ORM, as a newcomer would, and asks `por` for nothing."""

    acciones = {"abrir": Action(PERMISO, "abrir")}

    def abrir(self, request):
        Aseguradora.objects.create(nombre="Nueva")
        return self.respond({"ok": True}, 201)


class AbiertaViewSet(AbrirViewSet, OpenViewSet):
    """The same by mistake as an open one."""


def pedir(usuario=None, base=AbrirViewSet, **atributos):
    """Return the answer of such a view, and whether it wrote."""
    vista = type("PruebaViewSet", (base,), atributos)
    headers = {"Authorization": f"Bearer {Api(usuario).token}"} if isinstance(usuario, Usuario) else usuario
    recibida = vista.as_view({"post": "abrir"})(RequestFactory().post("/api/prueba", headers=headers))
    return respuesta(recibida), Aseguradora.objects.exists()


AJENAS = [[], [AllowAny], [IsAuthenticated]]


@pytest.mark.parametrize("clases", AJENAS)
@pytest.mark.parametrize("cambio", YA_NO_PUEDEN)
def test_con_otras_clases_de_permiso_quien_ya_no_puede_no_escribe(db, clases, cambio):
    usuario = UsuarioFactory(administrador=True)
    Usuario.objects.filter(pk=usuario.pk).update(**cambio)

    assert pedir(usuario, permission_classes=clases) == (INVALIDO, False)


@pytest.mark.parametrize("clases", AJENAS)
@pytest.mark.parametrize("rol", Rol)
def test_con_otras_clases_de_permiso_la_tabla_manda(db, clases, rol):
    esperada = ((201, {"ok": True}), True) if rol == Rol.ADMINISTRADOR else (RESTRINGIDO, False)

    assert pedir(UsuarioFactory(rol=rol), permission_classes=clases) == esperada


def test_las_clases_de_permiso_piden_ademas(db):
    assert pedir(UsuarioFactory(administrador=True), permission_classes=[NoHoy]) == ((403, {"error": "Hoy no"}), False)
    assert pedir(UsuarioFactory(tecnico=True), permission_classes=[NoHoy]) == (RESTRINGIDO, False)


@pytest.mark.parametrize("clases", AJENAS)
def test_quien_pide_se_pregunta_una_vez_con_las_clases_que_sean(db, django_assert_num_queries, clases):
    usuario = UsuarioFactory(administrador=True)

    with django_assert_num_queries(3):  # who calls, the INSERT, and whether it wrote
        pedir(usuario, permission_classes=clases)


@pytest.mark.parametrize("cambio", YA_NO_PUEDEN)
def test_is_authenticated_pregunta_tambien_donde_la_sentencia_de_la_accion_lo_haria(db, cambio):
    usuario = UsuarioFactory(administrador=True)
    Usuario.objects.filter(pk=usuario.pk).update(**cambio)
    acciones = {"abrir": Action(PERMISO, "abrir", identity_in_statement=True)}

    assert pedir(usuario, permission_classes=[IsAuthenticated], acciones=acciones) == (INVALIDO, False)


@pytest.mark.parametrize("clases", AJENAS)
def test_lo_que_nadie_autentica_sigue_cerrado_si_la_tabla_nombra_un_permiso(db, clases):
    assert pedir(permission_classes=clases) == (REQUERIDO, False)
    assert pedir(permission_classes=clases, authentication_classes=[]) == (REQUERIDO, False)
    assert pedir(base=AbiertaViewSet, permission_classes=clases) == (REQUERIDO, False)


def test_accion_que_no_declara_permiso_es_de_nadie(db):
    administrador = UsuarioFactory(administrador=True)
    request = SimpleNamespace(user=Caller(Token(administrador.pk, administrador.version_token, exp=0)))
    vista = SimpleNamespace(acciones={"list": None}, action="nueva")

    with pytest.raises(SinPermiso):
        ActionPermission().has_permission(request, vista)


@pytest.mark.parametrize("acciones", [{}, {"abrir": Action("", "abrir")}])
def test_accion_sin_permiso_con_otras_clases_es_de_nadie(db, acciones):
    (status, _), escrita = pedir(UsuarioFactory(administrador=True), permission_classes=[AllowAny], acciones=acciones)

    assert (status, escrita) == (403, False)
