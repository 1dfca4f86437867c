import os
import signal

from django.core.management.base import BaseCommand, CommandError

from monitor.background import Worker
from monitor.management.terminal import declarar_uso


class WorkerCommand(BaseCommand):
    """The command that runs a worker until it is told to stop."""

    worker: type[Worker]
    una_vez: str  # what it does when it does it once
    no_pudo: str  # what it says when it couldn't

    def add_arguments(self, parser):
        parser.add_argument("--una-vez", action="store_true", help=self.una_vez)
        parser.add_argument(
            "--con-su-padre", type=int, metavar="PID", help="termina cuando acaba quien lo lanzó, que dice así quién es"
        )

    def handle(self, *, una_vez, con_su_padre, **options):
        declarar_uso()
        worker = self.worker()
        if una_vez:
            if not worker.work():
                raise CommandError(f"{self.no_pudo}: el aviso de arriba dice qué falta. Corríjalo y repita.")
            return
        for numero in (signal.SIGTERM, signal.SIGINT):
            signal.signal(numero, worker.stop)
        # The parent's pid comes as an option, because the parent may have died before this line runs, and then
        # getppid() gives another.
        worker.run(lambda: con_su_padre is None or os.getppid() == con_su_padre)
