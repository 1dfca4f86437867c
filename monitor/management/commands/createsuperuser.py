import os

from django.core.management.base import BaseCommand, CommandError

from monitor.errores import DatosInvalidos
from monitor.management.preguntas import exigir_terminal, hasta_que_valga, preguntar_clave
from monitor.management.terminal import exigir_migraciones
from monitor.roles import Rol
from monitor.usuarios.models import Usuario


class Command(BaseCommand):
    """It takes the place of Django's command, with the same options and variables. That one ends in a traceback without
    a password, ends well without a terminal, and speaks English."""

    help = "Crea un Administrador. Pregunta en la terminal, o con --noinput toma las opciones y DJANGO_SUPERUSER_*."

    def add_arguments(self, parser):
        parser.add_argument("--username", help="su usuario (DJANGO_SUPERUSER_USERNAME)")
        parser.add_argument("--email", help="su correo, que puede faltar (DJANGO_SUPERUSER_EMAIL)")
        parser.add_argument(
            "--noinput",
            "--no-input",
            action="store_false",
            dest="interactive",
            help="no pregunta: la clave está en DJANGO_SUPERUSER_PASSWORD",
        )

    def handle(self, *, username, email, interactive, **options):
        if interactive:
            exigir_migraciones()  # before the questions, and not after them
            exigir_terminal("use --noinput, con --username y la clave en DJANGO_SUPERUSER_PASSWORD")
            usuario = _preguntando(username, email)
        else:
            usuario = _sin_preguntar(username, email)
        self.stdout.write(f"Se creó {usuario.username}, Administrador.")


def _preguntando(username, email) -> Usuario:
    dados = iter([(username, email)])  # what the options say is tried once

    def registrar():
        username, email = next(dados, (None, None))
        return _registrar(
            username=username or input("Usuario: "),
            email=input("Correo (puede faltar): ") if email is None else email,
            password=preguntar_clave(),
        )

    return hasta_que_valga(registrar)


def _sin_preguntar(username, email) -> Usuario:
    username = username or os.environ.get("DJANGO_SUPERUSER_USERNAME")
    if not username:
        raise CommandError("Falta el usuario: póngalo con --username o en DJANGO_SUPERUSER_USERNAME.")
    password = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
    if not password:
        raise CommandError("Falta la clave: póngala en DJANGO_SUPERUSER_PASSWORD, o quite --noinput y se pregunta.")
    try:
        return _registrar(username=username, email=email or os.environ.get("DJANGO_SUPERUSER_EMAIL"), password=password)
    except DatosInvalidos as error:
        raise CommandError(f"No se creó el usuario. {error.mensaje}") from error


def _registrar(**datos) -> Usuario:
    return Usuario.objects.registrar(**datos, rol=Rol.ADMINISTRADOR, por=None)
