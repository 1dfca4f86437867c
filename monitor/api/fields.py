"""Strict fields: a value has the type that the contract says, or is refused; nothing is coerced, cut or dropped.

A sentence names its field (`{campo}`), except for the sentences that the contract gives word by word.
"""

import re
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from math import isfinite

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils import timezone
from rest_framework import serializers

from monitor.api.body import Written
from monitor.db.queries import CompiledQuery, Param
from monitor.textos import composed, is_visible, plates, trimmed, words
from monitor.validadores import ENTERO_MAXIMO, sin_control, sin_control_en_texto_largo

_DIA = r"\d{4}-\d{2}-\d{2}"
_ISO = re.compile(
    rf"({_DIA})(?:T\d{{2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,9}})?)?(?:Z|[+-]\d{{2}}(?::?\d{{2}})?)?)?", re.ASCII
)
# What an amount can be: one with more digits before the point, or after the cents, is refused and not rounded.
EXACTO, CENTAVO = Context(prec=14, traps=[Inexact, InvalidOperation]), Decimal("0.01")
IMPORTE = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_DIA_EN_PAPEL = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_HORA = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", re.ASCII)
_HORA_COMO_VUELVE = re.compile(r"1970-01-01T(\d{2}:\d{2}:\d{2})\.000Z", re.ASCII)


class Strict:
    """The base of all strict fields: their messages name the field, and so do the sentences of their validators."""

    # Its subclasses name this class first among their bases, so that these messages win over DRF's own.
    default_error_messages = {
        "required": "{campo}: es obligatorio",
        "null": "{campo}: no puede ser nulo",
    }

    def bind(self, field_name, parent):
        super().bind(field_name, parent)
        self.error_messages = {
            code: message.replace("{campo}", field_name) for code, message in self.error_messages.items()
        }

    def run_validators(self, value):
        for validator in self.validators:
            try:
                validator(value)
            except DjangoValidationError as error:
                raise serializers.ValidationError([f"{self.field_name}: {m}" for m in error.messages]) from error


class StrictTextField(Strict, serializers.CharField):
    """A text, read composed (NFC). `multiline` admits newlines and tabs. `trim` cuts Unicode white space at the ends
    before any check. A text that nobody can see is blank where it is required, and where it is trimmed."""

    multiline = False
    verbatim = False
    default_error_messages = {
        "invalid": "{campo}: debe ser texto",
        "blank": "{campo}: no puede estar vacío",
        "max_length": "{campo}: admite {max_length} caracteres como máximo",
        "min_length": "{campo}: requiere {min_length} caracteres como mínimo",
    }

    def __init__(self, *, trim=False, validators=(), max_length=None, min_length=None, **kwargs):
        super().__init__(trim_whitespace=False, **kwargs)
        # These are set after DRF's __init__, which brings validators of its own for lengths and NUL.
        self.trim, self.max_length, self.min_length = trim, max_length, min_length
        control = sin_control_en_texto_largo if self.multiline else sin_control
        self.validators = [control, *(v for v in validators if v is not control)]

    def run_validation(self, data=serializers.empty):
        if isinstance(data, str) and not self.verbatim:
            data = composed(trimmed(data) if self.trim else data)
            if (self.trim or not self.allow_blank) and not is_visible(data):
                data = ""
        return super().run_validation(data)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if self.min_length is not None and len(data) < self.min_length:
            self.fail("min_length", min_length=self.min_length)
        return data


class StrictLongTextField(StrictTextField):
    multiline = True


class StrictSecretField(StrictTextField):
    """A password, which counts as it was typed."""

    verbatim = True


class StrictSearchField(StrictTextField):
    """A text to search by. What is compared of it may not be nothing, because that is in every row."""

    default_error_messages = {"nada": "{campo}: no queda nada que buscar; escriba letras o números"}

    def run_validators(self, value):
        super().run_validators(value)  # what can't be in a text at all is said first
        if not self.compared(value):
            self.fail("nada")

    def compared(self, text: str):
        return words(text)


class StrictPlatesField(StrictSearchField):
    """Plates to look for."""

    def compared(self, text: str):
        return plates(text)


class StrictEmailField(StrictTextField):
    """An e-mail address, or the empty text. The validator is added here because DRF takes it off the validators of a
    model's field."""

    def __init__(self, *, validators=(), **kwargs):
        super().__init__(validators=[*(v for v in validators if v is not validate_email), validate_email], **kwargs)

    def run_validators(self, value):
        if value != "":
            super().run_validators(value)


class StrictIntegerField(Strict, serializers.IntegerField):
    default_error_messages = {
        "invalid": "{campo}: debe ser un entero",
        "rango": "{campo}: debe estar entre {minimo} y {maximo}",
    }

    def __init__(self, *, min_value=None, max_value=None, **kwargs):
        super().__init__(**kwargs)
        self.minimum = -ENTERO_MAXIMO - 1 if min_value is None else min_value
        self.maximum = ENTERO_MAXIMO if max_value is None else max_value

    def to_internal_value(self, data):
        if type(data) is not int:  # bool is a subclass of int
            self.fail("invalid")
        if not self.minimum <= data <= self.maximum:
            self.fail("rango", minimo=self.minimum, maximo=self.maximum)
        return data


class StrictFloatField(Strict, serializers.FloatField):
    """A number with or without decimals. JSON has no infinity, but has numbers that are too large for a float."""

    default_error_messages = {"invalid": "{campo}: debe ser un número"}

    def to_internal_value(self, data):
        if type(data) not in (int, float, Written) or not isfinite(data):
            self.fail("invalid")
        return float(data)


