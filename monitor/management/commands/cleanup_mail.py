from monitor.management.reemplazada import Reemplazada


class Command(Reemplazada):
    razon = "Borraría también los correos que aún no se entregan"
    en_su_lugar = "manage.py borrar_correos"
