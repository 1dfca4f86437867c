"""The writing of dates and instants, from a value and by each database."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Value

from monitor.api.dialects import DIRECT


def por_la_base(valor):
    return ContentType.objects.values_list(DIRECT.in_database[type(valor)](Value(valor)))[:1].get()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("microsegundos", "milisegundos"),
    [(0, "000"), (500_000, "500"), (50_000, "050"), (5_000, "005"), (120_000, "120"), (999_999, "999")],
)
@pytest.mark.parametrize("ano", [1, 2024, 9999])
def test_instante_lleva_sus_milisegundos_a_la_derecha_sin_redondear(ano, microsegundos, milisegundos):
    instante = datetime(ano, 3, 20, 10, 30, 0, microsegundos, tzinfo=UTC)

    assert por_la_base(instante) == DIRECT.moment(instante) == f"{ano:04}-03-20T10:30:00.{milisegundos}Z"


@pytest.mark.django_db
@pytest.mark.parametrize("dia", [date(1, 1, 2), date(2024, 2, 29), date(9999, 12, 31)])
def test_fecha_es_el_mediodia_en_utc(dia):
    assert por_la_base(dia) == DIRECT.date(dia) == f"{dia}T12:00:00.000Z"


def test_instante_de_otro_huso_se_escribe_en_utc():
    mexico = timezone(timedelta(hours=-6))

    assert DIRECT.moment(datetime(2024, 3, 20, 20, 30, 1, 500_000, tzinfo=mexico)) == "2024-03-21T02:30:01.500Z"
    assert DIRECT.moment(datetime(2024, 3, 21, 2, 30, 1, 5000, tzinfo=UTC)) == "2024-03-21T02:30:01.005Z"
