import gc
import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from monitor.entorno import PROCESOS, PUERTO, Entorno, direccion
from monitor.management.terminal import exigir_migraciones
from monitor.puerto import por_que_no


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
        exigir_migraciones()
        exigir_estaticos()
        exigir_puerto(host, port)
        # The workers are forks of this process, and a connection can't be shared.
        connections.close_all()
        servidor(host, port, workers).serve(target_loader=aplicacion, wrap_loader=False)


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


def exigir_puerto(host, port):
    if frase := por_que_no(host, port):
        raise CommandError(frase)


def aplicacion():
    """Return the application of a worker, which runs this function first. Only SIGTERM from the parent stops the
    worker.

    The fork brought the parent's signal handlers. Ctrl-C reaches every process of a terminal, and a worker of granian
    that gets both signals at once can hang.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from monitor.wsgi import application  # not at the top: each worker loads its own

    # What is loaded by now stays, and the garbage collector needn't walk over it again and again. It needn't look for
    # cycles in the rows of every page either: a batch of a list is some 2,000 objects, which are freed without it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    return application


def servidor(host, port, workers):
    return Granian(
        "monitor.wsgi:application",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.WSGI,
        websockets=False,
        # No browser speaks HTTP/2 without TLS, and its streams would hold threads without end.
        http=HTTPModes.http1,
        # Each thread keeps its connection to the database, with its prepared statements. More threads than these serve
        # no faster, but a client who reads a long list slowly holds one.
        blocking_threads=4,
        blocking_threads_idle_timeout=600,
        # This counts connections, idle ones too, and not requests: a small number would turn browsers away.
        backpressure=512,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    )
