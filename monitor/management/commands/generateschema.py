from monitor.management.reemplazada import Reemplazada


class Command(Reemplazada):
    razon = "Describiría la API a medias"
    en_su_lugar = "manage.py spectacular"
