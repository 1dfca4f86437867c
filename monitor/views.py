"""The open routes, the landing page and the health check; and the answers to what fails outside a view."""

from django.db import Error, connection
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from monitor import logs
from monitor.admin.pages import error_page, is_admin
from monitor.api import viewsets
from monitor.api.dialects import dialect_of
from monitor.api.errors import ERROR_CODE, RETRY_AFTER, UNREACHABLE, error_response
from monitor.api.viewsets import Action, OpenViewSet
from monitor.db.errors import outage
from monitor.db.state import takes_changes
from monitor.errores import SinPermiso
from monitor.policies import TEXT, page

SIN_TOKEN = "El formulario caducó o no viene de Monitor"


class InicioViewSet(OpenViewSet):
    acciones = {"inicio": Action("", "mostrar el inicio"), "health": Action("", "comprobar el servicio")}

    def inicio(self, request):
        """Return a page for people and JSON for programs, as the Accept header says."""
        es_persona = "text/html" in request.META.get("HTTP_ACCEPT", "")
        datos = {"nombre": "Monitor API", "estado": "OK"}
        response = page(render(request, "monitor/inicio.html"), TEXT) if es_persona else self.respond(datos)
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


def bad_request(request, exception=None):
    """Answer 400 for what Django refuses to read."""
    if not is_admin(request):
        return viewsets.bad_request(request, exception)
    frase = "El formulario no se puede leer: tiene demasiados campos o llegó incompleto. Vuelva atrás y envíe de nuevo."
    return error_page(400, "Petición inválida", frase)


def server_error(request):
    """Answer 500 for what nobody expected, which Django has logged."""
    if not is_admin(request):
        return viewsets.server_error(request)
    frase = (
        "Algo falló en Monitor, y quizá no se guardó lo que envió. Vuelva atrás, revise cómo quedó y pruebe otra vez."
        f" Si se repite, avise a quien opera Monitor y déle este número: {logs.request_id.get()}."
    )
    return error_page(500, "Error interno", frase)


def csrf_failure(request, reason=""):
    """Answer 403 for a form without the right token."""
    if not is_admin(request):
        return error_response(SinPermiso(SIN_TOKEN), dialect_of(request.path))
    frase = (
        f"{SIN_TOKEN}, y no se guardó nada. Vuelva a la página anterior, recárguela y envíe de nuevo; si sigue igual,"
        " revise que su navegador acepte cookies y entre otra vez."
    )
    return error_page(403, "El formulario caducó", frase)
