"""Filters of the lists."""

from collections.abc import Iterator
from datetime import date

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.utils import timezone

from monitor.db.functions import LAST_DAY


class DaysFilter(admin.DateFieldListFilter):
    """A filter by days, from one to another, both included. It asks for the days also as the generated column `orden`
    has them (`monitor.db.fields.order_column`), so that a page far back is found at once."""

    template = "admin/filtro_de_dias.html"
    orden: str

    def __init__(self, field, request, params, model, model_admin, field_path):
        for vacia in [nombre for nombre, valores in params.items() if valores == [""]]:
            if nombre_de(vacia) == field_path:
                del params[vacia]  # a box that was left empty
        self.desde, self.hasta, self.sin = (f"{field_path}__{busqueda}" for busqueda in ("gte", "lte", "isnull"))
        super().__init__(field, request, params, model, model_admin, field_path)
        tramos = [(titulo, {self.desde: d, self.hasta: h}) for titulo, d, h in self.tramos(timezone.localdate())]
        self.links = (("Cualquier día", {}), *tramos, ("Sin fecha", {self.sin: True}))

    def tramos(self, hoy: date) -> Iterator[tuple[str, date, date]]:
        """Yield what a link shows: (title, first day, last day)."""
        raise NotImplementedError

    def expected_parameters(self):
        return [self.desde, self.hasta, self.sin]

    def queryset(self, request, queryset):
        queryset = super().queryset(request, queryset)
        if self.sin in self.used_parameters:
            return self._con_o_sin_fecha(queryset)
        for parametro, al_reves in ((self.desde, "lte"), (self.hasta, "gte")):
            if parametro in self.used_parameters:
                dia = self.field.to_python(self.used_parameters[parametro][-1])
                queryset = queryset.filter(**{f"{self.orden}__{al_reves}": (LAST_DAY - dia).days})
        return queryset

    def _con_o_sin_fecha(self, queryset):
        sin_fecha = {self.orden: queryset.model._meta.get_field(self.orden).expression.undated}
        sin = self.used_parameters[self.sin][-1]
        return queryset.filter(**sin_fecha) if sin else queryset.exclude(**sin_fecha)

    def cajas(self) -> list[tuple[str, str, str]]:
        """Return the boxes of the form: (label, name, value) each."""
        return [
            (titulo, n, self.date_params.get(n, "")) for titulo, n in (("Desde", self.desde), ("Hasta", self.hasta))
        ]

    def choices(self, changelist):
        propios = self.expected_parameters()
        self.otros = [(n, v) for n, valores in changelist.filter_params.items() if n not in propios for v in valores]
        opciones = list(super().choices(changelist))
        if self.date_params and not any(opcion["selected"] for opcion in opciones):
            dichos = [f"{titulo.lower()} {valor}" for titulo, _, valor in self.cajas() if valor]
            consulta = changelist.get_query_string(self.date_params)
            opciones.append({"selected": True, "query_string": consulta, "display": " ".join(dichos)})
        return opciones


def nombre_de(parametro: str) -> str:
    return parametro.rpartition("__")[0]


class SeveralFilter(admin.SimpleListFilter):
    """A filter by one or several values, each of which a person puts or takes away: `estados=Ingreso,Salida`."""

    campo: str

    def elegidos(self) -> list[str]:
        elegidos = self.value().split(",") if self.value() else []
        if not set(elegidos) <= {valor for valor, _ in self.lookup_choices}:
            raise IncorrectLookupParameters
        return elegidos

    def queryset(self, request, queryset) -> QuerySet:
        return queryset.filter(**{f"{self.campo}__in": self.elegidos()}) if self.value() else queryset

    def choices(self, changelist):
        elegidos = self.elegidos()
        yield self._opcion(changelist, [], "Todos", selected=not elegidos)
        for valor, titulo in self.lookup_choices:
            otros = [v for v, _ in self.lookup_choices if (v in elegidos) != (v == valor)]
            yield self._opcion(changelist, otros, titulo, selected=valor in elegidos)

    def _opcion(self, changelist, valores, titulo, *, selected):
        nombre = self.parameter_name
        enlace = (
            changelist.get_query_string({nombre: ",".join(valores)})
            if valores
            else changelist.get_query_string(remove=[nombre])
        )
        return {"selected": selected, "query_string": enlace, "display": titulo}
