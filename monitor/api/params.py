"""Query parameters: strict, as bodies are. A mistyped filter must not return everything."""

import re

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers

from monitor.api.fields import BanderaField, EnteroField
from monitor.api.serializers import SerializadorEstricto
from monitor.errores import DatosInvalidos


class EnteroEnTextoField(EnteroField):
    """An integer as it comes in a URL."""

    def to_internal_value(self, data):
        return super().to_internal_value(int(data) if re.fullmatch(r"-?\d{1,11}", data, re.ASCII) else data)


class BanderaEnTextoField(BanderaField):
    """`true` or `false`, as JSON writes them."""

    def to_internal_value(self, data):
        return super().to_internal_value({"true": True, "false": False}.get(data, data))


class Filtro(django_filters.Filter):
    """A filter whose value a strict field reads: `Filtro(FechaField(), field_name=…, lookup_expr=…)`."""

    def __init__(self, estricto: serializers.Field, **kwargs):
        super().__init__(**kwargs)
        self.estricto = estricto


class Parametros:
    """What a list takes in its URL: the filters of a FilterSet, and others by name (a page's size, a cursor).

    Built once: the FilterSet declares and applies the filters, its form (built per request) is not used.
    """

    def __init__(self, filtros: type[django_filters.FilterSet] | None = None, **otros: serializers.Field):
        self._filtros = filtros(queryset=filtros._meta.model._default_manager.none()).filters if filtros else {}
        estrictos = {nombre: filtro.estricto for nombre, filtro in self._filtros.items()} | otros
        self.serializer = type("Parametros", (SerializadorEstricto,), estrictos)()
        for campo in self.serializer.fields.values():
            campo.required = False

    def leer(self, consulta: QueryDict) -> dict:
        """The values that were given, by name. Raises DatosInvalidos naming every bad parameter."""
        errores = {
            nombre: [f"{nombre}: está repetido" if len(valores) > 1 else f"{nombre}: está vacío"]
            for nombre, valores in consulta.lists()
            if len(valores) > 1 or not valores[0].strip()
        }
        buenos = {nombre: valor for nombre, valor in consulta.items() if nombre not in errores}
        try:
            valores = self.serializer.leer(buenos)
        except DatosInvalidos as error:
            errores |= error.campos
        if errores:
            raise DatosInvalidos(campos=errores)
        return valores

    def filtrar(self, queryset: QuerySet, valores: dict) -> QuerySet:
        for nombre, filtro in self._filtros.items():
            if nombre in valores:
                queryset = filtro.filter(queryset, valores[nombre])
        return queryset

    def sin_filtros(self, valores: dict) -> bool:
        return self._filtros.keys().isdisjoint(valores)


NINGUNO = Parametros()
