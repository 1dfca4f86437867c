"""Conditional reads: an ETag that changes whenever the answer would, known without making it (docs/adr/0007)."""

from collections.abc import Callable
from hashlib import blake2b

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from monitor.api.dialectos import CACHE
from monitor.api.lectura import Forma, Lectura
from monitor.columnas import Version
from monitor.consultas import Consulta


class LecturaCondicional(Lectura):
    """The ETag is the digest of the shape and of the versions of all the rows that the object comes from; SQLite's rows
    have no version, and the digest is of their values."""

    def __init__(self, forma: Forma, hacer: Callable[..., QuerySet], clase: type[Consulta] = Consulta):
        versiones = [Version(ruta) for ruta in forma.una_de_cada_tabla] if connection.vendor == "postgresql" else []
        super().__init__(forma, hacer, clase, ademas=versiones)
        self._inicio = len(forma.columnas) if versiones else 0
        de_version = versiones or forma.columnas
        self._versiones = clase(lambda *variante: hacer(*variante).order_by().values_list(*de_version))
        self._sello = blake2b(forma.codigo.encode(), digest_size=16)

    def responder(self, vista, *variante, **valores) -> HttpResponse | None:
        """304 without a body when `If-None-Match` has the ETag, by a small statement; None when there is no object."""
        conocidos = vista.request.META.get("HTTP_IF_NONE_MATCH")
        if conocidos:
            versiones = self._versiones.filas(*variante, **valores)
            if not versiones:
                return None
            etag = self._etag(versiones)
            if _coincide(etag, conocidos):
                return HttpResponseNotModified(headers={"Cache-Control": CACHE, "ETag": etag})
        filas = self._consulta.filas(*variante, **valores)
        if not filas:
            return None
        etag = self._etag([fila[self._inicio :] for fila in filas])
        return vista.responder(self.forma.de_filas(filas), headers={"ETag": etag})

    def _etag(self, versiones: list[tuple]) -> str:
        digesto = self._sello.copy()
        digesto.update("\0".join(sorted(map(repr, versiones))).encode())
        return f'"{digesto.hexdigest()}"'


def _coincide(etag: str, conocidos: str) -> bool:
    """Weakly, as RFC 9110 asks of If-None-Match."""
    return any(conocido == "*" or conocido.removeprefix("W/") == etag for conocido in parse_etags(conocidos))
