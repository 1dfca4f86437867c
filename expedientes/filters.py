import django_filters

from expedientes.estados import Estado
from expedientes.models import Expediente
from monitor.api.fields import StrictChoiceField, StrictDateField, StrictPlatesField, StrictSearchField
from monitor.api.lists import cursor_params
from monitor.api.params import IntegerParam, MomentParam, QueryParams, StrictFilter


class ExpedienteFilter(django_filters.FilterSet):
    estado = StrictFilter(StrictChoiceField(choices=Estado.choices))
    id_aseguradora = StrictFilter(IntegerParam(), field_name="aseguradora_id")
    fecha_ingreso_desde = StrictFilter(StrictDateField(), field_name="fecha_ingreso", lookup_expr="gte")
    fecha_ingreso_hasta = StrictFilter(StrictDateField(), field_name="fecha_ingreso", lookup_expr="lte")
    placas = StrictFilter(StrictPlatesField(max_length=255), method="con_placas")
    q = StrictFilter(StrictSearchField(max_length=100), method="buscar")

    class Meta:
        model = Expediente
        fields = ()

    def con_placas(self, queryset, nombre, valor):
        return queryset.con_placas(valor)

    def buscar(self, queryset, nombre, valor):
        return queryset.buscar(valor)


PARAMETROS = QueryParams(ExpedienteFilter, actualizado_desde=MomentParam(), **cursor_params())
