"""Answers made of exceptions. No other place knows which HTTP status a domain error has."""

import logging
from math import ceil

from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import Error as DatabaseError
from django.db import IntegrityError
from django.http import HttpResponse
from rest_framework.exceptions import APIException

from monitor import errores
from monitor.api.dialects import Dialect
from monitor.db.errors import UNREACHABLE, is_broken_reference, outage
from monitor.db.writes import YA_NO_EXISTE

log = logging.getLogger(__name__)

ERROR_CODE = "X-Error-Code"
RETRY_AFTER = "5"  # seconds

OCUPADO = "El servidor está ocupado; inténtelo de nuevo en unos segundos"
# The sentence for what Django itself refuses to read, such as thousands of query parameters.
DEMASIADO = "La petición no se puede leer; envíe menos parámetros"

STATUS = {
    errores.DatosInvalidos: 400,
    errores.NoAutenticado: 401,
    errores.SinPermiso: 403,
    errores.NoEncontrado: 404,
    errores.Conflicto: 409,
    errores.Desactualizado: 412,
    errores.ArchivoNoPermitido: 415,
    errores.ReglaIncumplida: 422,
    errores.DemasiadosIntentos: 429,
    errores.NubeNoResponde: 503,
}

CODIGOS = {
    405: "metodo_no_permitido",
    413: "cuerpo_demasiado_grande",
    415: "tipo_no_admitido",
    500: "error_interno",
    503: UNREACHABLE,
}


class HttpError(errores.ErrorDeDominio):
    """An error that only HTTP has: a method, a size, a content type."""

    codigo = "rechazado"

    def __init__(self, status: int, mensaje: str, headers: dict | None = None, *, codigo: str | None = None):
        super().__init__(mensaje, codigo=codigo or CODIGOS.get(status))
        self.status, self.headers = status, headers or {}


class MethodNotAllowed(HttpError):
    def __init__(self, method: str, allowed: list[str]):
        super().__init__(405, f"El método {method} no está permitido aquí", {"Allow": ", ".join(allowed)})


def error_response(error: Exception, dialect: Dialect, operacion: str | None = None, *, request=None) -> HttpResponse:
    """Return the answer to an error. `operacion` completes «Error interno al …». Whoever listens to Django's
    `got_request_exception` hears of an error that nobody expected, with `request`."""
    if isinstance(error, SuspiciousOperation):
        error = errores.DatosInvalidos(DEMASIADO, codigo="peticion_invalida")
    elif isinstance(error, APIException):
        error = _of_rest_framework(error)
    elif isinstance(error, IntegrityError) and is_broken_reference(error):
        error = errores.DatosInvalidos(YA_NO_EXISTE, codigo="cambio_mientras")
    elif not isinstance(error, errores.ErrorDeDominio):
        error = _unexpected(error, operacion, request)
    return dialect.respond(dialect.error(error), _status(error), headers_of(error))


def _of_rest_framework(error: APIException) -> errores.ErrorDeDominio:
    """Translate an exception of DRF, which an authentication, a permission or a throttle that isn't ours raised."""
    if error.status_code == 401:
        return errores.NoAutenticado(str(error.detail))
    wait = getattr(error, "wait", None)
    return HttpError(error.status_code, str(error.detail), {"Retry-After": str(ceil(wait))} if wait else None)


def _unexpected(error: Exception, operacion: str | None, request) -> HttpError:
    what = operacion or "atender la petición"
    if code := outage_of(error):
        log_outage(what, code, error)
        return internal(503, operacion, code)
    log.error("Error interno al %s", what, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return internal(500, operacion)


def log_outage(what: str, code: str, error: Exception) -> None:
    """Write one line, without a traceback: while a database is away, tracebacks would fill the disk."""
    log.error("La base de datos no atendió al %s (%s): %s", what, code, str(error).partition("\n")[0])


def outage_of(error: Exception) -> str | None:
    """Return why the database can't serve for now (see `monitor.db.errors.outage`), if that is what the error says."""
    return outage(error) if isinstance(error, DatabaseError) else None


def internal(status: int, operacion: str | None, codigo: str | None = None) -> HttpError:
    message = f"Error interno al {operacion}" if operacion else "Error interno del servidor"
    return HttpError(status, message, {"Retry-After": RETRY_AFTER} if status == 503 else None, codigo=codigo)


def server_busy() -> HttpError:
    """Return the error of what there is no room for. Nothing of it has been done."""
    return HttpError(503, OCUPADO, {"Retry-After": "2"}, codigo="servidor_ocupado")


def _status(error: errores.ErrorDeDominio) -> int:
    if isinstance(error, HttpError):
        return error.status
    return next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)


def headers_of(error: errores.ErrorDeDominio) -> dict:
    return _headers(error) | {ERROR_CODE: error.codigo}


def _headers(error: errores.ErrorDeDominio) -> dict:
    if isinstance(error, HttpError):
        return error.headers
    if isinstance(error, errores.NoAutenticado):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errores.DemasiadosIntentos):
        return {"Retry-After": str(error.espera)}
    if isinstance(error, errores.NubeNoResponde):
        return {"Retry-After": RETRY_AFTER}
    return {}
