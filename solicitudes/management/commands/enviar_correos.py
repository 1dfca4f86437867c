from monitor.management.worker import WorkerCommand
from solicitudes.correo.cartero import Cartero


class Command(WorkerCommand):
    help = "Entrega el correo en cola hasta que lo detengan (SIGTERM o Ctrl-C). Pueden correr varios a la vez."
    worker = Cartero
    una_vez = "entrega lo que haya y termina"
    no_pudo = "No se repartió todo"
