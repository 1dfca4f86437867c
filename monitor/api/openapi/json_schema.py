"""What strict fields and the two dialects look like in JSON Schema (OpenAPI 3.1)."""

from rest_framework import serializers

from monitor.api import fields
from monitor.api.dialects import DIRECTO, ENVUELTO
from monitor.api.shapes import VacioField
from monitor.validadores import Entre

# ECMA 262 and Python read these alike.
SIN_CONTROL = r"^[^\u0000-\u001f\u007f-\u009f]*$"
SIN_CONTROL_LARGO = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
CON_ALGO = r"\S"
VACIA = {"maxLength": 0}


class FormaDirecta:
    """/api: the data as they are."""

    nombre_del_error = "Error"
    fecha = {
        "type": "string",
        "format": "date-time",
        "pattern": r"^\d{4}-\d{2}-\d{2}T12:00:00\.000Z$",
        "description": "El día, a mediodía UTC.",
    }
    instante = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"}
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

    def exito(self, esquema: dict) -> dict:
        return esquema

    def datos(self, datos, mensaje: str):
        return datos


class FormaEnvuelta:
    """Transport requests and catalogues: an envelope, local times without offset."""

    nombre_del_error = "ErrorConDetalle"
    fecha = {"type": "string", "format": "date"}
    instante = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$", "description": "Hora local."}
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

    def exito(self, esquema: dict) -> dict:
        propiedades = {"success": {"type": "boolean", "const": True}, "message": {"type": "string"}, "data": esquema}
        return {"type": "object", "properties": propiedades, "required": list(propiedades)}

    def datos(self, datos, mensaje: str):
        return ENVUELTO.exito(mensaje, datos)


FORMAS = {DIRECTO: FormaDirecta(), ENVUELTO: FormaEnvuelta()}


# --- Fields: as a response shows them, as a body and as a URL take them ---


def en_respuesta(campo: serializers.Field, forma) -> dict | None:
    """None of a field that is none of ours."""
    for clase, esquema in (
        (VacioField, {"type": "array", "items": {}, "maxItems": 0}),
        (serializers.DateField, forma.fecha),
        (serializers.DateTimeField, forma.instante),
        (serializers.TimeField, {"type": "string", "pattern": r"^\d{2}:\d{2}:\d{2}$"}),
        (serializers.BooleanField, {"type": "boolean"}),
        (serializers.IntegerField, {"type": "integer"}),
        (serializers.FloatField, {"type": "number"}),
        (serializers.CharField, {"type": "string"}),
    ):
        if isinstance(campo, clase):
            return dict(esquema)
    return _opciones(campo)


def en_cuerpo(campo: serializers.Field, forma) -> dict | None:
    match campo:
        case fields.CorreoField():
            return _texto(campo) | {"anyOf": [{"format": "email"}, VACIA]}
        case fields.TextoField():
            return _texto(campo)
        case fields.NumeroField():
            return {"type": "number"} | _limites(campo)
        case fields.EnteroField():
            return {"type": "integer", "minimum": campo.minimo, "maximum": campo.maximo}
        case fields.FechaField() | fields.InstanteField() | fields.HoraField():
            return _momento(campo)
        case fields.BanderaField():
            return {"type": "boolean"}
    return _opciones(campo)


def en_consulta(campo: serializers.Field, forma) -> dict | None:
    """In a URL an empty value is refused, and a date is a day."""
    esquema = en_cuerpo(campo, forma)
    if isinstance(campo, fields.FechaField):
        return {"type": "string", "format": "date"}
    if isinstance(campo, fields.TextoField):
        return esquema | {"minLength": 1, "allOf": [{"pattern": CON_ALGO}]}
    return esquema


SENTIDOS = {"response": en_respuesta, "request": en_cuerpo, "query": en_consulta}


def _texto(campo):
    esquema = {"type": "string", "pattern": SIN_CONTROL_LARGO if campo.largo else SIN_CONTROL}
    if not campo.allow_blank:
        esquema["minLength"] = campo.min_length or 1
    if campo.max_length is not None:
        esquema["maxLength"] = campo.max_length
    return esquema


def _momento(campo):
    """An empty text is null."""
    match campo:
        case fields.DiaField():
            return {"type": "string", "format": "date"}
        case fields.FechaField():
            formatos = [{"format": "date"}, {"format": "date-time"}]
        case fields.InstanteField():
            formatos = [{"format": "date-time"}, {"format": "date"}]
        case _:
            formatos = [{"pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"}]
    return {"type": "string", "anyOf": [*formatos, VACIA]}


def _limites(campo):
    for validador in campo.validators:
        if isinstance(validador, Entre):
            return dict(zip(("minimum", "maximum"), validador.limit_value, strict=True))
    return {}


def _opciones(campo):
    return {"type": "string", "enum": list(campo.choices)} if isinstance(campo, serializers.ChoiceField) else None
