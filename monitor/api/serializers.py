"""Serializers that read strictly. They keep no state of an HTTP request: each is built once and serves all."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from django.db import models
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from monitor.api import fields
from monitor.errores import DatosInvalidos

# Looking for the nearest name costs time, and isn't worth it for a body that is all wrong.
MAX_HINTS = 20
MAX_NAME = 100


class StrictSerializer(serializers.Serializer):
    """A serializer that reads strictly. `Meta.ignored` are keys that come back from responses and belong to the server,
    as its read-only fields do; a body may have them, and they are ignored. `alone` gives the code of each sentence that
    the contract gives word by word (see `require`)."""

    alone: Mapping[str, str] = MappingProxyType({})

    def read(self, data: dict, *, partial: bool = False) -> dict:
        """Return the values of the fields that were sent, by source. Without `partial`, the required fields must have
        been sent.

        Raise DatosInvalidos with every broken field, in the order of the fields, and the unknown ones last.
        """
        values, errors = self.check(data, partial=partial)
        self.require(values, errors)
        return values

    def check(self, data: dict, *, partial: bool = False) -> tuple[dict, dict[str, list[str]]]:
        """Return the good values by source, and the sentences of the broken fields by name."""
        values, errors = {}, {}
        for name, field in self._input.items():
            try:
                if name in data:
                    values[field.source] = field.run_validation(data[name])
                elif not partial and field.required:
                    field.fail("required")
                elif not partial and field.default is not serializers.empty:
                    values[field.source] = field.default
            except serializers.ValidationError as error:
                errors[name] = [str(sentence) for sentence in error.detail]
        return values, errors | self._unknown(data)

    def require(self, values: dict, errors: dict[str, list[str]]) -> None:
        """Raise DatosInvalidos when there are errors. It comes without `campos` for a sentence of `alone`, which the
        contract gives word by word, when it is the only one that is said, be it of several fields."""
        if errors:
            errors = self._with_references(values, errors)
        said = {sentence for sentences in errors.values() for sentence in sentences}
        if len(said) == 1 and (sentence := said.pop()) in self.alone:
            raise DatosInvalidos(sentence, codigo=self.alone[sentence])
        if errors:
            raise DatosInvalidos(campos=errors)

    def _with_references(self, values, errors):
        """Return the errors together with those of the references that would have waited for the write."""
        for name, field in self._input.items():
            if getattr(field, "on_write", False) and values.get(field.source) is not None:
                try:
                    field.require(values[field.source])
                except serializers.ValidationError as error:
                    errors = errors | {name: [str(sentence) for sentence in error.detail]}
        return {n: errors[n] for n in (*self._input, *errors) if n in errors}

    @cached_property
    def _input(self) -> dict:
        return {name: field for name, field in self.fields.items() if not field.read_only}

    @cached_property
    def _known(self) -> frozenset:
        return frozenset(self.fields) | frozenset(getattr(getattr(self, "Meta", None), "ignored", ()))

    def _unknown(self, data):
        extra = [name for name in data if name not in self._known]
        return {name: [unknown(name, self._input if i < MAX_HINTS else ())] for i, name in enumerate(extra)}


class ObjectListField(fields.Strict, serializers.ListField):
    """An array of objects that a strict serializer reads. A sentence begins with the place of its field:
    `lugares[1].orden: …`."""

    default_error_messages = {
        "not_a_list": "{campo}: debe ser un arreglo",
        "max_length": "{campo}: admite {max_length} elementos como máximo",
        "objeto": "{campo}[{i}]: debe ser un objeto",
    }

    def __init__(self, *, max_length: int, **kwargs):
        super().__init__(**kwargs)
        self.maximum = max_length

    def to_internal_value(self, data):
        if not isinstance(data, list):
            self.fail("not_a_list")
        if len(data) > self.maximum:
            self.fail("max_length", max_length=self.maximum)
        values, errors = [], []
        for i, item in enumerate(data):
            try:
                values.append(self._read(i, item))
            except DatosInvalidos as error:
                errors += [f"{self.field_name}[{i}].{sentence}" for _, sentence in error.frases()]
            except serializers.ValidationError as error:
                errors += error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def _read(self, i, item):
        if not isinstance(item, dict):
            self.fail("objeto", i=i)
        return self.child.read(item)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    """A serializer whose fields come from the model's, with their lengths and validators. The verb checks what needs a
    query."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: fields.StrictTextField,
        models.TextField: fields.StrictLongTextField,
        models.EmailField: fields.StrictEmailField,
        models.IntegerField: fields.StrictIntegerField,
        models.BooleanField: fields.StrictBooleanField,
        models.DateField: fields.StrictDateField,
        models.DateTimeField: fields.StrictDateTimeField,
        models.TimeField: fields.StrictClockField,
        models.DecimalField: fields.StrictMoneyField,
    }
    serializer_choice_field = fields.StrictChoiceField

    def build_standard_field(self, field_name, model_field):
        cls, options = super().build_standard_field(field_name, model_field)
        # The INSERT settles whether a value is unique: a query before it only tells what was true then.
        options["validators"] = [v for v in options.get("validators", ()) if not isinstance(v, UniqueValidator)]
        if issubclass(cls, fields.StrictTextField) and model_field.null:
            options["allow_blank"] = True
        return cls, options


def in_both_cases(keys: Iterable[str]) -> tuple[str, ...]:
    """Return keys of an answer as they come, in PascalCase, and in the camelCase of bodies, for `Meta.ignored`."""
    return tuple(case for key in keys for case in (key, key[0].lower() + key[1:]))


def unknown(name: str, known) -> str:
    close = get_close_matches(name, known, n=1) if len(name) <= MAX_NAME else []
    hint = f" (¿quiso decir `{close[0]}`?)" if close else ""
    return f"{name}: no se reconoce{hint}"


def read_changes(serializer: StrictSerializer, data: dict) -> dict:
    """Return what a PUT of the envelope dialect changes. A null for a text or for a required field counts as not sent.
    Raise DatosInvalidos when nothing is left to change."""
    sent = {name: value for name, value in data.items() if value is not None or not _ignores_null(serializer, name)}
    changes = serializer.read(sent, partial=True)
    if not changes:
        raise DatosInvalidos(DatosInvalidos.SIN_CAMBIOS, codigo="sin_cambios")
    return changes


def _ignores_null(serializer, name) -> bool:
    field = serializer.fields.get(name)
    return field is not None and (field.required or isinstance(field, fields.StrictTextField))
