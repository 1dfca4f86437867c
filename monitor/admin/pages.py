"""Pages that say that something went wrong and what to do next. They ask nothing of the database or the session, which
may be what went wrong."""

from collections.abc import Mapping

import orjson
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from monitor.api.errors import ERROR_CODE, RETRY_AFTER
from monitor.origen import is_admin
from monitor.policies import TEXT, page
from monitor.server.application import ROOM_FOR_STREAMS

# The title and the sentence for each status; the sentence is for an answer that has none of its own.
DICHOS = {
    400: ("Petición inválida", "La dirección o lo que se envió no se puede leer. Vuelva al inicio e intente de nuevo."),
    401: (
        "Falta identificarse",
        "Esto es para programas, que se identifican con un token. El personal entra por Administración, en el inicio.",
    ),
    403: ("Sin permiso", "Su rol no permite esta operación. Pídala a un Administrador."),
    404: ("Página no encontrada", "Esta dirección no existe, o lo que mostraba ya no está."),
    405: ("Esto no se abre así", "Esta dirección sólo sirve al pulsar un botón. Vuelva y use el botón."),
    413: ("Demasiado grande", "Lo que envió es demasiado grande. Vuelva atrás, acórtelo y envíe de nuevo."),
    429: ("Demasiados intentos", "Espere unos minutos e intente de nuevo."),
    500: (
        "Error interno",
        "Algo falló en Monitor, y quizá no se guardó lo que envió. Vuelva atrás, revise cómo quedó y pruebe otra vez.",
    ),
    503: (
        "Por ahora no se puede",
        "Monitor no puede atender en este momento. Espere unos segundos y vuelva a cargar la página; si guardaba un"
        " cambio, revise si quedó antes de repetirlo.",
    ),
}
SIN_BASE = (
    "La base de datos no está disponible. Espere unos segundos y vuelva a cargar la página; si guardaba un cambio,"
    " revise si quedó antes de repetirlo."
)
SIN_LUGAR = (
    503,
    "Demasiado a la vez",
    "Monitor ya manda a otros cuantas páginas y archivos largos puede. Vuelva atrás y repita en unos segundos.",
)
OTROS = ("No se pudo", "La petición no se pudo atender. Vuelva al inicio e intente de nuevo.")
# The headers that tell of a body. The others say why, when to come back, or what else is allowed.
DEL_CUERPO = {"content-type", "content-length", "content-encoding", "etag"}


def error_page(status: int, titulo: str, frase: str, headers: Mapping | None = None) -> HttpResponse:
    contexto = {"site_header": "Monitor", "site_title": "Monitor", "title": titulo, "frase": frase}
    return HttpResponse(render_to_string("admin/error.html", contexto), status=status, headers=headers)


def page_without_room(request) -> HttpResponse | None:
    """Return the page to answer with when the server has no room for one more answer in pieces, and None when it
    has."""
    has_room = request.META.get(ROOM_FOR_STREAMS)  # another server doesn't say
    if has_room and not has_room():
        return error_page(*SIN_LUGAR, {"Retry-After": RETRY_AFTER})
    return None


def outage_page(code: str) -> HttpResponse:
    """Return the page for a database that can't serve for now; `code` says why (`monitor.db.errors.outage`)."""
    return error_page(503, DICHOS[503][0], SIN_BASE, {"Retry-After": RETRY_AFTER, ERROR_CODE: code})


def for_people(request, response) -> HttpResponse:
    """Return the page that says to a person what an error says to a program; or the answer as it is, when a program
    asked, or it is a page already."""
    if response.streaming or _is_page(response) or not _for_a_person(request, response):
        return response
    titulo, frase = DICHOS.get(response.status_code, OTROS)
    headers = {name: value for name, value in response.items() if name.lower() not in DEL_CUERPO}
    if response.status_code != 401:  # a person has no token
        frase = _sentence_in(response) or frase
    if is_admin(request.path_info):
        shown = error_page(response.status_code, titulo, frase, headers)
    else:
        html = render_to_string("monitor/error.html", {"titulo": titulo, "frase": frase})
        shown = page(HttpResponse(html, status=response.status_code, headers=headers), TEXT)
    shown.cookies = response.cookies
    patch_vary_headers(shown, ["Accept"])
    return shown


def _for_a_person(request, response) -> bool:
    """Return whether a browser shows the answer to a person. What a page of the admin asks for by itself, as JSON, its
    script reads."""
    accept = request.META.get("HTTP_ACCEPT", "")
    if "text/html" in accept:
        return True
    return is_admin(request.path_info) and "json" not in accept and not _is(response, "application/json")


def _is_page(response) -> bool:
    return bool(response.content) and _is(response, "text/html")


def _is(response, content_type) -> bool:
    return response.headers.get("Content-Type", "").startswith(content_type)


def _sentence_in(response) -> str:
    """Return the sentence of an error of the API, in either dialect, or the empty text."""
    try:
        cuerpo = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    frase = cuerpo.get("error") or cuerpo.get("message") if isinstance(cuerpo, dict) else None
    return f"{frase.rstrip('.')}." if isinstance(frase, str) else ""
