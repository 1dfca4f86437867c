"""The open routes: the landing page and the health check."""

from django.db import Error, connection
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from monitor.api.errors import ERROR_CODE, RETRY_AFTER, UNREACHABLE
from monitor.api.viewsets import Action, OpenViewSet
from monitor.db.errors import outage
from monitor.db.state import takes_changes


class InicioViewSet(OpenViewSet):
    acciones = {"inicio": Action("", "mostrar el inicio"), "health": Action("", "comprobar el servicio")}

    def inicio(self, request):
        """Return a page for people and JSON for programs, as the Accept header says."""
        es_persona = "text/html" in request.META.get("HTTP_ACCEPT", "")
        datos = {"nombre": "Monitor API", "estado": "OK"}
        response = render(request, "monitor/inicio.html") if es_persona else self.respond(datos)
        patch_vary_headers(response, ["Accept"])
        return response

    def health(self, request):
        """Return whether the database answers and takes changes."""
        code = _que_falla()
        headers = {ERROR_CODE: code, "Retry-After": RETRY_AFTER} if code else {}
        return self.respond(
            {"backend": True, "database": not code}, 503 if code else 200, {"Cache-Control": "no-store"} | headers
        )


def _que_falla() -> str | None:
    """Return why the database is of no use for now, as a code of docs/contrato.md, or None."""
    try:
        return None if takes_changes() else "base_sin_escritura"
    except Error as error:
        connection.close()  # the next HTTP request opens a new connection
        return outage(error) or UNREACHABLE
