from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from monitor.repeticiones.models import DURA, Guardada, RespuestaGuardada
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def respuestas():
    """Keep two answers that may still come again, one of them just so, and two that may not."""
    usuario, ahora = UsuarioFactory(), timezone.now()
    for clave, falta in (
        ("nueva", DURA),
        ("por-vencer", timedelta(minutes=1)),
        ("vieja", -DURA),
        ("vencida", -timedelta(seconds=1)),
    ):
        RespuestaGuardada.objects.guardar(usuario.pk, clave, Guardada(b"huella", 201, "{}", b"{}"))
        RespuestaGuardada.objects.filter(clave=clave).update(guardada_en=ahora - DURA + falta)


def quedan():
    return set(RespuestaGuardada.objects.values_list("clave", flat=True))


def test_borra_solo_las_vencidas_y_dos_veces_da_lo_mismo(respuestas, capsys):
    call_command("borrar_respuestas")
    call_command("borrar_respuestas")

    assert quedan() == {"nueva", "por-vencer"}
    assert capsys.readouterr().out == "Se borraron 2 respuestas.\nSe borraron 0 respuestas.\n"


def test_simular_no_borra_nada(respuestas, capsys):
    call_command("borrar_respuestas", simular=True)

    assert len(quedan()) == 4
    assert capsys.readouterr().out == "Se borrarían 2 respuestas.\n"


def test_las_de_una_persona_se_van_con_ella(respuestas, administrador):
    usuario = RespuestaGuardada.objects.first().usuario

    assert administrador.delete(f"/api/usuarios/{usuario.pk}").status_code == 200
    assert not RespuestaGuardada.objects.filter(usuario=usuario.pk).exists()


def test_el_admin_elimina_a_quien_tiene_respuestas_guardadas(respuestas, client):
    client.force_login(UsuarioFactory(administrador=True))
    pagina = f"/admin/usuarios/usuario/{RespuestaGuardada.objects.first().usuario_id}/delete/"

    mostrada, hecha = client.get(pagina), client.post(pagina, {"post": "yes"})

    assert (mostrada.status_code, hecha.status_code, quedan()) == (200, 302, set())
