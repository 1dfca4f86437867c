"""Columns and functions that both databases evaluate alike."""

import sys
import unicodedata

import pytest
from django.db import connection
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from expedientes.models import Expediente
from monitor import textos
from monitor.db.functions import CaseBlind, Folded, IndexedPlates, Kept, Plates, Sorted
from monitor.db.queries import execute
from monitor.db.search import AS_WRITTEN, Contains, Lines, Searchable, fold_searchable


def asignados():
    """Return every character that Unicode assigns. PostgreSQL 15 knows Unicode 14: of a later one, only the plane that
    gained no decompositions."""
    ultimo = sys.maxunicode if unicodedata.unidata_version == "14.0.0" else 0xFFFF
    todos = (chr(n) for n in range(1, ultimo + 1))
    return [c for c in todos if unicodedata.category(c) not in ("Cn", "Cs", "Co")]


de_cada_funcion = pytest.mark.parametrize(
    ("expresion", "regla"),
    [
        (Folded, textos.fold),
        (CaseBlind, textos.case_blind),
        (Sorted, textos.sort_key),
        (Plates, textos.plates),
        (Kept, textos.composed),
    ],
    ids=lambda parte: parte.__name__,
)


@pytest.mark.django_db
@de_cada_funcion
def test_la_base_y_python_dicen_lo_mismo_de_cada_caracter(expresion, regla):
    """The characters go in texts of five hundred, each between two letters that would show what moves: capitals, which
    PostgreSQL finds in its tables sooner than what isn't there."""
    todos = asignados()
    lotes = ["X".join(["", *todos[n : n + 500], ""]) for n in range(0, len(todos), 500)]

    distintos = [
        (lote, de_la_base)
        for lote in lotes
        for [(de_la_base,)] in [execute(*_llamada(expresion, lote))]
        if de_la_base != regla(lote)
    ]

    assert distintos == []
    assert len(lotes) > 100


ESPANOL = ["José Ángel Ávila Muñoz", "PINGÜINO 3.ª", "«Ñandú» – “ex”", "Camio\u0301n", "a\u0345B", "Straße Ñ", "Łódź ÿ"]


@pytest.mark.django_db
@de_cada_funcion
def test_la_base_y_python_dicen_lo_mismo_de_lo_que_es_casi_ascii(expresion, regla):
    """Each text goes alone: those that are ASCII once they have no accents take a shorter way on PostgreSQL."""
    letras = [c for c in asignados() if c < "\u0250" or "\u02b0" <= c < "\u0370" or "\u2010" <= c < "\u2070"]
    todos = ESPANOL + [f"X{c}y" for c in letras]

    distintos = [
        (texto, de_la_base)
        for texto in todos
        for [(de_la_base,)] in [execute(*_llamada(expresion, texto))]
        if de_la_base != regla(texto)
    ]

    assert distintos == []
    assert len(letras) > 800


def _llamada(expresion, texto):
    sql, params = Expediente.objects.all().query.get_compiler(connection=connection).compile(expresion(Value(texto)))
    return f"SELECT {sql}", params


@pytest.mark.con_su_base
@pytest.mark.parametrize(
    "expresion",
    [
        # On SQLite Django itself writes the call, and gives the tuple.
        *(pytest.param(f("marca"), marks=pytest.mark.postgresql) for f in (Folded, CaseBlind, Sorted, Plates, Kept)),
        IndexedPlates("marca"),
        Lines("marca", "tipo"),
        Searchable("marca", "tipo", "placas", "telefono_cliente"),
        Contains("busqueda", "avila"),
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
EN_ESPANOL = st.text("".join(map(chr, range(32, 127))) + "áéíóúüñÁÉÍÓÚÜÑ", max_size=30)


class ComoEnPython(TestCase):
    @given(TEXTOS)
    def test_la_base_pliega_como_python(self, texto):
        Expediente.objects.all().delete()
        Expediente.objects.create(no_siniestro="-", marca=texto)

        busqueda = Expediente.objects.values_list("busqueda", flat=True).get()
        en_la_base = fold_searchable(busqueda) if busqueda.startswith(AS_WRITTEN) else busqueda
        assert en_la_base == textos.fold(f"-\n\n{texto}\n\n\n\n\n\n") + "\1\2"
        if palabras := texto.split():
            assert textos.words(palabras[0]) == [] or Expediente.objects.buscar(palabras[0].upper()).exists()

    @given(EN_ESPANOL, EN_ESPANOL, st.text("0123456789 ().+-", max_size=20))
    def test_la_base_pliega_por_si_misma_lo_que_va_en_espanol(self, marca, placas, telefono):
        Expediente.objects.all().delete()
        Expediente.objects.create(no_siniestro="-", marca=marca, placas=placas, telefono_cliente=telefono)

        escrito = "\n".join(["-", "", marca, "", "", "", "", "", placas]) + f"\1{placas}\2{telefono}"
        assert Expediente.objects.values_list("busqueda", flat=True).get() == fold_searchable(escrito)

    @given(st.lists(TEXTOS.map(textos.composed), min_size=2, max_size=8, unique=True))
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
