"""The open routes: the landing page and the health check."""

from django.db import DatabaseError, connection
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from monitor.api.viewsets import Action, OpenViewSet


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
        database = _responde()
        return self.respond(
            {"backend": True, "database": database}, 200 if database else 503, {"Cache-Control": "no-store"}
        )


def _responde() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()  # the next HTTP request opens a new connection
        return False
    return True
