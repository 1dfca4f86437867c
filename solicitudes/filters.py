import django_filters

from monitor.api.fields import StrictChoiceField, StrictDayField, StrictSearchField
from monitor.api.lists import cursor_params
from monitor.api.pages import page_params
from monitor.api.params import IntegerParam, MomentParam, QueryParams, StrictFilter
from solicitudes.estados import Estado
from solicitudes.models import Solicitud


def _id_de(columna: str) -> StrictFilter:
    return StrictFilter(IntegerParam(), field_name=columna)


class SolicitudFilter(django_filters.FilterSet):
    idEstadoSolicitud = _id_de("estado_id")
    codigoEstado = StrictFilter(
        StrictChoiceField(choices=[(e.name, e.label) for e in Estado]), field_name="estado__codigo"
    )
    idDepartamento = _id_de("departamento_id")
    idTipoPrioridad = _id_de("prioridad_id")
    idTipoServicio = _id_de("servicio_id")
    idUsuarioSolicitante = _id_de("solicitante_id")
    idUsuarioAprobador = _id_de("aprobador_id")
    fechaDesde = StrictFilter(StrictDayField(), field_name="fecha_servicio", lookup_expr="gte")
    fechaHasta = StrictFilter(StrictDayField(), field_name="fecha_servicio", lookup_expr="lte")
    busqueda = StrictFilter(StrictSearchField(max_length=250), method="buscar")

    class Meta:
        model = Solicitud
        fields = ()

    def buscar(self, queryset, nombre, valor):
        return queryset.buscar(valor)


PARAMETROS = QueryParams(
    SolicitudFilter, actualizadoDesde=MomentParam(), cursor=cursor_params()["cursor"], **page_params()
)
