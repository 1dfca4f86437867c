from monitor.management.reemplazada import Reemplazada


class Command(Reemplazada):
    razon = "Entregaría también lo que ya no viene al caso, y dos veces lo que otro está entregando"
    en_su_lugar = "manage.py enviar_correos"
