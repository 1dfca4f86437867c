from monitor.management.reemplazada import Reemplazada


class Command(Reemplazada):
    razon = "No encontraría las pruebas, que son de pytest, y diría que todo está bien"
    en_su_lugar = "make test"
