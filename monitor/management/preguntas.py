"""The questions that the commands ask a person at a terminal."""

import sys
from collections.abc import Callable
from getpass import getpass

from django.core.management.base import CommandError

from monitor.errores import DatosInvalidos


def exigir_terminal(en_su_lugar: str) -> None:
    """Raise CommandError when there is nobody to answer. `en_su_lugar` says what to do then."""
    if not sys.stdin.isatty():
        raise CommandError(f"Esta orden pregunta, y aquí no hay terminal donde contestar: {en_su_lugar}.")


def preguntar_clave() -> str:
    """Ask for a new password until it comes twice the same."""
    while (clave := getpass("Clave: ")) != getpass("La misma clave, otra vez: "):
        sys.stderr.write("No son iguales; escríbalas de nuevo.\n")
    return clave


def hasta_que_valga(accion: Callable):
    """Return what the action, which asks, returns; when the answers aren't valid, say why and do it again."""
    while True:
        try:
            return accion()
        except DatosInvalidos as error:
            sys.stderr.write(f"{error.mensaje}\n")
