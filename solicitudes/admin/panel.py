"""The table of the panel about solicitudes: those of each month, by state."""

from datetime import date

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from monitor.admin.panel import Cuenta, Fila, Seccion
from monitor.admin.routes import list_routes
from monitor.admin.verbs import VerbAdmin
from solicitudes.estados import Estado
from solicitudes.models import Solicitud

MESES = 12  # up to this one
COLORES = {
    Estado.PENDIENTE_APROBACION: "ambar",
    Estado.APROBADA: "bien",
    Estado.RECHAZADA: "mal",
    Estado.CANCELADA: "neutro",
    Estado.COMPLETADA: "azul",
    Estado.EN_PROCESO: "morado",
}


def meses() -> list[date]:
    """Return the first day of each of the last months, the oldest first."""
    hoy = timezone.localdate()
    ultimo = hoy.year * 12 + hoy.month - 1
    return [date(mes // 12, mes % 12 + 1, 1) for mes in range(ultimo - MESES + 1, ultimo + 1)]


def _periodo(mes: date) -> str:
    """Return the month as `Solicitud.periodo` has it."""
    return f"{mes:%Y-%m}"


class MesFilter(admin.SimpleListFilter):
    """The month in which it was created, by the calendar of whoever asks for transport."""

    title = "mes en que se creó"
    parameter_name = "mes"

    def lookups(self, request, model_admin):
        return [(_periodo(mes), date_format(mes, "F Y")) for mes in reversed(meses())]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value() not in dict(self.lookup_choices):
            raise IncorrectLookupParameters
        return queryset.filter(periodo=self.value())


class ConPanel(VerbAdmin):
    """A ModelAdmin that gives the panel its table of solicitudes."""

    def panel(self, request: HttpRequest) -> list[Seccion]:
        cuantas, lista = por_mes_y_estado(request.user), list_routes(self, request)
        return [
            Seccion(
                "solicitudes",
                "Solicitudes por mes",
                ("Mes", "Todas", *(estado.label for estado in Estado)),
                [_fila(mes, cuantas, lista) for mes in meses()],
                series=[(lugar, COLORES[estado]) for lugar, estado in enumerate(Estado, 1)],
                en_columnas=True,
                nota="Por el mes en que se crearon y el estado en que están hoy. Sin las eliminadas.",
            )
        ]


def por_mes_y_estado(usuario) -> dict[tuple[str, int], int]:
    """Return how many solicitudes of the last months the person may see, by month and state."""
    visibles = Solicitud.objects.visibles_para(usuario).filter(periodo__gte=_periodo(meses()[0]))
    filas = visibles.order_by().values_list("periodo", "estado").annotate(Count("pk"))
    return {(periodo, estado): cuantas for periodo, estado, cuantas in filas}


def _fila(mes: date, cuantas, lista) -> Fila:
    periodo = _periodo(mes)
    filtro = {MesFilter.parameter_name: periodo}
    cuentas = [
        Cuenta(cuantas.get((periodo, estado), 0), lista(filtro | {"estado__id__exact": estado.value}))
        for estado in Estado
    ]
    todas = Cuenta(sum(cuenta.valor for cuenta in cuentas), lista(filtro))
    return Fila(date_format(mes, "F Y"), [todas, *cuentas], date_format(mes, "M"))
