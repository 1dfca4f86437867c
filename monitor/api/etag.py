"""Conditional reads: an ETag that changes whenever the answer would, known without making it (docs/adr/0007)."""

from collections.abc import Callable
from hashlib import blake2b

from django.db import Error as ErrorDeBase
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import resolve
from django.utils.http import parse_etags

from monitor.api.authentication import leer_credencial
from monitor.api.dialects import CACHE
from monitor.api.identity import ConsultaConIdentidad, solo_para_quien_pide
from monitor.api.shapes import Forma, Lectura
from monitor.db.functions import Version
from monitor.errores import ErrorDeDominio


class LecturaCondicional(Lectura):
    """One object, read together with who asks. Its ETag is the digest of the shape and of the versions of all the rows
    that it comes from; SQLite's rows have no version, and the digest is of their values."""

    def __init__(self, forma: Forma, hacer: Callable[[], QuerySet]):
        versiones = [Version(ruta) for ruta in forma.una_de_cada_tabla] if connection.vendor == "postgresql" else []

        def con_quien_pide() -> QuerySet:
            return solo_para_quien_pide(hacer())

        super().__init__(forma, con_quien_pide, ConsultaConIdentidad, ademas=versiones)
        self._inicio = len(forma.columnas) if versiones else 0
        de_version = versiones or forma.columnas
        self._versiones = ConsultaConIdentidad(lambda: con_quien_pide().order_by().values_list(*de_version))
        self._sello = blake2b(forma.codigo.encode(), digest_size=16)

    def sin_cambios(self, conocidas: str, **valores) -> HttpResponse | None:
        """304 without a body, by a small statement, when the object's ETag is one of `conocidas` (an If-None-Match)."""
        versiones = self._versiones.filas(**valores)
        if not versiones:
            return None
        etag = self._etag(versiones)
        if not _coincide(etag, conocidas):
            return None
        return HttpResponseNotModified(headers={"Cache-Control": CACHE, "ETag": etag})

    def responder(self, vista, **valores) -> HttpResponse | None:
        """200 with the object and its ETag; None when there is no object."""
        filas = self._consulta.filas(**valores)
        if not filas:
            return None
        etag = self._etag([fila[self._inicio :] for fila in filas])
        return vista.responder(self.forma.de_filas(filas), headers={"ETag": etag})

    def _etag(self, versiones: list[tuple]) -> str:
        digesto = self._sello.copy()
        digesto.update("\0".join(sorted(map(repr, versiones))).encode())
        return f'"{digesto.hexdigest()}"'


def _coincide(etag: str, conocidas: str) -> bool:
    """Weakly, as RFC 9110 asks of If-None-Match."""
    return any(conocida == "*" or conocida.removeprefix("W/") == etag for conocida in parse_etags(conocidas))


class CondicionalMiddleware:
    """Answers 304 before the layers that would make the answer again: a view whose `Accion` is `condicional` isn't
    called. Whatever else there is to say to a request is the view's to say."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        conocidas = request.method in ("GET", "HEAD") and request.META.get("HTTP_IF_NONE_MATCH")
        return (conocidas and self._sin_cambios(request, conocidas)) or self.get_response(request)

    def _sin_cambios(self, request, conocidas: str) -> HttpResponse | None:
        ruta = resolve(request.path_info)
        accion = _accion_de(ruta.func)
        if accion is None or accion.condicional is None:
            return None
        try:
            quien = leer_credencial(request, accion.permiso)
            return accion.condicional.sin_cambios(conocidas, quien=quien, **ruta.kwargs)
        except (ErrorDeDominio, ErrorDeBase):
            return None


def _accion_de(vista):
    """What a view's function, as DRF makes those of a viewset, does for GET; None of any other."""
    nombre = getattr(vista, "actions", {}).get("get")
    return nombre and vista.cls.acciones.get(nombre)
