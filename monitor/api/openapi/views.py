"""The routes that show the API's description: the document, and a page that shows it to people."""

from datetime import date
from functools import lru_cache

import orjson
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.renderers import OpenApiYamlRenderer

from monitor.api.fields import StrictChoiceField
from monitor.api.openapi.generator import ApiGenerator
from monitor.api.params import QueryParams
from monitor.api.viewsets import Action, OpenViewSet
from monitor.policies import DOCS, page

WRITERS = {"yaml": OpenApiYamlRenderer().render, "json": orjson.dumps}
FORMAT = QueryParams(format=StrictChoiceField(choices=list(WRITERS)))


class DocumentacionViewSet(OpenViewSet):
    acciones = {"esquema": Action("", "describir la API", FORMAT), "docs": Action("", "mostrar la documentación")}

    def esquema(self, request):
        format_ = self.query.get("format") or _accepted(request)
        content = _written(format_, timezone.localdate())
        response = HttpResponse(content, content_type=f"application/{format_}")
        patch_vary_headers(response, ["Accept"])
        return response

    def docs(self, request):
        return page(render(request, "monitor/docs.html"), DOCS)


def document() -> dict:
    return _document(timezone.localdate())


def _accepted(request) -> str:
    """Return the format that the Accept header names first: a program may ask for `application/json`,
    `application/vnd.oai.openapi+json`, `text/yaml`, …"""
    named = (format_ for type_ in request.accepted_types for format_ in WRITERS if format_ in type_.sub_type.lower())
    return next(named, "yaml")


# A process makes and writes the document once a day: that takes most of a second, and it changes only with the code
# and, in an example, with the day.
@lru_cache(maxsize=len(WRITERS))
def _written(format_: str, day: date) -> bytes:
    return WRITERS[format_](_document(day))


@lru_cache(maxsize=1)
def _document(day: date) -> dict:
    return ApiGenerator().get_schema(public=True)
