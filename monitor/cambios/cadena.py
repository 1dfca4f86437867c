"""The chain of what happened to an expediente or a solicitud: each link carries a hash of itself and of the one before
it, so that no link can be changed, taken out or put in without breaking those that follow (docs/cadena.md)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import orjson
from django.db import models

from monitor.db.functions import RandomUUID
from monitor.db.triggers import AppendOnly
from monitor.db.versions import Versioned
from monitor.db.writes import Reference
from monitor.origen import Origen

LARGO = 64  # hexadecimal digits of a hash


class Eslabon(AppendOnly):
    """A link: a row that belongs to a chain. `sellados` names its columns that the hash covers, in order."""

    sellados: Sequence[str] = ()

    eslabon = models.IntegerField("lugar en su cadena", null=True, editable=False)
    huella = models.CharField("huella", max_length=LARGO, null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def cubiertos(cls, valores: Sequence) -> Sequence:
        """Return, of the values of `sellados`, those that the hash covers."""
        return valores


class Paso(Eslabon):
    """A link that is a state of a history. `sellados` ends with the door, which the hash of a row from before it was
    kept doesn't cover."""

    dice: tuple[str, str]  # the column that says the state, and that of the row that it is the history of

    origen = models.CharField("puerta", max_length=12, choices=Origen, null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def cubiertos(cls, valores):
        return valores[:-1] if valores[-1] is None else valores


class Encadenado(Versioned):
    """A row that has a chain. `uid` names it for good: no rename changes it, and no other row ever has it."""

    uid = models.UUIDField("identidad", unique=True, db_default=RandomUUID(), default=uuid4, editable=False)
    eslabones = models.IntegerField("eslabones de su cadena", db_default=0, default=0, editable=False)
    cabeza = models.CharField("última huella de su cadena", max_length=LARGO, db_default="", default="", editable=False)

    class Meta:
        abstract = True

    @classmethod
    def archivados(cls) -> Iterable[tuple]:
        """Return the rows that went to the archive, each as a `Padre` with the links that went along."""
        return ()

    tagged_by = ("version", "uid", "cabeza")

    @staticmethod
    def tag_of(version: int, uid: UUID, cabeza: str) -> str:
        """Return the tag. The head is for a database that was restored from a backup, where versions come again, of
        other contents."""
        return f"{version}-{uid.hex}{cabeza[:16]}"


class Fila(NamedTuple):
    """A link as it is kept."""

    uid: UUID
    lugar: int
    huella: str
    modelo: type[Eslabon]
    pk: int
    sellados: tuple


class Fin(NamedTuple):
    """The end of a chain: how many links it has, and the hash of the last."""

    eslabones: int
    cabeza: str


class Padre(NamedTuple):
    """A row that has a chain, and what it says of it."""

    uid: UUID
    nombre: str
    fin: Fin
    estado: object


class Cadena:
    """A chain as a write is about to leave it."""

    def __init__(self, uid: UUID | None = None, eslabones: int = 0, cabeza: str = ""):
        self.uid, self.eslabones, self.cabeza = uid or uuid4(), eslabones, cabeza

    @classmethod
    def de(cls, fila: Encadenado) -> "Cadena":
        return cls(fila.uid, fila.eslabones, fila.cabeza)

    def enlazar(self, modelo: type[Eslabon], valores: dict) -> tuple[type[Eslabon], dict]:
        """Add a row, given by attname, and return it with its model as `monitor.db.writes` takes it."""
        self.eslabones += 1
        sellados = modelo.cubiertos([valores[nombre] for nombre in modelo.sellados])
        self.cabeza = huella(modelo, self.uid, self.eslabones, sellados, self.cabeza)
        return modelo, valores | {"eslabon": self.eslabones, "huella": self.cabeza}

    @property
    def valores(self) -> dict:
        """Return the values of a new row, by attname."""
        return {"uid": self.uid} | self.fin

    @property
    def fin(self) -> dict:
        """Return the values that a write changes. To name a key that stays as it is would lock the row against those
        who refer to it."""
        return {"eslabones": self.eslabones, "cabeza": self.cabeza}


def huella(modelo: type[Eslabon], uid: UUID, lugar: int, sellados: list, anterior: str) -> str:
    """Return the hash of a link: SHA-256 of the compact JSON, in UTF-8, of its table, its chain, its place, its sealed
    values and the hash of the link before it (empty for the first)."""
    forma = [modelo._meta.db_table, uid.hex, lugar, *map(canonico, sellados), anterior]
    return sha256(orjson.dumps(forma)).hexdigest()


def canonico(valor: Any):
    """Return a value as the hash takes it: null, integers and texts as they are, an instant in UTC with six decimals,
    and a reference by its id."""
    if isinstance(valor, datetime):
        return f"{valor.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    return valor.pk if isinstance(valor, Reference) else valor