class StrictMoneyField(Strict, serializers.DecimalField):
    """An exact amount: a number, as it was written, or a text that is one."""

    default_error_messages = {"invalid": "{campo}: debe ser un importe de hasta 12 enteros y 2 decimales"}

    def __init__(self, *, max_digits=14, decimal_places=2, **kwargs):
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def validate_empty_values(self, data):
        """Take a blank text for what it is, which DRF takes for null."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data) -> Decimal:
        try:
            return EXACTO.quantize(Decimal(self._text(data)), CENTAVO)
        except DecimalException:
            self.fail("invalid")

    def _text(self, data) -> str:
        if isinstance(data, Written):
            return data.text
        if type(data) not in (str, int) or not IMPORTE.fullmatch(str(data)):
            self.fail("invalid")
        return str(data)


class StrictBooleanField(Strict, serializers.BooleanField):
    default_error_messages = {"invalid": "{campo}: debe ser true o false"}

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class StrictChoiceField(Strict, serializers.ChoiceField):
    """One of a few texts; a value of another type is refused too."""

    default_error_messages = {"invalid_choice": "{campo}: debe ser uno de: {opciones}"}

    def to_internal_value(self, data):
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", opciones=", ".join(self.choices))
        return data


class StrictDateField(Strict, serializers.DateField):
    """A calendar day: `2024-01-15`, or the day of an ISO date-time as it is written, whatever its offset. The empty
    text is null."""

    default_error_messages = {"invalid": "{campo}: no es una fecha válida; use AAAA-MM-DD"}

    def run_validation(self, data=serializers.empty):
        return super().run_validation(None if data == "" else data)

    def to_internal_value(self, value) -> date:
        match = isinstance(value, str) and _ISO.fullmatch(value)
        if not match:
            self.fail("invalid")
        try:
            datetime.fromisoformat(value)
            return date.fromisoformat(match[1])
        except ValueError:
            self.fail("invalid")


class StrictPaperDateField(StrictDateField):
    """A calendar day that may also be written as forms of paper have it, `15/01/2024`."""

    default_error_messages = {"invalid": "{campo}: no es una fecha válida; use AAAA-MM-DD o DD/MM/AAAA"}

    def to_internal_value(self, value) -> date:
        match = isinstance(value, str) and _DIA_EN_PAPEL.fullmatch(value)
        return super().to_internal_value("-".join(reversed(match.groups())) if match else value)


class StrictDayField(StrictDateField):
    """A calendar day and nothing after it, as the envelope dialect writes dates."""

    def to_internal_value(self, value) -> date:
        if not isinstance(value, str) or len(value) != len("AAAA-MM-DD"):
            self.fail("invalid")
        return super().to_internal_value(value)


class StrictTimeField(Strict, serializers.TimeField):
    """A time of day, `08:00` or `08:00:00`. The empty text is null."""

    default_error_messages = {"invalid": "{campo}: no es una hora válida; use HH:MM o HH:MM:SS"}

    def run_validation(self, data=serializers.empty):
        return super().run_validation(None if data == "" else data)

    def to_internal_value(self, value) -> time:
        if not isinstance(value, str) or not _HORA.fullmatch(value):
            self.fail("invalid")
        return time.fromisoformat(value)


class StrictClockField(StrictTimeField):
    """A time of day that may also come as the direct dialect answers it, `1970-01-01T08:00:00.000Z`: a client may send
    back what it got."""

    def to_internal_value(self, value) -> time:
        match = isinstance(value, str) and _HORA_COMO_VUELVE.fullmatch(value)
        return super().to_internal_value(match[1] if match else value)


class StrictDateTimeField(Strict, serializers.DateTimeField):
    """A moment in ISO 8601, returned in UTC. Without an offset it is in the server's TIME_ZONE, and a day alone is its
    midnight there. The empty text is null."""

    default_error_messages = {"invalid": "{campo}: no es una fecha y hora ISO 8601 válida"}

    def run_validation(self, data=serializers.empty):
        return super().run_validation(None if data == "" else data)

    def to_internal_value(self, value) -> datetime:
        if not isinstance(value, str) or not _ISO.fullmatch(value):
            self.fail("invalid")
        try:
            moment = datetime.fromisoformat(value)
            if timezone.is_naive(moment):
                moment = timezone.make_aware(moment)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")


class StrictReferenceField(StrictIntegerField):
    """The id of a row of `queryset`; `thing` names the row in the sentence («una aseguradora»).

    With `hold`, nobody can delete the row until the transaction that reads it ends. With `on_write`, the verb checks
    the reference with its write (`db.writes.Vigente`), so the row is looked up here only to report it together with
    other errors.
    """

    default_error_messages = {"no_existe": "{campo}: no existe {thing} con Id {id}"}

    def __init__(self, *, queryset, thing: str, hold: bool = False, on_write: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.thing, self.on_write = thing, on_write
        self._find = CompiledQuery(
            lambda: queryset.filter(pk=Param("id", models.IntegerField())).order_by().values_list("pk"),
            hold=hold,
        )

    def run_validators(self, value):
        if not self.on_write:
            self.require(value)

    def require(self, value: int) -> None:
        if not self._find.rows(id=value):
            self.fail("no_existe", thing=self.thing, id=value)
