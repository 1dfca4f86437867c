"""The guarantees of the verbs, whoever calls them, and however many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from django.db import transaction

from monitor.errores import Conflicto
from monitor.roles import Rol
from monitor.tests.conexiones import en_otra_conexion, esperar_a_que_alguien_espere
from monitor.usuarios.models import ULTIMO_ADMINISTRADOR, Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory


@pytest.mark.postgresql
@pytest.mark.parametrize("verbo", ["actualizar", "eliminar"])
def test_dos_administradores_que_se_quitan_uno_al_otro_toman_turnos(verbo, transactional_db):
    ana, luis = UsuarioFactory(administrador=True), UsuarioFactory(administrador=True)
    quitar = {
        "actualizar": lambda a, por: Usuario.objects.actualizar(a.pk, {"rol": "Tecnico"}, por=None),
        "eliminar": lambda a, por: Usuario.objects.eliminar(a.pk, por=por),
    }[verbo]

    with ThreadPoolExecutor(1) as hilo:
        with transaction.atomic():
            quitar(luis, por=ana)
            resultado = hilo.submit(en_otra_conexion, lambda: quitar(ana, por=luis))
            esperar_a_que_alguien_espere()
        with pytest.raises(Conflicto, match=ULTIMO_ADMINISTRADOR):
            resultado.result()

    assert list(Usuario.objects.filter(rol="Administrador")) == [ana]


@pytest.mark.parametrize("activo", [True, False])
def test_los_permisos_son_del_rol_y_de_quien_sigue_activo(db, activo):
    """Django asks this of whoever it has at hand, who may have been disabled since."""
    usuario = UsuarioFactory(rol=Rol.OPERADOR, is_active=activo)

    assert usuario.has_perm("expedientes.change_expediente") is activo
    assert usuario.has_module_perms("expedientes") is activo
    assert not usuario.has_perm("expedientes.delete_expediente")


def test_renovar_un_hash_viejo_no_deshace_una_contrasena_nueva(db):
    """Somebody sets the new password after the user is read and before the password is checked."""
    viejo = "argon2" + PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(CLAVE)
    usuario = UsuarioFactory(password=viejo)
    Usuario.objects.actualizar(usuario.pk, {"password": "otra-mesa-61"}, por=None)

    assert usuario.check_password(CLAVE)

    assert Usuario.objects.get().check_password("otra-mesa-61")
