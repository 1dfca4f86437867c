"""The identity of who calls the API. The statement that reads or writes what is asked also settles it: one statement
where asking apart takes two (docs/adr/0005)."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import models

from monitor.api import keys
from monitor.api.tokens import INVALIDO, Token
from monitor.db.queries import CompiledQuery, Param
from monitor.db.writes import Reference
from monitor.errores import NoAutenticado
from monitor.roles import PERMISOS, TODOS, exigir_permiso


class Caller:
    """The bearer of a token with a good signature: `request.user`, and the `por` of a verb.

    What the token says isn't believed. Reading `pk`, `username`, `rol` or `is_authenticated` asks the database first.
    It raises NoAutenticado for a token that was revoked or a user who was disabled, and SinPermiso for a role without
    `permiso`: nothing can be written in the name of somebody who may not. With `reference` the write itself asks
    (`db.writes.Reference`).
    """

    def __init__(self, token: Token, permiso: str | None = None):
        self.token, self.permiso = token, permiso
        self._settled, self._person, self._exists = False, None, False

    def confirm(self) -> None:
        """Ask the database, unless something has confirmed the caller already."""
        if not self._settled:
            self.ask()

    def settle(self) -> None:
        """Take note that a statement found that the token and the role hold."""
        self._settled = True

    def ask(self):
        """Ask the database, also about a caller who was confirmed before, and return the person. Raise NoAutenticado or
        SinPermiso."""
        person = get_user_model().objects.con_token(self.token.id, self.token.version)
        if person is None:
            keys.forget(self.token.huella)
            raise NoAutenticado(INVALIDO, codigo="token_invalido")
        self._exists = True
        if self.permiso is not None:
            exigir_permiso(person.rol, self.permiso)
        self._settled, self._person = True, person
        return person

    def note_use(self) -> None:
        """Note that a key was used, if it is one that calls. Everything else that the request does comes before."""
        if self.is_program:
            keys.note_use(self.token)

    @property
    def is_authenticated(self) -> bool:
        """Answer the permission classes of DRF, which ask this."""
        self.confirm()
        return True

    @property
    def is_program(self) -> bool:
        return bool(self.token.huella)

    @property
    def pk(self) -> int:
        self.confirm()
        return self.token.id

    @property
    def known_id(self) -> int | None:
        """Return the user's id for the log, also of one without the permission, or None while nothing has confirmed who
        calls."""
        return self.token.id if self._settled or self._exists else None

    @property
    def username(self) -> str:
        return (self._person or self.ask()).username

    @property
    def nombre(self) -> str | None:
        return (self._person or self.ask()).nombre

    @property
    def rol(self) -> str:
        return (self._person or self.ask()).rol

    @property
    def reference(self) -> "int | CallerReference":
        return self.token.id if self._settled else CallerReference(self)


@dataclass(frozen=True)
class CallerReference(Reference):
    """A reference to the user that the token names, good while the token still holds (see `db.writes.Reference`)."""

    caller: Caller

    @property
    def model(self) -> type[models.Model]:
        return get_user_model()

    @property
    def pk(self) -> int:
        return self.caller.token.id

    @property
    def sql(self) -> str:
        # The roles are our own words. As text in the SQL they make few different statements.
        roles = ", ".join(f"'{rol}'" for rol in sorted(PERMISOS.get(self.caller.permiso, ()))) or "NULL"
        return f"version_token = %s AND is_active AND rol IN ({roles})"

    @property
    def params(self) -> list:
        return [self.caller.token.version]

    def settle(self) -> None:
        self.caller.settle()


class CallerQuery(CompiledQuery):
    """A query over a queryset that `only_for_caller` gave, which has no rows for a caller whose token doesn't hold.
    When there are no rows, or not every role may read them, the database is asked about the caller apart."""

    def rows(self, *variant, caller: Caller, **values) -> list[tuple]:
        if PERMISOS.get(caller.permiso) != TODOS:
            caller.confirm()
        rows = super().rows(*variant, caller=caller.token.id, version=caller.token.version, **values)
        if rows:
            caller.settle()
        else:
            caller.ask()
        return rows


def only_for_caller(queryset: models.QuerySet) -> models.QuerySet:
    id_, version = Param("caller", models.BigIntegerField()), Param("version", models.IntegerField())
    return queryset.filter(models.Exists(get_user_model().objects.de_token(id_, version)))
