from django.core.management.base import BaseCommand, CommandError

from monitor.management.preguntas import exigir_terminal, hasta_que_valga, preguntar_clave
from monitor.usuarios.models import Usuario


class Command(BaseCommand):
    """It takes the place of Django's command, which writes the whole row over what others change meanwhile."""

    help = "Cambia la clave de una persona; sus sesiones y sus tokens de antes dejan de servir."

    def add_arguments(self, parser):
        parser.add_argument("username", nargs="?", help="su usuario; si no se dice, lo pregunta")

    def handle(self, *, username, **options):
        exigir_terminal("un Administrador puede cambiar la clave en el admin, en «Usuarios»")
        usuario = Usuario.objects.filter(username=username or input("Usuario: ")).first()
        if usuario is None:
            raise CommandError("No hay nadie con ese usuario; los que hay están en el admin, en «Usuarios».")
        hasta_que_valga(lambda: Usuario.objects.actualizar(usuario.pk, {"password": preguntar_clave()}, por=None))
        self.stdout.write(f"Se cambió la clave de {usuario.username}.")
