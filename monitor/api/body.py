"""A request's body: its size, its type, its JSON."""

import orjson
from django.http import HttpRequest

from monitor.api.errors import HttpError
from monitor.errores import DatosInvalidos

MAX_BYTES = 1024 * 1024  # bytes

VACIO = "El cuerpo está vacío; envíe un objeto JSON"
NO_ES_JSON = "El cuerpo no es JSON válido en UTF-8"
NO_ES_OBJETO = "El cuerpo debe ser un objeto JSON"
LIMITE_PASADO = "El cuerpo pasa de 1 MiB"
OTRO_TIPO = "Envíe el cuerpo como application/json en UTF-8"


def read_object(request: HttpRequest, *, optional: bool = False) -> dict:
    """The JSON object in the body; with `optional`, an empty body is an empty object."""
    body = _read(request)
    if not body:
        if optional:
            return {}
        raise DatosInvalidos(VACIO)
    _require_json(request)
    try:
        datos = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DatosInvalidos(NO_ES_JSON) from error
    if not isinstance(datos, dict):
        raise DatosInvalidos(NO_ES_OBJETO)
    return datos


def _read(request) -> bytes:
    """From the server's own stream where the body comes in chunks: Django sees none without a Content-Length."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        body = request.META["wsgi.input"].read(MAX_BYTES + 1)
    else:
        body = request.read(min(_length(request), MAX_BYTES + 1))
    if len(body) > MAX_BYTES:
        raise HttpError(413, LIMITE_PASADO)
    return body


def _length(request) -> int:
    largo = request.META.get("CONTENT_LENGTH") or "0"
    if not (largo.isascii() and largo.isdigit()):
        raise DatosInvalidos("Content-Length no es un número")
    return int(largo)


def _require_json(request) -> None:
    tipo, _, resto = request.META.get("CONTENT_TYPE", "").partition(";")
    charset = resto.lower().replace(" ", "").replace('"', "")
    if (
        tipo.strip().lower() != "application/json"
        or (charset.startswith("charset=") and charset != "charset=utf-8")
        or request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity"
    ):
        raise HttpError(415, OTRO_TIPO)
