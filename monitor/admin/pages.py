"""Pages that say that something went wrong and what to do next. They ask nothing of the database or the session, which
may be what went wrong."""

from django.http import HttpResponse
from django.template.loader import render_to_string


def error_page(status: int, titulo: str, frase: str, headers: dict | None = None) -> HttpResponse:
    contexto = {"site_header": "Monitor", "site_title": "Monitor", "title": titulo, "frase": frase}
    return HttpResponse(render_to_string("admin/error.html", contexto), status=status, headers=headers)
