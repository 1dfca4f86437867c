"""The filters of the admin's list of expedientes: the shop's questions."""

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone

from expedientes.estados import Estado, Ubicacion
from monitor.admin.filters import DaysFilter, SeveralFilter


class EnTallerFilter(admin.SimpleListFilter):
    """A filter by the situation of a unit: which of those in the shop, or how those that left kept their promise."""

    title = "situación"
    parameter_name = "taller"
    ABIERTOS, ATRASADOS, SEMANA, DOCUMENTOS = "abiertos", "atrasados", "semana", "documentos"
    A_TIEMPO, TARDE = "a-tiempo", "tarde"

    def lookups(self, request, model_admin):
        return (
            (self.ABIERTOS, "Abiertos"),
            (self.ATRASADOS, "Atrasados"),
            (self.SEMANA, "Entregan esta semana"),
            (self.DOCUMENTOS, "Les falta un documento"),
            (self.A_TIEMPO, "Salieron a tiempo"),
            (self.TARDE, "Salieron tarde"),
        )

    def queryset(self, request, queryset):
        lunes = timezone.localdate() - timedelta(days=timezone.localdate().weekday())
        preguntas = {
            self.ABIERTOS: queryset.abiertos,
            self.ATRASADOS: queryset.atrasados,
            self.SEMANA: lambda: queryset.que_entregan(lunes, lunes + timedelta(days=6)),
            self.DOCUMENTOS: queryset.sin_documentos,
            self.A_TIEMPO: queryset.que_salieron_a_tiempo,
            self.TARDE: queryset.que_salieron_tarde,
        }
        return preguntas.get(self.value(), lambda: queryset)()


class EstadosFilter(SeveralFilter):
    title = "estado (uno o varios)"
    parameter_name = "estados"
    campo = "estado"

    def lookups(self, request, model_admin):
        return Estado.choices


class IngresoFilter(DaysFilter):
    orden = "orden_en_admin"

    def tramos(self, hoy):
        yield "Hoy", hoy, hoy
        yield "Últimos 7 días", hoy - timedelta(days=6), hoy
        yield "Este mes", hoy.replace(day=1), hoy


class EntregaFilter(DaysFilter):
    orden = "orden_entrega"

    def tramos(self, hoy):
        yield "Hoy", hoy, hoy
        yield "Próximos 7 días", hoy, hoy + timedelta(days=6)
        yield "Últimos 7 días", hoy - timedelta(days=6), hoy


class UbicacionFilter(admin.ChoicesFieldListFilter):
    """A filter by where the files of an expediente are, in more words than its column has."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "sus archivos"

    def choices(self, changelist):
        cualquiera, *otras = super().choices(changelist)
        yield cualquiera
        for ubicacion, opcion in zip(Ubicacion, otras, strict=True):
            yield opcion | {"display": ubicacion.en_palabras}
