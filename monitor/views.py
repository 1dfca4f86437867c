"""The landing page, what watches the service asks for, and the answers to what fails outside a view."""

import sys

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.crypto import constant_time_compare

from monitor import logs, metrics, readiness
from monitor.admin.pages import DICHOS, error_page, outage_page
from monitor.api import viewsets
from monitor.api.authentication import TokenAuthentication, bearer
from monitor.api.dialects import CACHE, NO_STORE, dialect_of
from monitor.api.errors import ERROR_CODE, RETRY_AFTER, error_response, outage_of
from monitor.api.viewsets import Action, ApiViewSet, OpenViewSet
from monitor.db.state import trouble
from monitor.errores import SinPermiso
from monitor.origen import is_admin
from monitor.policies import TEXT, page

VER_METRICAS = "monitor.view_metricas"
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
        code = trouble()
        return self.respond({"backend": True, "database": not code}, *_status(code))


class SondasViewSet(OpenViewSet):
    """The probes: what starts the service again asks whether the process lives, and whoever watches it, whether it is
    ready."""

    acciones = {"vivo": Action("", "decir que vive"), "listo": Action("", "revisar si está listo")}

    def vivo(self, request):
        return self.respond({"vivo": True}, headers=NO_STORE)

    def listo(self, request):
        failing = readiness.failing()
        return self.respond({"listo": not failing, "falla": failing}, *_status(next(iter(failing.values()), None)))


def _status(code: str | None) -> tuple[int, dict]:
    """Return the status and the headers of an answer about what works, or doesn't because of `code`."""
    if code is None:
        return 200, NO_STORE
    return 503, NO_STORE | {ERROR_CODE: code, "Retry-After": RETRY_AFTER}


class Recolector:
    """The caller with METRICS_TOKEN: a program that reads the metrics and may do nothing else. There is nobody to ask
    the database about."""

    is_authenticated = True
    permiso = ""
    known_id = None

    def confirm(self):
        if self.permiso != VER_METRICAS:
            raise SinPermiso("Acceso restringido")


class MetricsAuthentication(TokenAuthentication):
    """Takes METRICS_TOKEN besides the tokens of people."""

    def authenticate(self, request):
        token = settings.METRICS_TOKEN
        if token and constant_time_compare(bearer(request), token):
            return Recolector(), token
        return super().authenticate(request)


class MetricasViewSet(ApiViewSet):
    acciones = {"metricas": Action(VER_METRICAS, "medir el servicio")}
    authentication_classes = (MetricsAuthentication,)

    def metricas(self, request):
        content, content_type = metrics.page(request.META.get("HTTP_ACCEPT", ""))
        return HttpResponse(content, content_type=content_type, headers={"Cache-Control": CACHE})


def bad_request(request, exception=None):
    """Answer 400 for what Django refuses to read."""
    if not is_admin(request.path_info):
        return viewsets.bad_request(request, exception)
    frase = "El formulario no se puede leer: tiene demasiados campos o llegó incompleto. Vuelva atrás y envíe de nuevo."
    return error_page(400, "Petición inválida", frase)


def server_error(request):
    """Answer 500 for what nobody expected, which Django has logged."""
    if not is_admin(request.path_info):
        return viewsets.server_error(request)
    if code := outage_of(sys.exception()):
        return outage_page(code)
    titulo, frase = DICHOS[500]
    numero = f"Si se repite, avise a quien opera Monitor y déle este número: {logs.request_id.get()}."
    return error_page(500, titulo, f"{frase} {numero}")


def csrf_failure(request, reason=""):
    """Answer 403 for a form without the right token."""
    if not is_admin(request.path_info):
        return error_response(SinPermiso(SIN_TOKEN), dialect_of(request.path))
    frase = (
        f"{SIN_TOKEN}, y no se guardó nada. Vuelva a la página anterior, recárguela y envíe de nuevo; si sigue igual,"
        " revise que su navegador acepte cookies y entre otra vez."
    )
    return error_page(403, "El formulario caducó", frase)
