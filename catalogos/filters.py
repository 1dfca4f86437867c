"""The query parameters of the lists of catalogues."""

import django_filters
from django.db.models import Value
from django.db.models.lookups import Exact

from catalogos.base import Catalogo
from catalogos.models import Departamento, Lugar
from monitor.api.fields import StrictSearchField, StrictTextField
from monitor.api.pages import page_params
from monitor.api.params import BooleanParam, IntegerParam, QueryParams, StrictFilter
from monitor.db.functions import CaseBlind
from monitor.db.search import Contains, Lines

LARGO = 250


class Igual(StrictFilter):
    """A filter by the whole text of a column, blind to case."""

    def __init__(self, columna: str):
        super().__init__(StrictTextField(max_length=LARGO, trim=True), field_name=columna)

    def filter(self, queryset, valor):
        return queryset.filter(Exact(CaseBlind(self.field_name), CaseBlind(Value(valor))))


class Parte(StrictFilter):
    """A filter by part of the text of a column, blind to case and accents."""

    def __init__(self, columna: str):
        super().__init__(StrictSearchField(max_length=LARGO), field_name=columna)

    def filter(self, queryset, valor):
        return queryset.filter(Contains(Lines(self.field_name), valor))


class Busqueda(StrictFilter):
    def __init__(self):
        super().__init__(StrictSearchField(max_length=LARGO))

    def filter(self, queryset, valor):
        return queryset.buscar(valor)


class NombreFilter(django_filters.FilterSet):
    nombre = Parte("nombre")


class LugarFilter(django_filters.FilterSet):
    codigo = Igual("codigo")
    nombre = Parte("nombre")
    tipoLugar = Igual("tipo_lugar")  # noqa: N815
    esPuntoFrecuente = StrictFilter(BooleanParam(), field_name="es_punto_frecuente")  # noqa: N815
    busqueda = Busqueda()


class DepartamentoFilter(django_filters.FilterSet):
    codigo = Igual("codigo")
    nombre = Parte("nombre")
    nivelJerarquico = StrictFilter(IntegerParam(min_value=0), field_name="nivel_jerarquico")  # noqa: N815
    departamentoPadreId = StrictFilter(IntegerParam(), field_name="departamento_padre_id")  # noqa: N815
    busqueda = Busqueda()


FILTROS = {Lugar: LugarFilter, Departamento: DepartamentoFilter}


def parametros(modelo: type[Catalogo], filtros: type[django_filters.FilterSet], *, por_pagina: bool) -> QueryParams:
    meta = type("Meta", (), {"model": modelo, "fields": ()})
    propios = type(f"{modelo.__name__}Filter", (filtros,), {"Meta": meta})
    return QueryParams(propios, **(page_params() if por_pagina else {}))
