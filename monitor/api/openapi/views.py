"""The routes that show the API's description: the document, and a page that reads it."""

from functools import cache

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.renderers import OpenApiYamlRenderer

from monitor.api.fields import OpcionField
from monitor.api.openapi.generator import Generador
from monitor.api.params import Parametros
from monitor.api.viewsets import Accion, VistaAbierta

ESCRIBEN = {"yaml": OpenApiYamlRenderer().render, "json": orjson.dumps}
FORMATO = Parametros(format=OpcionField(choices=list(ESCRIBEN)))

# Swagger UI sets styles by script and draws icons from data: addresses; all else must come from this host.
SOLO_DE_AQUI = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocumentacionViewSet(VistaAbierta):
    acciones = {"esquema": Accion("", "describir la API"), "docs": Accion("", "mostrar la documentación")}

    def esquema(self, request):
        formato = FORMATO.leer(request.GET).get("format", "yaml")
        return HttpResponse(escrito(formato), content_type=f"application/{formato}")

    def docs(self, request):
        response = render(request, "monitor/docs.html")
        response.headers["Content-Security-Policy"] = SOLO_DE_AQUI
        return response


@cache
def escrito(formato: str) -> bytes:
    """It takes most of a second, and changes only with the code: once a process."""
    return ESCRIBEN[formato](documento())


@cache
def documento() -> dict:
    return Generador().get_schema(public=True)
