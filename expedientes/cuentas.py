"""The counts of the panel, of the expedientes that are in the shop's tables. An archived one isn't counted."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import NamedTuple

from django.db import models
from django.db.models.functions import Lag
from django.utils import timezone

from expedientes.consultas import ABIERTO, SALIO_A_TIEMPO
from expedientes.models import Expediente, HistorialEstado
from monitor.db.functions import LAST_DAY, LocalDay


class Abiertos(NamedTuple):
    """The number of units in the shop, and of those among them that were promised for a day that is past."""

    estado: str
    aseguradora: int | None
    todos: int
    atrasados: int


def abiertos(hoy: date) -> list[Abiertos]:
    """Return a row for each state and insurer that have some."""
    cuentas = {"todos": _cuantos(), "atrasados": _cuantos(models.Q(fecha_entrega__lt=hoy))}
    filas = Expediente.objects.abiertos().order_by().values_list("estado", "aseguradora")
    return [Abiertos(*fila) for fila in filas.annotate(**cuentas)]


def estancias(desde: date) -> dict[str, Counter]:
    """Return how many stays in each state that ended on that day or later took how many days, by the shop's calendar:
    {state: {days: stays}}.

    Only the expedientes whose last change is that late have any. An index knows them, and their history is short.
    """
    cambiaron = Expediente.objects.filter(en_estado_desde__gte=timezone.make_aware(datetime.combine(desde, time())))
    llegada = models.Window(Lag("fecha_cambio"), partition_by="expediente", order_by="id")
    pasos = HistorialEstado.objects.filter(expediente__in=cambiaron.values("pk")).order_by()
    cuenta = defaultdict(Counter)
    for estado, llego, salio in pasos.values_list("estado_anterior", LocalDay(llegada), LocalDay("fecha_cambio")):
        if llego is not None and salio >= desde.toordinal():
            cuenta[estado][salio - llego] += 1
    return cuenta


def percentil(cuantas: Counter, parte: float) -> float | None:
    """Return the days that this part of the stays, from 0 to 1, didn't exceed: between two stays, in proportion."""
    en_orden = sorted(cuantas.elements())
    if not en_orden:
        return None
    lugar = (len(en_orden) - 1) * parte
    antes, despues = en_orden[floor(lugar)], en_orden[ceil(lugar)]
    return antes + (despues - antes) * (lugar - floor(lugar))


class Entregas(NamedTuple):
    """The fate of the units that were promised for a week: `abiertos` haven't left."""

    semana: date
    aseguradora: int | None
    prometidas: int
    a_tiempo: int
    abiertos: int

    @property
    def tarde(self) -> int:
        return self.prometidas - self.a_tiempo - self.abiertos


def lunes_de(dia: date) -> date:
    return dia - timedelta(days=dia.weekday())


def entregas(desde: date, hasta: date) -> Iterator[Entregas]:
    """Yield a row for each week and insurer for which something was promised. Weeks are from Monday to Sunday, and
    `desde` is a Monday."""
    lunes, domingo = (LAST_DAY - desde).days, (LAST_DAY - hasta).days
    semana = (models.Value(lunes, output_field=models.IntegerField()) - models.F("orden_entrega")) / 7
    promesas = Expediente.objects.filter(orden_entrega__range=(domingo, lunes))
    cuentas = {"prometidas": _cuantos(), "a_tiempo": _cuantos(SALIO_A_TIEMPO), "abiertos": _cuantos(ABIERTO)}
    por_semana = promesas.order_by().annotate(semana=semana).values_list("semana", "aseguradora")
    for numero, *resto in por_semana.annotate(**cuentas):
        yield Entregas(desde + timedelta(weeks=numero), *resto)


def _cuantos(que: models.Q | None = None) -> models.Count:
    return models.Count("pk", filter=que)
