"""The answers that are kept for requests with an Idempotency-Key, in case they come again (docs/adr/0012)."""

from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now

from monitor.db.fields import KeyField
from monitor.db.queries import execute

DURA = timedelta(hours=72)
# The moment before which an answer isn't kept any more, by the clock of the database.
HASTA = {
    "postgresql": f"now() - interval '{DURA.total_seconds():.0f} seconds'",
    "sqlite": f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-{DURA.total_seconds():.0f} seconds')",
}
# The answer that is kept for a user and a key.
VIGENTE = {vendor: f"usuario_id = %s AND clave = %s AND guardada_en > {hasta}" for vendor, hasta in HASTA.items()}
# Whether the turn is free, and then it is taken. The row that tells of it can't be locked: it is written at the end.
TURNO = {"postgresql": "pg_try_advisory_xact_lock(%s)", "sqlite": "%s IS NOT NULL"}
LARGO_DE_LA_CLAVE = 255


class Guardada(NamedTuple):
    """An answer. `huella` tells its request from any other, and `encabezados` are JSON."""

    huella: bytes
    status: int
    encabezados: str
    cuerpo: bytes


class EnCurso(Exception):
    """Another transaction, which hasn't ended, has the turn of the same key."""


class RespuestaGuardadaManager(models.Manager):
    def tomar_turno(self, usuario_id: int, clave: str) -> Guardada | None:
        """Return the answer that is kept for a user's key; or None when there is none, and then this transaction alone
        has the turn of the key until it ends. Raise EnCurso when another one has it.

        On PostgreSQL the statement sees what was committed before it asked for the turn: the answer of a transaction
        that ended just then is missed, and `guardar` finds it. On SQLite a transaction has its turn since it began.
        """
        [(libre, huella, *respuesta)] = execute(_sql_del_turno(), [_turno(usuario_id, clave), usuario_id, clave])
        if huella is not None:
            return Guardada(huella, *respuesta)
        if not libre:
            raise EnCurso
        return None

    def turno_libre(self, usuario_id: int, clave: str) -> tuple[str, list]:
        """Return the query, with its params, that takes the turn on PostgreSQL and has a row only when it was free and
        no answer is kept."""
        guardada = f"SELECT FROM respuesta_guardada WHERE {VIGENTE['postgresql']}"
        params = [_turno(usuario_id, clave), usuario_id, clave]
        return f"SELECT WHERE {TURNO['postgresql']} AND NOT EXISTS ({guardada})", params

    def guardar(self, usuario_id: int, clave: str, respuesta: Guardada) -> bool:
        """Keep an answer for DURA, in the transaction that has the turn. Return False, and keep nothing, when another
        one is kept already."""
        return bool(execute(_sql_de_guardar(), [usuario_id, clave, *respuesta]))

    def vencidas(self) -> models.QuerySet:
        hasta = models.ExpressionWrapper(Now() - DURA, output_field=models.DateTimeField())
        return self.filter(guardada_en__lte=hasta)


class RespuestaGuardada(models.Model):
    """The first answer to a user's request with an Idempotency-Key, written in the transaction of what it tells."""

    pk = models.CompositePrimaryKey("usuario_id", "clave")
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    clave = KeyField(max_length=LARGO_DE_LA_CLAVE)
    huella = models.BinaryField()
    status = models.SmallIntegerField()
    encabezados = models.TextField()
    cuerpo = models.BinaryField()
    guardada_en = models.DateTimeField(db_default=Now())

    objects = RespuestaGuardadaManager()

    class Meta:
        db_table = "respuesta_guardada"

    def __str__(self):
        return f"{self.clave} de {self.usuario_id}"


def _turno(usuario_id: int, clave: str) -> int:
    """Return the number that stands for a user's key among PostgreSQL's advisory locks, of 64 bits."""
    return int.from_bytes(sha256(f"{usuario_id} {clave}".encode()).digest()[:8], signed=True)


@cache
def _sql_del_turno() -> str:
    return (
        f"SELECT {TURNO[connection.vendor]}, {', '.join(Guardada._fields)} FROM (SELECT 1) AS una"
        f" LEFT JOIN respuesta_guardada ON {VIGENTE[connection.vendor]}"
    )


@cache
def _sql_de_guardar() -> str:
    """Return an INSERT that takes the place of an answer that isn't kept any more, and of no other."""
    columnas = ("usuario_id", "clave", *Guardada._fields)
    cambios = ", ".join(f"{columna} = excluded.{columna}" for columna in (*Guardada._fields, "guardada_en"))
    return (
        f"INSERT INTO respuesta_guardada ({', '.join(columnas)}) VALUES ({', '.join(['%s'] * len(columnas))})"
        f" ON CONFLICT (usuario_id, clave) DO UPDATE SET {cambios}"
        f" WHERE respuesta_guardada.guardada_en <= {HASTA[connection.vendor]} RETURNING status"
    )
