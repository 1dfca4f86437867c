from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from post_office.models import STATUS, Email, Log

from solicitudes.correo import cola

pytestmark = pytest.mark.django_db

DE_TODO = [STATUS.sent, STATUS.failed, cola.OMITIDO, STATUS.queued, STATUS.requeued]


@pytest.fixture
def correos():
    for dias in (1, 100):
        for estado in DE_TODO:
            correo = Email.objects.create(from_email="a@example.org", to=["b@example.org"])
            Log.objects.create(email=correo, status=STATUS.failed, message="no")
            fecha = timezone.now() - timedelta(days=dias)
            Email.objects.filter(pk=correo.pk).update(status=estado, created=fecha, last_updated=fecha)


def quedan():
    return Email.objects.count(), Log.objects.count()


def test_borra_los_viejos_y_nunca_los_que_faltan_por_entregar(correos, capsys):
    call_command("borrar_correos")
    call_command("borrar_correos")
    assert capsys.readouterr().out == "Se borraron 3 correos.\nSe borraron 0 correos.\n"
    assert quedan() == (7, 7)

    call_command("borrar_correos", dias=0)
    assert sorted(Email.objects.values_list("status", flat=True)) == sorted([STATUS.queued, STATUS.requeued] * 2)


def test_simular_no_borra(correos, capsys):
    call_command("borrar_correos", simular=True)

    assert capsys.readouterr().out == "Se borrarían 3 correos.\n"
    assert quedan() == (10, 10)


@pytest.mark.parametrize("dias", [-1, 999_999_999])
def test_dias_imposibles(dias):
    with pytest.raises(CommandError, match=r"^--dias no es válida: escriba un entero de 0 a 36500\.$"):
        call_command("borrar_correos", dias=dias)
