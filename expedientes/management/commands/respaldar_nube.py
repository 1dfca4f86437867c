from expedientes.nube.exportacion import Exportador
from monitor.management.worker import WorkerCommand


class Command(WorkerCommand):
    help = (
        "Pasa a la nube la evidencia de los expedientes en Salida, cuando alguien lo pide, hasta que lo detengan"
        " (SIGTERM o Ctrl-C)."
    )
    worker = Exportador
    una_vez = "atiende lo que se haya pedido y termina"
    no_pudo = "La base no respondió"
