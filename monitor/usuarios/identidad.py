"""Who asks, read together with what is asked: one statement where the other way takes two (docs/adr/0005).

Only for reading, and only what every role may: the answer doesn't leave before the user was found active (`Vista`).
"""

from dataclasses import dataclass

from django.db import models

from monitor.consultas import Consulta, Parametro
from monitor.errores import NoAutenticado
from monitor.usuarios.models import Usuario
from monitor.usuarios.tokens import INVALIDO


@dataclass
class Credencial:
    """What a token with a good signature says of its bearer, not yet compared with the database."""

    id: int
    version: int
    comprobada: bool = False


class ConsultaConIdentidad(Consulta):
    """A `Consulta` whose rows end in the role of who asks, null when the token was revoked or the user disabled."""

    def __init__(self, hacer):
        super().__init__(lambda *variante: hacer(*variante).annotate(rol_de_quien_pide=models.Subquery(_rol())))

    def filas(self, *variante, quien: Credencial, **valores) -> list[tuple]:
        filas = super().filas(*variante, quien=quien.id, version_de_quien=quien.version, **valores)
        if filas:
            if filas[0][-1] is None:
                raise NoAutenticado(INVALIDO)
            quien.comprobada = True
        return filas


def _rol():
    return Usuario.objects.filter(
        id=Parametro("quien", models.BigIntegerField()),
        version_token=Parametro("version_de_quien", models.IntegerField()),
        is_active=True,
    ).values("rol")
