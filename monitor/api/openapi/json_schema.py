"""The JSON Schema (OpenAPI 3.1) of strict fields and of the two dialects."""

from rest_framework import serializers

from monitor.api import fields
from monitor.api.dialects import DIRECT, ENVELOPE
from monitor.api.shapes import EmptyListField, PartsField
from monitor.textos import BLANCOS
from monitor.validadores import Entre

# ECMA 262 and Python read these patterns alike.
SIN_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$"
HORA = r"([01]\d|2[0-3]):[0-5]\d"
IMPORTE = r"^-?\d{1,12}(\.\d{1,2})?$"
CON_ALGO = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
SIN_CONTROL_LARGO = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
# Around a text that is trimmed: Unicode's blanks, some of which are control characters.
BLANCO = "[" + "".join(rf"\u{ord(blanco):04x}" for blanco in BLANCOS) + "]*"
VACIA = {"type": "string", "maxLength": 0}


class DirectSchemas:
    """The dialect of /api: the data as they are."""

    error_name = "ErrorDeCampos"
    date = {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d{2}-\d{2}T12:00:00\.000Z$",
        "description": "El día, a mediodía UTC.",
    }
    moment = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"}
    time = {
        "type": "string",
        "format": "date-time",
        "pattern": r"^1970-01-01T\d{2}:\d{2}:\d{2}\.000Z$",
        "description": "La hora del reloj, como se escribió, en ningún huso.",
    }
    error = {
        "type": "object",
        "properties": {
            "error": {
                "type": "string",
                "description": "Una frase para mostrar: la del primer campo con error, si hay.",
            },
            "campos": {
                "type": "object",
                "description": "Sólo cuando fallan campos o parámetros: todas las frases de cada uno.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                "minProperties": 1,
            },
        },
        "required": ["error"],
        "additionalProperties": False,
    }

    def success(self, schema: dict) -> dict:
        return schema

    def data(self, data, message: str):
        return data


class EnvelopeSchemas:
    """The dialect of solicitudes and catalogues: an envelope, local times without offset."""

    error_name = "ErrorConDetalle"
    date = {"type": "string", "format": "date"}
    moment = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$", "description": "Hora local."}
    time = {"type": "string", "pattern": r"^\d{2}:\d{2}:\d{2}$"}
    error = {
        "type": "object",
        "properties": {
            "success": {"type": "boolean", "const": False},
            "message": {"type": "string", "description": "Una frase para mostrar: la primera de `detail`, si hay."},
            "detail": {
                "type": ["array", "null"],
                "description": "En 400 y 422, todas las frases.",
                "items": {"type": "string"},
                "minItems": 1,
            },
        },
        "required": ["success", "message", "detail"],
        "additionalProperties": False,
    }

    def success(self, schema: dict) -> dict:
        properties = {"success": {"type": "boolean", "const": True}, "message": {"type": "string"}, "data": schema}
        return {"type": "object", "properties": properties, "required": list(properties)}

    def data(self, data, message: str):
        return ENVELOPE.success(message, data)


SCHEMAS = {DIRECT: DirectSchemas(), ENVELOPE: EnvelopeSchemas()}


# --- The fields in a response, in a body and in a URL ---


def in_response(field: serializers.Field, dialect) -> dict | None:
    """Return the schema of a field in a response, or None for a field that isn't ours."""
    if isinstance(field, PartsField):
        return None
    for cls, schema in (
        (EmptyListField, {"type": "array", "items": {}, "maxItems": 0}),
        (serializers.DateField, dialect.date),
        (serializers.DateTimeField, dialect.moment),
        (serializers.TimeField, dialect.time),
        (serializers.BooleanField, {"type": "boolean"}),
        (serializers.IntegerField, {"type": "integer"}),
        (serializers.FloatField, {"type": "number"}),
        (serializers.DecimalField, {"type": "string", "pattern": IMPORTE, "description": "Un importe exacto."}),
        (serializers.CharField, {"type": "string"}),
    ):
        if isinstance(field, cls):
            return dict(schema)
    return None


def in_body(field: serializers.Field, dialect) -> dict | None:
    match field:
        case fields.StrictEmailField():
            return {"anyOf": [{"type": "string", "format": "email"} | _lengths(field), VACIA]}
        case fields.StrictTextField():
            return _text(field)
        case fields.StrictFloatField():
            return {"type": "number"} | _limits(field)
        case fields.StrictIntegerField():
            return {"type": "integer", "minimum": field.minimum, "maximum": field.maximum} | _limits(field)
        case fields.StrictDateField() | fields.StrictDateTimeField() | fields.StrictTimeField():
            return _moment(field)
        case fields.StrictMoneyField():
            limit = 10**12
            number = {"type": "number", "exclusiveMinimum": -limit, "exclusiveMaximum": limit}
            return {"anyOf": [{"type": "string", "pattern": IMPORTE}, number]}
        case fields.StrictBooleanField():
            return {"type": "boolean"}
    return None


def in_query(field: serializers.Field, dialect) -> dict | None:
    """Return the schema of a field in a URL, where an empty value is refused and a date is a day."""
    schema = in_body(field, dialect)
    if isinstance(field, fields.StrictDateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, fields.StrictDateTimeField):
        return {"type": "string", "format": "date-time"}
    if isinstance(field, fields.StrictTextField):
        return schema | {"minLength": 1, "pattern": CON_ALGO}
    return schema


DIRECTIONS = {"response": in_response, "request": in_body, "query": in_query}


def _text(field):
    pattern = SIN_CONTROL_LARGO if field.multiline else SIN_CONTROL
    if field.trim:
        pattern = f"^{BLANCO}{pattern[1:-1]}{BLANCO}$"
    schema = {"type": "string", "pattern": pattern}
    if not field.allow_blank:
        schema["minLength"] = field.min_length or 1
    return schema | _lengths(field)


def _lengths(field):
    return {} if field.max_length is None else {"maxLength": field.max_length}


def _moment(field):
    """Return the schema of a date, a time or a moment in a body, where an empty text is null. Each branch has its type,
    because generators read branches one by one."""
    match field:
        case fields.StrictDayField():
            return {"type": "string", "format": "date"}
        case fields.StrictPaperDateField():
            formats = [{"format": "date"}, {"format": "date-time"}, {"pattern": r"^\d{2}/\d{2}/\d{4}$"}]
        case fields.StrictDateField():
            formats = [{"format": "date"}, {"format": "date-time"}]
        case fields.StrictDateTimeField():
            formats = [{"format": "date-time"}, {"format": "date"}]
        case fields.StrictClockField():
            formats = [{"pattern": rf"^{HORA}(:[0-5]\d)?$"}, {"pattern": rf"^1970-01-01T{HORA}:[0-5]\d\.000Z$"}]
        case _:
            formats = [{"pattern": rf"^{HORA}(:[0-5]\d)?$"}]
    branches = [{"type": "string"} | format_ for format_ in formats] + ([VACIA] if field.allow_null else [])
    return {"anyOf": branches} if len(branches) > 1 else branches[0]


def _limits(field):
    for validator in field.validators:
        if isinstance(validator, Entre):
            return dict(zip(("minimum", "maximum"), validator.limit_value, strict=True))
    return {}
