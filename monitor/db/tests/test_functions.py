"""Columns and functions that both databases evaluate alike."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from expedientes.models import Expediente
from monitor.db.functions import FOLDS, CaseBlind, Contains, Folded, Lines, Version, fold


@pytest.mark.parametrize(
    ("texto", "plegado"),
    [
        ("Nissan ÁVILA", "nissan avila"),
        ("ñandú Ñ", "nandu n"),
        ("PINGÜINO", "pinguino"),
        ("a\u0301", "a"),
        ("Łódź", "łodz"),
        ("Straße", "straße"),
        ("ΑΒΓ", "ΑΒΓ"),
        ("日本", "日本"),
        ("", ""),
    ],
)
def test_plegar(texto, plegado):
    assert fold(texto) == plegado


def test_plegar_es_idempotente():
    assert [letra for letra in FOLDS if fold(fold(letra)) != fold(letra)] == []


@pytest.mark.parametrize(
    "expresion",
    [
        # On SQLite Django itself writes the call, and gives the tuple.
        pytest.param(Folded("marca"), marks=pytest.mark.postgresql),
        CaseBlind("marca"),
        Lines("marca", "tipo"),
        Contains("busqueda", "avila"),
        pytest.param(Version("pk"), marks=pytest.mark.postgresql),
    ],
    ids=lambda expresion: type(expresion).__name__,
)
def test_los_parametros_de_una_expresion_son_una_tupla(expresion):
    """Django 6 joins them to other parameters, and a list can't be added to a tuple."""
    consulta = Expediente.objects.all().query
    resuelta = expresion.resolve_expression(consulta)

    _, params = consulta.get_compiler(connection=connection).compile(resuelta)

    assert type(params) is tuple


# These texts have no control characters, which neither the API nor the admin lets in; PostgreSQL takes no NUL.
TEXTOS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


class ComoEnPython(TestCase):
    @given(TEXTOS)
    def test_la_base_pliega_como_python(self, texto):
        Expediente.objects.all().delete()
        Expediente.objects.create(no_siniestro="-", marca=texto)

        busqueda = Expediente.objects.values_list("busqueda", flat=True).get()
        en_la_base = busqueda if connection.vendor == "postgresql" else fold(busqueda)
        assert en_la_base == fold(f"-\n\n\n{texto}\n\n\n")
        if palabras := texto.split():
            assert Expediente.objects.buscar(palabras[0].swapcase() if palabras[0].isascii() else palabras[0]).exists()

    @given(st.lists(TEXTOS, min_size=2, max_size=8, unique=True))
    def test_las_claves_van_por_codigo(self, claves):
        Expediente.objects.all().delete()
        Expediente.objects.bulk_create(Expediente(no_siniestro=clave) for clave in claves)

        assert list(Expediente.objects.en_orden().values_list("no_siniestro", flat=True)) == sorted(claves)

    @given(st.lists(st.none() | st.dates(), min_size=1, max_size=8))
    def test_el_orden_de_las_fechas_es_de_lo_nuevo_a_lo_viejo_con_nulos_primero(self, fechas):
        Expediente.objects.all().delete()
        Expediente.objects.bulk_create(
            Expediente(no_siniestro=f"{n}", fecha_ingreso=fecha) for n, fecha in enumerate(fechas)
        )

        salen = list(Expediente.objects.en_orden().values_list("fecha_ingreso", flat=True))
        assert salen == [None] * fechas.count(None) + sorted((f for f in fechas if f), reverse=True)
