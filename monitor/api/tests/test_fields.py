"""Dates and instants in a body: how each is read, whatever its offset."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictDateField, StrictDateTimeField

HUSOS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutos: timezone(timedelta(minutes=minutos)))


def leer(clase, valor):
    campo = clase(allow_null=True)
    campo.bind("f", None)
    return campo.run_validation(valor)


@pytest.mark.parametrize(
    ("texto", "dia"),
    [
        ("2024-01-15", date(2024, 1, 15)),
        ("2024-02-29", date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2024-01-15T23:30:00-06:00", date(2024, 1, 15)),
        ("2024-01-15T00:00:00+14:00", date(2024, 1, 15)),
        ("2024-01-15T12:00:00.000Z", date(2024, 1, 15)),
        ("2024-01-15T12:00", date(2024, 1, 15)),
        ("0001-01-01T00:00:00+14:00", date(1, 1, 1)),
        ("9999-12-31T23:59:59-12:00", date(9999, 12, 31)),
        ("", None),
        (None, None),
    ],
)
def test_fecha_es_el_dia_como_esta_escrito(texto, dia):
    assert leer(StrictDateField, texto) == dia


@pytest.mark.parametrize(
    ("texto", "sale"),
    [
        ("2024-03-20T04:30:00-06:00", "2024-03-20T10:30:00.000Z"),
        ("2024-03-20T10:30:00Z", "2024-03-20T10:30:00.000Z"),
        ("2024-03-20T10:30Z", "2024-03-20T10:30:00.000Z"),
        ("2024-03-20T10:30:00.1239Z", "2024-03-20T10:30:00.123Z"),
        ("2024-03-20T10:30:00,5+00:00", "2024-03-20T10:30:00.500Z"),
        ("2024-03-20T04:30:00", "2024-03-20T10:30:00.000Z"),
        ("2024-03-20", "2024-03-20T06:00:00.000Z"),
        ("2024-12-31T23:59:59.999-06:00", "2025-01-01T05:59:59.999Z"),
        ("2010-06-15T12:00:00", "2010-06-15T17:00:00.000Z"),  # that year Mexico had summer time
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"),
    ],
)
def test_instante_sale_en_utc_con_tres_decimales(texto, sale):
    assert DIRECT.moment(leer(StrictDateTimeField, texto)) == sale


def test_instante_sin_huso_es_del_huso_del_servidor():
    with override_settings(TIME_ZONE="Asia/Tokyo"):
        assert leer(StrictDateTimeField, "2024-03-20T10:30:00") == datetime(2024, 3, 20, 1, 30, tzinfo=UTC)


@given(st.datetimes(timezones=HUSOS))
def test_cualquier_iso_con_huso_se_lee_o_se_rechaza_y_nada_mas(momento):
    texto = momento.isoformat()

    assert leer(StrictDateField, texto) == momento.date()
    try:
        assert leer(StrictDateTimeField, texto) == momento
    except serializers.ValidationError:
        assert momento.year in (1, 9999)


def frases(clase, valor):
    """Return the sentences of a value that is refused, or None for one that can be read."""
    try:
        leer(clase, valor)
    except serializers.ValidationError as error:
        return [str(frase) for frase in error.detail]
    return None


@given(st.one_of(st.text(max_size=40), st.from_regex(r"\d{4}-\d{2}-\d{2}.{0,20}")))
def test_ningun_texto_hace_fallar_a_una_fecha(texto):
    assert frases(StrictDateField, texto) in (None, ["f: no es una fecha válida; use AAAA-MM-DD"])
    assert frases(StrictDateTimeField, texto) in (None, ["f: no es una fecha y hora ISO 8601 válida"])
