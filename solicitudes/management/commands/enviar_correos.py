import os
import signal

from django.core.management.base import BaseCommand, CommandError

from monitor.management.terminal import declarar_uso
from solicitudes.correo.cartero import Cartero


class Command(BaseCommand):
    help = "Entrega el correo en cola hasta que lo detengan (SIGTERM o Ctrl-C). Pueden correr varios a la vez."

    def add_arguments(self, parser):
        parser.add_argument("--una-vez", action="store_true", help="entrega lo que haya y termina")
        parser.add_argument(
            "--con-su-padre", type=int, metavar="PID", help="termina cuando acaba quien lo lanzó, que dice así quién es"
        )

    def handle(self, *, una_vez, con_su_padre, **options):
        declarar_uso()
        cartero = Cartero()
        if una_vez:
            if not cartero.repartir():
                raise CommandError("No se repartió todo: el aviso de arriba dice qué falta. Corríjalo y repita.")
            return
        for numero in (signal.SIGTERM, signal.SIGINT):
            signal.signal(numero, cartero.terminar)
        # The parent's pid comes as an option, because the parent may have died before this line runs, and then
        # getppid() gives another.
        cartero.trabajar(lambda: con_su_padre is None or os.getppid() == con_su_padre)
