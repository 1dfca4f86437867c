"""The clients with which tests call the API as a program does, with a token and JSON, in this process or over the
wire."""

import http.client
import json
from dataclasses import dataclass
from functools import cache, cached_property, partialmethod
from urllib.parse import urlsplit

from django.test import Client

from monitor.api import tokens
from monitor.usuarios.llaves import Llave


def cuerpo_de(datos) -> bytes:
    return datos if isinstance(datos, bytes) else json.dumps(datos).encode()


@cache
def cliente():
    """Return the one client of all tests: a client's first call loads the middleware, which takes longer than a
    request."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


class Api:
    """Calls the API in this process: `Api(usuario).post("/api/…", {…})`; for a program, `Api(llave)`. Without a user it
    sends no token. Django's CSRF check is on."""

    def __init__(self, usuario=None, **entorno):
        self.usuario, self.entorno = usuario, entorno

    @cached_property
    def token(self):
        return self.usuario.llave if isinstance(self.usuario, Llave) else tokens.issue(self.usuario)

    def pedir(self, metodo, ruta, datos=None, tipo="application/json", **cabeceras):
        """Send an HTTP request and return the response. `datos` is anything that JSON can write, or the bytes of a
        body."""
        if self.usuario:
            cabeceras = {"Authorization": f"Bearer {self.token}"} | cabeceras
        cuerpo = b"" if datos is None else cuerpo_de(datos)
        return cliente().generic(metodo, ruta, cuerpo, content_type=tipo, headers=cabeceras, **self.entorno)

    get = partialmethod(pedir, "GET")
    head = partialmethod(pedir, "HEAD")
    post = partialmethod(pedir, "POST")
    put = partialmethod(pedir, "PUT")
    patch = partialmethod(pedir, "PATCH")
    delete = partialmethod(pedir, "DELETE")


def respuesta(response):
    """Return the status and the body, to compare both at once."""
    return response.status_code, json.loads(response.getvalue())


def en_camello(valor):
    """Return what the envelope dialect answered with its keys as it takes them: `Id` is `id`."""
    if isinstance(valor, list):
        return [en_camello(uno) for uno in valor]
    if isinstance(valor, dict):
        return {clave[0].lower() + clave[1:]: en_camello(uno) for clave, uno in valor.items()}
    return valor


@dataclass
class Respuesta:
    status: int
    headers: http.client.HTTPMessage
    cuerpo: bytes

    def json(self):
        return json.loads(self.cuerpo)

    # As Django's responses have them, so that `respuesta` takes either.

    @property
    def status_code(self):
        return self.status

    def getvalue(self):
        return self.cuerpo


class Remota:
    """Calls the API over the wire, with a connection for each call: `Remota(servidor, usuario).pedir("GET",
    "/api/…")`."""

    def __init__(self, servidor, usuario=None):
        self.direccion = urlsplit(servidor).netloc
        self.cabeceras = {"Authorization": f"Bearer {tokens.issue(usuario)}"} if usuario else {}

    def pedir(self, metodo, ruta, datos=None, tipo="application/json", **cabeceras) -> Respuesta:
        conexion = http.client.HTTPConnection(self.direccion, timeout=60)
        try:
            cuerpo = None if datos is None else cuerpo_de(datos)
            conexion.request(metodo, ruta, cuerpo, self.cabeceras | {"Content-Type": tipo} | cabeceras)
            recibida = conexion.getresponse()
            return Respuesta(recibida.status, recibida.headers, recibida.read())
        finally:
            conexion.close()


class Paciente(Remota):
    """Asks again when the database was too busy: nothing was done then, and on a slow machine a race has many turns to
    wait for."""

    VECES = 20

    def pedir(self, *peticion, **cabeceras) -> Respuesta:
        for _ in range(self.VECES):
            recibida = super().pedir(*peticion, **cabeceras)
            if recibida.status != 503:
                break
        return recibida
