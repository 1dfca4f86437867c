"""The two wire dialects: how each writes a date, an instant, an error. The one place where they differ."""

from datetime import UTC, date, datetime, time

import orjson
from django.http import HttpResponse
from django.utils import timezone

from monitor.errores import DatosInvalidos, ErrorDeDominio, ReglaIncumplida

CACHE = "private, no-cache"  # of data: kept by nobody without asking again

_OPCIONES = orjson.OPT_PASSTHROUGH_DATETIME


class Dialecto:
    # How some types are written from the text that a database has of them, in UTC; `Forma` reads them so.
    de_texto: dict = {}

    def __init__(self):
        self._textos = {date: self.fecha, datetime: self.instante, time: self.hora}

    def json(self, datos) -> bytes:
        return orjson.dumps(datos, self._valor, _OPCIONES)

    def _valor(self, valor):
        return self._textos[type(valor)](valor)

    def hora(self, valor: time) -> str:
        return valor.isoformat("seconds")

    def responder(self, datos, status=200, headers=None) -> HttpResponse:
        cuerpo = self.json(datos)
        headers = {"Cache-Control": CACHE, "Content-Length": str(len(cuerpo))} | (headers or {})
        return HttpResponse(cuerpo, content_type="application/json", status=status, headers=headers)


class Directo(Dialecto):
    """/api: the data as they are; dates at noon UTC, so that no client in America or Europe sees another day."""

    def __init__(self):
        super().__init__()
        self.de_texto = {date: self._fecha_de_texto, datetime: self._instante_de_texto}

    def fecha(self, valor: date) -> str:
        return self._fecha_de_texto(valor.isoformat())

    def instante(self, valor: datetime) -> str:
        return f"{valor.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"

    @staticmethod
    def _fecha_de_texto(texto: str) -> str:
        return f"{texto}T12:00:00.000Z"

    @staticmethod
    def _instante_de_texto(texto: str) -> str:
        """`2024-03-20 10:30:00.5+00`, as PostgreSQL writes it; SQLite, without the offset."""
        texto = texto.removesuffix("+00")
        return f"{texto[:10]}T{texto[11:19]}.{texto[20:23]:0<3}Z"

    def error(self, error: ErrorDeDominio) -> dict:
        cuerpo = {"error": error.mensaje}
        if isinstance(error, DatosInvalidos) and error.campos:
            cuerpo["campos"] = error.campos
        return cuerpo


class Envuelto(Dialecto):
    """Transport requests and catalogues: an envelope around the data; local times without offset."""

    def fecha(self, valor: date) -> str:
        return valor.isoformat()

    def instante(self, valor: datetime) -> str:
        return valor.astimezone(timezone.get_default_timezone()).replace(tzinfo=None).isoformat(timespec="seconds")

    def exito(self, mensaje: str, datos) -> dict:
        return {"success": True, "message": mensaje, "data": datos}

    def error(self, error: ErrorDeDominio) -> dict:
        return {"success": False, "message": error.mensaje, "detail": self._detalle(error)}

    def _detalle(self, error):
        if isinstance(error, DatosInvalidos):
            return [frase for frases in error.campos.values() for frase in frases] or [error.mensaje]
        if isinstance(error, ReglaIncumplida):
            return error.reglas
        return None


DIRECTO = Directo()
ENVUELTO = Envuelto()


def dialecto_de(ruta: str) -> Dialecto:
    """Of a path that no view answers for."""
    return DIRECTO if ruta == "/api" or ruta.startswith("/api/") else ENVUELTO
