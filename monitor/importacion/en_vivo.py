"""A page that tells how far a long job is, while it is done.

The job runs in a thread of its own, with its own connection: it is one transaction, and the pieces of an answer may be
made by any of the server's threads. The page says how far it is in paragraphs, each of which covers the one before it,
and ends with what came of it. No script is needed, and nothing that two processes would have to share.

Whoever closes the page stops nothing: what was begun is finished, or not done at all.
"""

import logging
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Thread

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html

from monitor.admin.pages import SIN_BASE, page_without_room
from monitor.api.errors import log_outage, outage_of
from monitor.importacion.destino import Avance

log = logging.getLogger(__name__)

LATIDO = 1  # seconds without news after which a blank is sent, for the thread that waits to be of use to others
LUGAR = "<!-- lo que va pasando -->"  # the place of the page where it goes
FALLO = "Algo falló en Monitor, y no se guardó nada. Vuelva a la página anterior y pruebe otra vez."

PASO = '<p class="avance"><progress value="{0}" max="{1}"></progress> {0} de {1} filas</p>'

Trabajo = Callable[[Avance], str]


def en_vivo(request, plantilla: str, contexto: dict, trabajo: Trabajo) -> HttpResponse:
    """Answer with a page, whose template has LUGAR (as `lugar`) in it. `trabajo(avance)` does the job, tells `avance`
    how many lines are done and of how many, and returns what the page ends with, as HTML."""
    if sin_lugar := page_without_room(request):
        return sin_lugar
    antes, _, despues = render_to_string(plantilla, contexto | {"lugar": LUGAR}, request).partition(LUGAR)
    # What is compressed waits until there is enough of it.
    return StreamingHttpResponse(_pedazos(antes, trabajo, despues), headers={"Content-Encoding": "identity"})


def _pedazos(antes, trabajo, despues) -> Iterator[str]:
    yield antes
    sucesos: SimpleQueue = SimpleQueue()
    hilo = Thread(target=copy_context().run, args=(_correr, trabajo, sucesos), name="importacion", daemon=True)
    hilo.start()
    final = None
    while final is None:
        try:
            avance, final = sucesos.get(timeout=LATIDO)
        except Empty:
            yield " "
        else:
            yield format_html(PASO, *avance)
    hilo.join()
    yield f'<div class="final">{final}</div>{despues}'


def _correr(trabajo, sucesos) -> None:
    avance = (0, 1)

    def avanzar(hechas, total):
        nonlocal avance
        avance = (hechas, total)
        sucesos.put((avance, None))

    try:
        final = trabajo(avanzar)
    except Exception as error:
        codigo = outage_of(error)
        if codigo:
            log_outage("importar un archivo", codigo, error)
        else:
            log.exception("Una importación falló")
        final = format_html('<p class="errornote">{}</p>', SIN_BASE if codigo else FALLO)
    finally:
        connection.close()
    sucesos.put((avance, final))
