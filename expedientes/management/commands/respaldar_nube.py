import os
import signal

from django.core.management.base import BaseCommand, CommandError

from expedientes.nube.exportacion import Exportador
from monitor.management.terminal import declarar_uso


class Command(BaseCommand):
    help = (
        "Pasa a la nube la evidencia de los expedientes en Salida, cuando alguien lo pide, hasta que lo detengan"
        " (SIGTERM o Ctrl-C)."
    )

    def add_arguments(self, parser):
        parser.add_argument("--una-vez", action="store_true", help="atiende lo que se haya pedido y termina")
        parser.add_argument(
            "--con-su-padre", type=int, metavar="PID", help="termina cuando acaba quien lo lanzó, que dice así quién es"
        )

    def handle(self, *, una_vez, con_su_padre, **options):
        declarar_uso()
        exportador = Exportador()
        if una_vez:
            if not exportador.atender():
                raise CommandError("La base no respondió: el aviso de arriba dice qué falta. Corríjalo y repita.")
            return
        for numero in (signal.SIGTERM, signal.SIGINT):
            signal.signal(numero, exportador.terminar)
        # As in `enviar_correos`, whose parent may have died before this line runs.
        exportador.trabajar(lambda: con_su_padre is None or os.getppid() == con_su_padre)
