import gc
import io
import re
from contextvars import copy_context
from functools import partial

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.http import HttpResponse

from monitor import metrics
from monitor.admin.pages import DICHOS, error_page
from monitor.api import uploads
from monitor.api.dialects import dialect_of
from monitor.api.errors import HttpError, error_response, headers_of, server_busy
from monitor.archivos import ALMACEN
from monitor.checks import PRODUCCION
from monitor.db.state import gather_statistics, limit_waits
from monitor.entorno import PROCESOS, PUERTO, Entorno, direccion
from monitor.management.terminal import declarar_uso, exigir_migraciones
from monitor.middleware import BrowserMiddleware, RequestLogMiddleware
from monitor.origen import is_admin
from monitor.puerto import frase_de
from monitor.request import Request
from monitor.server.application import Answer, Probes, Threads, base_environ
from monitor.server.service import Service
from monitor.server.workers import listen, serve

ILEGIBLE = "La petición HTTP no se puede leer; revise el programa que la envía"
OCUPADO = ("El servidor está ocupado", f"{server_busy().mensaje}.")  # what a person reads of a 503
# What may wait for the cloud, or draws an image or a sheet.
APARTE = re.compile(
    "/evidencias/.+"
    "|/api/(formatos|backup/exportar)/.+"
    "|/api/expedientes/.+/evidencias/([^/]+/(archivo|miniatura)|respaldar|restaurar|integridad)/?"
    "|/admin/expedientes/expediente/.+"
    r"/(formatos/[^/]+|evidencia/(\d+/(archivo|miniatura)|respaldar|restaurar|integridad)/)",
    re.DOTALL,
)
SONDAS = {"/livez", "/readyz", "/metrics"}
DE_LO_ILEGIBLE = {"REQUEST_METHOD": "-", "wsgi.input": io.BytesIO()}


class Command(BaseCommand):
    help = "Sirve en producción: revisa la configuración y la base, y no instala ni migra nada."

    def add_arguments(self, parser):
        parser.add_argument("--host", default=settings.HOST, help="dirección en que escucha (HOST)")
        parser.add_argument("--port", default=settings.PORT, help="puerto (PORT)")
        parser.add_argument("--workers", default=settings.WORKERS, help="procesos (WORKERS)")

    def get_check_kwargs(self, options):
        return super().get_check_kwargs(options) | {"databases": ["default"]}

    def handle(self, **options):
        host, port, workers = leer_opciones(options)
        self.check(tags=[PRODUCCION], include_deployment_checks=True)
        declarar_uso()
        exigir_migraciones()
        exigir_estaticos()
        with escuchar(host, port) as listener:
            metrics.share(workers)
            gather_statistics()
            # The workers are forks of this process, and a connection can't be shared.
            connections.close_all()
            serve(listener, workers, partial(servicio, host, port))


def leer_opciones(options):
    """Return host, port and workers, which obey the rules of HOST, PORT and WORKERS. Raise CommandError."""
    entorno = Entorno({f"--{nombre}": str(valor) for nombre, valor in options.items()})
    valores = [
        entorno.leer("--host", direccion),
        entorno.leer("--port", PUERTO),
        entorno.leer("--workers", PROCESOS),
    ]
    if entorno.errores:
        raise CommandError("No se puede servir así.\n" + "\n".join(entorno.errores))
    return valores


def exigir_estaticos():
    if settings.STATIC_ROOT and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        raise CommandError("Faltan los archivos estáticos. Corra: make install")


def escuchar(host, port):
    """Return the socket that the workers share. Raise CommandError when the address can't be had."""
    try:
        return listen(host, port)
    except OSError as error:
        raise CommandError(frase_de(error, host, port)) from error


def servicio(host, port, number, call_soon):
    """Return what the connections of a worker share, given its number."""
    metrics.begin(number)
    limit_waits()
    from monitor.wsgi import application  # not at the top: each worker loads its own

    # What is loaded by now stays, and the garbage collector needn't walk over it again and again. It needn't look for
    # cycles in the rows of every page either: a batch of a list is some 2,000 objects, which are freed without it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    return Service(
        threads=Threads(application, call_soon, is_apart=APARTE.fullmatch),
        base_environ=base_environ(host, port),
        body_limit=limite_del_cuerpo,
        is_stranger=lambda received: uploads.is_stranger(received.header),
        folder=ALMACEN.entrantes,
        busy=partial(sin_vista, server_busy()),
        malformed=ilegible,
        probes=frozenset(SONDAS),
        for_probes=Probes(application, call_soon),
        watch=mirar,
    )


def mirar(service) -> None:
    ocupados, esperan = service.threads.counts()
    metrics.note_server(busy=ocupados, waiting=esperan, connections=len(service.connections))


def limite_del_cuerpo(received) -> int:
    if is_admin(received.path):
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return uploads.body_limit(received.method, received.path, received.header)


def ilegible(path: str, accept: str) -> Answer:
    """Return the answer to what isn't HTTP, or passes the limits of it: a page, when a browser sent it. `path` is empty
    when not even that could be read."""
    error = HttpError(400, ILEGIBLE, {"Connection": "close"}, codigo="peticion_invalida")
    return sin_vista(error, DE_LO_ILEGIBLE | {"PATH_INFO": path or "/api", "HTTP_ACCEPT": accept})


def sin_vista(error: HttpError, environ: dict) -> Answer:
    """Return an error that the server answers by itself, named and logged as any other answer."""
    response = copy_context().run(RequestLogMiddleware(BrowserMiddleware(partial(respuesta, error))), Request(environ))
    return Answer(f"{response.status_code} {response.reason_phrase}", list(response.items()), response.content)


def respuesta(error: HttpError, request) -> HttpResponse:
    if is_admin(request.path_info):
        titulo, frase = OCUPADO if error.status == 503 else DICHOS[error.status]
        return error_page(error.status, titulo, frase, headers_of(error))
    response = error_response(error, dialect_of(request.path))
    response.headers["X-Content-Type-Options"] = "nosniff"  # elsewhere Django's SecurityMiddleware says so
    return response
