"""Who asks, settled by the statement that reads or writes what is asked: one where the other way takes two
(docs/adr/0005). The answer doesn't leave before the user was found active and with the right role (`Vista`).
"""

from dataclasses import dataclass

from django.db import models

from monitor.api.tokens import INVALIDO
from monitor.db.queries import Consulta, Parametro
from monitor.errores import NoAutenticado
from monitor.roles import PERMISOS, TODOS, exigir_permiso
from monitor.usuarios.models import Usuario


def usuario_de_token(pk: int, version: int) -> Usuario:
    """Raises NoAutenticado when it was revoked, or its user disabled."""
    usuario = Usuario.objects.con_token(pk, version)
    if usuario is None:
        raise NoAutenticado(INVALIDO)
    return usuario


@dataclass
class Credencial:
    """What a token with a good signature says of its bearer, not yet compared with the database.

    To a verb, it is the `por` of a write that holds for that user alone: `condicion` (see `escrituras.Condicion`) is
    of the user's row. `comprobada`: some statement found that it holds.
    """

    pk: int
    version: int
    permiso: str
    comprobada: bool = False

    modelo = Usuario

    @property
    def condicion(self) -> "Credencial":
        return self

    @property
    def sql(self) -> str:
        # The roles are our own words, and few statements.
        roles = ", ".join(f"'{rol}'" for rol in sorted(PERMISOS.get(self.permiso, ()))) or "NULL"
        return f"version_token = %s AND is_active AND rol IN ({roles})"

    @property
    def params(self) -> list:
        return [self.version]

    def cumplida(self) -> None:
        self.comprobada = True

    def exigir(self) -> None:
        """Asks the database by itself. Raises NoAutenticado or SinPermiso."""
        exigir_permiso(usuario_de_token(self.pk, self.version).rol, self.permiso)
        self.comprobada = True


class ConsultaConIdentidad(Consulta):
    """A `Consulta` of a queryset that `solo_para_quien_pide` gave: no rows for a user who isn't active. When there are
    none, or not every role may read them, the user is asked for alone."""

    def filas(self, *variante, quien: Credencial, **valores) -> list[tuple]:
        if PERMISOS.get(quien.permiso) != TODOS:
            quien.exigir()
        filas = super().filas(*variante, quien=quien.pk, version_de_quien=quien.version, **valores)
        if filas:
            quien.cumplida()
        else:
            quien.exigir()
        return filas


def solo_para_quien_pide(queryset: models.QuerySet) -> models.QuerySet:
    return queryset.filter(
        models.Exists(
            Usuario.objects.filter(
                id=Parametro("quien", models.BigIntegerField()),
                version_token=Parametro("version_de_quien", models.IntegerField()),
                is_active=True,
            )
        )
    )
