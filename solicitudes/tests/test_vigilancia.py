"""The mail queue, as whoever watches the service hears of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from post_office.models import STATUS, Email

from monitor import readiness
from monitor.api.tests.cliente import Api, respuesta
from monitor.metrics import page
from solicitudes.correo import cola
from solicitudes.tests.test_cartero import encolar

pytestmark = pytest.mark.django_db
HORA = timedelta(hours=1)


@pytest.fixture(autouse=True)
def veredicto(monkeypatch):
    monkeypatch.setattr(readiness, "_verdict", readiness._Verdict())
    monkeypatch.setattr(readiness, "FRESH", 0)


def poner(**columnas):
    """Put one mail in the queue, with some of its columns."""
    encolar("ana")
    Email.objects.filter(pk=Email.objects.latest("pk").pk).update(**columnas)


def segundos():
    return cola.espera().total_seconds()


def test_una_cola_vacia_no_espera():
    assert (cola.largo(), segundos()) == (0, 0)


def test_un_correo_espera_desde_que_se_encolo():
    ahora = timezone.now()
    poner(created=ahora - HORA)
    poner(created=ahora - 2 * HORA)

    assert cola.largo() == 2
    assert 7200 <= segundos() < 7300


def test_uno_que_se_reintenta_espera_desde_que_le_toca():
    ahora = timezone.now()
    poner(status=STATUS.requeued, created=ahora - 40 * HORA, scheduled_time=ahora - HORA)
    poner(status=STATUS.requeued, created=ahora - 40 * HORA, scheduled_time=ahora + HORA)

    assert cola.largo() == 2
    assert 3600 <= segundos() < 3700


@pytest.mark.parametrize("estado", [STATUS.sent, STATUS.failed, cola.OMITIDO])
def test_lo_que_ya_termino_no_espera(estado):
    poner(status=estado, created=timezone.now() - HORA)

    assert (cola.largo(), segundos()) == (0, 0)


def test_una_cola_demorada_se_nombra_y_al_avanzar_deja_de_fallar():
    poner(created=timezone.now() - HORA)

    assert respuesta(Api().get("/readyz")) == (503, {"listo": False, "falla": {"correo": "correo_demorado"}})
    assert b"\nmonitor_mail_queue 1.0\n" in page("")[0]
    assert b'\nmonitor_ready{check="correo"} 0.0\n' in page("")[0]

    Email.objects.update(status=STATUS.sent)
    assert Api().get("/readyz").status_code == 200
    assert b"\nmonitor_mail_queue 0.0\n" in page("")[0]


def test_una_cola_que_anda_esta_lista():
    poner(created=timezone.now() - timedelta(minutes=14))

    assert Api().get("/readyz").status_code == 200
