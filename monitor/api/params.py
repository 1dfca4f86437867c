"""The query parameters. They are as strict as bodies: a mistyped filter must not return everything."""

import re

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers

from monitor.api.fields import StrictBooleanField, StrictDateTimeField, StrictIntegerField
from monitor.api.serializers import StrictSerializer
from monitor.errores import DatosInvalidos
from monitor.validadores import que_se_puede_mostrar


class IntegerParam(StrictIntegerField):
    """An integer as it comes in a URL."""

    def to_internal_value(self, data):
        return super().to_internal_value(int(data) if re.fullmatch(r"-?\d{1,11}", data, re.ASCII) else data)


class BooleanParam(StrictBooleanField):
    """`true` or `false`, as JSON writes them."""

    def to_internal_value(self, data):
        return super().to_internal_value({"true": True, "false": False}.get(data, data))


class MomentParam(StrictDateTimeField):
    """A moment as it comes in a URL, where the plus of an offset that nobody encoded becomes a blank."""

    default_validators = [que_se_puede_mostrar]

    def to_internal_value(self, value):
        return super().to_internal_value(re.sub(r"(T[\d:.,]+) (?=\d\d)", r"\1+", value))


class StrictFilter(django_filters.Filter):
    """A filter whose value a strict field reads: `StrictFilter(StrictDateField(), field_name=…, lookup_expr=…)`."""

    def __init__(self, strict: serializers.Field, **kwargs):
        super().__init__(**kwargs)
        self.strict = strict


class QueryParams:
    """The query parameters that an action takes: the filters of a FilterSet, and others by name (a page's size, a
    cursor).

    The object is built once. It takes the filters that the FilterSet declares and applies them itself; the FilterSet's
    form, which would be built for each HTTP request, isn't used.
    """

    def __init__(self, filters: type[django_filters.FilterSet] | None = None, **others: serializers.Field):
        self._filters = filters(queryset=filters._meta.model._default_manager.none()).filters if filters else {}
        strict = {name: filter_.strict for name, filter_ in self._filters.items()} | others
        self.serializer = type("Params", (StrictSerializer,), strict)()
        for field in self.serializer.fields.values():
            field.required = False

    def read(self, query: QueryDict) -> dict:
        """Return the values that were given, by name. Raise DatosInvalidos naming every bad parameter."""
        errors = {
            name: [f"{name}: está repetido" if len(values) > 1 else f"{name}: está vacío"]
            for name, values in query.lists()
            if len(values) > 1 or not (values[0].strip() or self._may_be_blank(name))
        }
        good = {name: value for name, value in query.items() if name not in errors}
        try:
            values = self.serializer.read(good)
        except DatosInvalidos as error:
            errors |= error.campos
        if errors:
            raise DatosInvalidos(campos=errors, codigo="parametros_invalidos")
        return values

    def _may_be_blank(self, name) -> bool:
        return getattr(self.serializer.fields.get(name), "allow_blank", False)

    def filter(self, queryset: QuerySet, values: dict) -> QuerySet:
        for name, filter_ in self._filters.items():
            if name in values:
                queryset = filter_.filter(queryset, values[name])
        return queryset

    def filters_in(self, values: dict) -> dict:
        """Return those of the values that belong to filters."""
        return {name: value for name, value in values.items() if name in self._filters}


NO_PARAMS = QueryParams()
