"""The routes that show the API's description: the document, and a page that shows it to people."""

from functools import cache

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.renderers import OpenApiYamlRenderer

from monitor.api.fields import StrictChoiceField
from monitor.api.openapi.generator import ApiGenerator
from monitor.api.params import QueryParams
from monitor.api.viewsets import Action, OpenViewSet

WRITERS = {"yaml": OpenApiYamlRenderer().render, "json": orjson.dumps}
FORMAT = QueryParams(format=StrictChoiceField(choices=list(WRITERS)))

# Swagger UI sets styles by script and draws icons from `data:` addresses; everything else must come from this host.
ONLY_FROM_HERE = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocumentacionViewSet(OpenViewSet):
    acciones = {"esquema": Action("", "describir la API", FORMAT), "docs": Action("", "mostrar la documentación")}

    def esquema(self, request):
        format_ = self.query.get("format", "yaml")
        return HttpResponse(written(format_), content_type=f"application/{format_}")

    def docs(self, request):
        response = render(request, "monitor/docs.html")
        response.headers["Content-Security-Policy"] = ONLY_FROM_HERE
        return response


@cache
def written(format_: str) -> bytes:
    """Return the document in a format. Each process writes it once: that takes most of a second, and the document
    changes only with the code."""
    return WRITERS[format_](document())


@cache
def document() -> dict:
    return ApiGenerator().get_schema(public=True)
