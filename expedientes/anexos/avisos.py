"""The notices of the buttons of an expediente's page, each in its own section: the page is many screens long."""

from django.http import HttpResponseRedirect

from expedientes.models import Expediente
from monitor.admin.routes import route

EN_EVIDENCIA, EN_COMENTARIOS = SECCIONES = ("evidencia", "comentarios")  # their fragments


def decir_en(modeladmin, request, clave: str, seccion: str, frase: str, nivel: int) -> HttpResponseRedirect:
    """Go back to a section of the page of an expediente, which says the sentence, if there is any."""
    if frase:
        modeladmin.message_user(request, frase, nivel, extra_tags=seccion)
    return HttpResponseRedirect(f"{route(Expediente, 'change', clave)}#{seccion}")
