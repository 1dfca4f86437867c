import django_filters

from expedientes.estados import Estado
from expedientes.models import Expediente
from monitor.api.fields import FechaField, OpcionField, TextoField
from monitor.api.lists import POR_PAGINA_MAXIMO
from monitor.api.params import EnteroEnTextoField, Filtro, Parametros


class ExpedienteFilter(django_filters.FilterSet):
    estado = Filtro(OpcionField(choices=Estado.choices))
    id_aseguradora = Filtro(EnteroEnTextoField(), field_name="aseguradora_id")
    fecha_ingreso_desde = Filtro(FechaField(), field_name="fecha_ingreso", lookup_expr="gte")
    fecha_ingreso_hasta = Filtro(FechaField(), field_name="fecha_ingreso", lookup_expr="lte")
    placas = Filtro(TextoField(max_length=255), method="con_placas")
    q = Filtro(TextoField(max_length=100), method="buscar")

    class Meta:
        model = Expediente
        fields = ()

    def con_placas(self, queryset, nombre, valor):
        return queryset.con_placas(valor)

    def buscar(self, queryset, nombre, valor):
        return queryset.buscar(valor)


PARAMETROS = Parametros(
    ExpedienteFilter,
    por_pagina=EnteroEnTextoField(min_value=1, max_value=POR_PAGINA_MAXIMO),
    cursor=TextoField(max_length=1000),
)
