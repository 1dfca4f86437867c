from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from monitor.usuarios.sesiones import SessionStore


@pytest.fixture
def sesion(db):
    sesion = SessionStore()
    sesion["dato"] = "ñ"
    sesion.save()
    return sesion.session_key


def test_lo_que_se_guardo_se_lee_con_una_sentencia(sesion, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert dict(SessionStore(sesion).items()) == {"dato": "ñ"}


def test_la_que_vencio_no_se_lee_y_se_limpia(sesion):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    vencida = SessionStore(sesion)

    assert (dict(vencida.items()), vencida.session_key) == ({}, None)
    call_command("clearsessions")
    assert not Session.objects.exists()


@pytest.mark.parametrize("clave", ["no-existe-no-existe-no-existe-no", "", None, "ñ" * 300])
def test_la_que_no_hay_esta_vacia_y_no_se_toma_su_clave(sesion, clave):
    otra = SessionStore(clave)

    assert dict(otra.items()) == {}
    otra["dato"] = 1
    otra.save()
    assert otra.session_key not in (clave, sesion)
