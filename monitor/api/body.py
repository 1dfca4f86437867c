"""The body of an HTTP request: its size, its type and its JSON."""

import json
from hashlib import sha256

import orjson
from django.http import HttpRequest
from django.utils.http import parse_header_parameters

from monitor.api.errors import HttpError
from monitor.errores import DatosInvalidos

MAX_BYTES = 1024 * 1024  # bytes

VACIO = "El cuerpo está vacío; envíe un objeto JSON"
NO_ES_JSON = "El cuerpo no es JSON válido en UTF-8"
NO_ES_OBJETO = "El cuerpo debe ser un objeto JSON"
LIMITE_PASADO = "El cuerpo pasa de 1 MiB"
OTRO_TIPO = "Envíe el cuerpo como application/json en UTF-8"
INCOMPLETO = "El cuerpo no llegó completo; envíelo de nuevo"

# The rest of a body that nobody reads would be taken for the next request of its connection.
CLOSE = {"Connection": "close"}


class Written(float):
    """A number that remembers how it was written: a float keeps some 16 of its digits."""

    def __new__(cls, text: str):
        number = super().__new__(cls, text)
        number.text = text
        return number


class TooLarge(HttpError):
    def __init__(self):
        super().__init__(413, LIMITE_PASADO, CLOSE)


def read_object(request: HttpRequest, *, optional: bool = False) -> dict:
    """Return the JSON object in the body; with `optional`, an empty body is an empty object.

    Raise DatosInvalidos when the body isn't a JSON object or repeats a key, and HttpError for its size, its type or a
    body that didn't arrive whole.
    """
    body = read_bytes(request)
    if not body:
        if optional:
            return {}
        raise DatosInvalidos(VACIO, codigo="cuerpo_vacio")
    _require_json(request)
    try:
        if not isinstance(orjson.loads(body), dict):
            raise DatosInvalidos(NO_ES_OBJETO, codigo="json_invalido")
    except orjson.JSONDecodeError as error:
        raise DatosInvalidos(NO_ES_JSON, codigo="json_invalido") from error
    return _read_exactly(body)


def read_bytes(request: HttpRequest) -> bytes:
    """Return the whole body, as often as it is asked for. Raise HttpError when it is too large or didn't arrive whole:
    our server gives only whole ones, with the length of those that came in chunks, but leaves out those that are too
    large."""
    if (body := getattr(request, "whole_body", None)) is None:
        body = request.whole_body = _read(request)
    return body


def digest_of(request: HttpRequest, head: bytes) -> bytes:
    """Return a digest of some bytes and the whole body."""
    return sha256(head + read_bytes(request)).digest()


def refuse_large(request: HttpRequest) -> None:
    """Raise HttpError when the body is too large, before anything of it is read or done. Our server leaves such a body
    out, so that an action that reads none would be carried out without it."""
    if length_of(request) > MAX_BYTES:
        raise TooLarge


def _read(request) -> bytes:
    refuse_large(request)
    length = length_of(request)
    body = request.read(length)
    if len(body) < length:
        raise HttpError(400, INCOMPLETO, CLOSE, codigo="cuerpo_incompleto")
    return body


def length_of(request) -> int:
    """Return how many bytes the body has. Raise DatosInvalidos when it doesn't say so."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise DatosInvalidos("Content-Length no es un número", codigo="peticion_invalida")
    return int(length)


def _require_json(request) -> None:
    media_type, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    if (
        media_type != "application/json"
        or parameters.get("charset", "utf-8").replace("\\", "").lower() not in ("utf-8", "utf8")
        or request.META.get("HTTP_CONTENT_ENCODING", "identity") != "identity"
    ):
        raise HttpError(415, OTRO_TIPO)


def _read_exactly(body: bytes) -> dict:
    """Return the object in a body that orjson found to be good. orjson rounds numbers, and keeps the last of two equal
    keys, without a word; the standard library's reader shows both. Raise DatosInvalidos when an object repeats a
    key."""
    repeated = {}

    def look(pairs):
        read = dict(pairs)
        if len(read) < len(pairs):
            seen = set()
            repeated.update((key, [f"{key}: está repetido"]) for key, _ in pairs if key in seen or seen.add(key))
        return read

    try:
        data = json.loads(body, object_pairs_hook=look, parse_float=Written)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, and objects a thousand deep
        raise DatosInvalidos(NO_ES_JSON, codigo="json_invalido") from error
    if repeated:
        raise DatosInvalidos(campos=repeated, codigo="clave_repetida")
    return data
