"""A request's body: its size, its type, its JSON."""

import orjson
from django.http import HttpRequest
from rest_framework.parsers import BaseParser

from monitor.api.errors import ErrorHTTP
from monitor.errores import DatosInvalidos

LIMITE = 1024 * 1024  # bytes

VACIO = "El cuerpo está vacío; envíe un objeto JSON"
NO_ES_JSON = "El cuerpo no es JSON válido en UTF-8"
NO_ES_OBJETO = "El cuerpo debe ser un objeto JSON"
LIMITE_PASADO = "El cuerpo pasa de 1 MiB"
OTRO_TIPO = "Envíe el cuerpo como application/json en UTF-8"


class JSONParser(BaseParser):
    """Says to DRF and to the API's description what we take; `leer_objeto` does the reading."""

    media_type = "application/json"


def leer_objeto(request: HttpRequest, *, opcional: bool = False) -> dict:
    """The JSON object in the body; with `opcional`, an empty body is an empty object."""
    cuerpo = _leer(request)
    if not cuerpo:
        if opcional:
            return {}
        raise DatosInvalidos(VACIO)
    _exigir_json(request)
    try:
        datos = orjson.loads(cuerpo)
    except orjson.JSONDecodeError as error:
        raise DatosInvalidos(NO_ES_JSON) from error
    if not isinstance(datos, dict):
        raise DatosInvalidos(NO_ES_OBJETO)
    return datos


def _leer(request) -> bytes:
    """From the server's own stream where the body comes in chunks: Django sees none without a Content-Length."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        cuerpo = request.META["wsgi.input"].read(LIMITE + 1)
    else:
        cuerpo = request.read(min(_largo(request), LIMITE + 1))
    if len(cuerpo) > LIMITE:
        raise ErrorHTTP(413, LIMITE_PASADO)
    return cuerpo


def _largo(request) -> int:
    largo = request.META.get("CONTENT_LENGTH") or "0"
    if not (largo.isascii() and largo.isdigit()):
        raise DatosInvalidos("Content-Length no es un número")
    return int(largo)


def _exigir_json(request) -> None:
    tipo, _, resto = request.META.get("CONTENT_TYPE", "").partition(";")
    charset = resto.lower().replace(" ", "").replace('"', "")
    if (
        tipo.strip().lower() != JSONParser.media_type
        or (charset.startswith("charset=") and charset != "charset=utf-8")
        or request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity"
    ):
        raise ErrorHTTP(415, OTRO_TIPO)
