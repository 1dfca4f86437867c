"""A view whose table names no permission for the action."""

from types import SimpleNamespace

import pytest

from monitor.api.identity import Caller
from monitor.api.permissions import ActionPermission
from monitor.api.tokens import Token
from monitor.errores import SinPermiso
from monitor.usuarios.tests.factories import UsuarioFactory


def test_accion_que_no_declara_permiso_es_de_nadie(db):
    administrador = UsuarioFactory(administrador=True)
    request = SimpleNamespace(user=Caller(Token(administrador.pk, administrador.version_token, exp=0)))
    vista = SimpleNamespace(acciones={"list": None}, action="nueva")

    with pytest.raises(SinPermiso):
        ActionPermission().has_permission(request, vista)
