"""From exceptions to answers: the only place that knows which HTTP status a domain error has."""

import logging

from django.core.exceptions import SuspiciousOperation
from django.db import Error as ErrorDeBase
from django.http import HttpResponse

from monitor import errores
from monitor.api.dialects import Dialecto
from monitor.db.errors import no_responde

log = logging.getLogger(__name__)

# What Django itself refuses to read, as thousands of query parameters.
DEMASIADO = "La petición no se puede leer; envíe menos parámetros"

STATUS = {
    errores.DatosInvalidos: 400,
    errores.NoAutenticado: 401,
    errores.SinPermiso: 403,
    errores.NoEncontrado: 404,
    errores.Conflicto: 409,
    errores.ReglaIncumplida: 422,
    errores.DemasiadosIntentos: 429,
}


class ErrorHTTP(errores.ErrorDeDominio):
    """What only HTTP can get wrong: a method, a size, a content type."""

    def __init__(self, status: int, mensaje: str, headers: dict | None = None):
        super().__init__(mensaje, codigo="http")
        self.status, self.headers = status, headers or {}


class MetodoNoPermitido(ErrorHTTP):
    def __init__(self, metodo: str, permitidos: list[str]):
        super().__init__(405, f"El método {metodo} no está permitido aquí", {"Allow": ", ".join(permitidos)})


def responder_error(error: Exception, dialecto: Dialecto, operacion: str | None = None) -> HttpResponse:
    """`operacion` completes «Error interno al …»."""
    if isinstance(error, SuspiciousOperation):
        error = errores.DatosInvalidos(DEMASIADO)
    elif not isinstance(error, errores.ErrorDeDominio):
        error = _interno(error, operacion)
    return dialecto.responder(dialecto.error(error), _status(error), _headers(error))


def _interno(error: Exception, operacion: str | None) -> ErrorHTTP:
    log.error("Error interno al %s", operacion or "atender la petición", exc_info=error)
    return interno(503 if isinstance(error, ErrorDeBase) and no_responde(error) else 500, operacion)


def interno(status: int, operacion: str | None) -> ErrorHTTP:
    mensaje = f"Error interno al {operacion}" if operacion else "Error interno del servidor"
    return ErrorHTTP(status, mensaje, {"Retry-After": "5"} if status == 503 else None)


def _status(error: errores.ErrorDeDominio) -> int:
    if isinstance(error, ErrorHTTP):
        return error.status
    return next(STATUS[clase] for clase in type(error).__mro__ if clase in STATUS)


def _headers(error: errores.ErrorDeDominio) -> dict:
    if isinstance(error, ErrorHTTP):
        return error.headers
    if isinstance(error, errores.NoAutenticado):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errores.DemasiadosIntentos):
        return {"Retry-After": str(error.espera)}
    return {}
