from monitor.management.reemplazada import Reemplazada


class Command(Reemplazada):
    razon = "Serviría una base vacía con el servidor de desarrollo"
    en_su_lugar = "make run"
