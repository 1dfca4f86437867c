"""The record of imports: each file that came in, and the rows that it wrote, so that it can be undone as a whole."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from monitor.cambios.models import Cambio
from monitor.db.fields import LineField
from monitor.db.functions import ClockTime
from monitor.db.queries import execute
from monitor.db.writes import Author, insert, insert_many, update
from monitor.errores import Conflicto
from monitor.origen import Origen

TURNO = 4_202_611_261  # stands for importing among PostgreSQL's advisory locks
OCUPADO = "Ya hay otra importación en marcha: espere a que termine y repita"
YA_DESHECHA = "Esta importación ya se deshizo"
LARGO_DEL_NOMBRE = 250


class FilaEscrita(NamedTuple):
    """A note of a row that a line of a file wrote. `estado` is the state that it left, if it left one."""

    linea: int
    nombre: str
    uid: UUID
    version_escrita: int
    creada: bool
    estado: str | None


class ImportacionManager(models.Manager):
    def tomar_turno(self) -> None:
        """Let nobody else import until this transaction ends: two files with the same rows in another order would wait
        for each other. Raise Conflicto when somebody imports already. On SQLite a transaction has its turn since it
        began."""
        if connection.vendor == "postgresql" and not execute("SELECT pg_try_advisory_xact_lock(%s)", [TURNO])[0][0]:
            raise Conflicto(OCUPADO)

    def anotar(self, archivo: str, objeto: str, peticion: str, creadas: int, cambiadas: int, *, por: Author):
        """Note that a file came in, as part of that request, and return its Importacion."""
        valores = {
            "archivo": archivo[-LARGO_DEL_NOMBRE:],
            "objeto": objeto,
            "peticion": peticion,
            "creadas": creadas,
            "cambiadas": cambiadas,
            "hecha_por_id": por.pk,
        }
        return insert(Importacion, valores, por=por)

    def anotar_deshecha(self, pk: int, *, por: Author) -> "Importacion":
        return update(Importacion, pk, {"deshecha_en": timezone.now(), "deshecha_por_id": por.pk}, por=por)

    def tomar(self, pk: int) -> "Importacion":
        """Return the one with this id, locked. Raise Conflicto when it was undone already."""
        importacion = self.select_for_update().get(pk=pk)
        if importacion.deshecha_en:
            raise Conflicto(YA_DESHECHA)
        return importacion


class Importacion(models.Model):
    """A file that came in. `objeto` is the table of its rows, and `peticion` tells which changes it made."""

    id = models.BigAutoField(primary_key=True)
    archivo = LineField("archivo", max_length=LARGO_DEL_NOMBRE)
    objeto = models.CharField("tabla", max_length=40)
    peticion = models.CharField("petición", max_length=64)
    creadas = models.PositiveIntegerField("filas nuevas")
    cambiadas = models.PositiveIntegerField("filas cambiadas")
    hecha_en = models.DateTimeField("importado", db_default=ClockTime(), editable=False)
    hecha_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="por",
        null=True,
        db_index=False,  # only whoever deletes a person asks for it
        related_name="+",
    )
    deshecha_en = models.DateTimeField("deshecho", null=True, editable=False)
    deshecha_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="deshecho por",
        null=True,
        db_index=False,  # as above
        related_name="+",
    )

    objects = ImportacionManager()

    class Meta:
        db_table = "importacion"
        verbose_name = "importación"
        verbose_name_plural = "importaciones"
        ordering = ["-id"]

    def __str__(self):
        return self.archivo

    @property
    def escritas(self) -> int:
        return self.creadas + self.cambiadas

    def cambios(self, uids: Iterable[UUID]) -> models.QuerySet:
        return cambios_de(self.objeto, uids, self.peticion)


def cambios_de(objeto: str, uids: Iterable[UUID], peticion: str) -> models.QuerySet:
    """Return the changes of an import in these rows of a table, in the order in which they were made."""
    suyos = Cambio.objects.filter(objeto=objeto, uid__in=list(uids), peticion=peticion, origen=Origen.IMPORTACION)
    return suyos.select_related("usuario").order_by("id")


class FilaImportadaManager(models.Manager):
    def anotar(self, importacion: Importacion, escritas: list[FilaEscrita], *, por: Author) -> None:
        filas = [
            {"importacion_id": importacion.pk} | e._asdict() | {"nombre": e.nombre[:LARGO_DEL_NOMBRE]} for e in escritas
        ]
        insert_many(FilaImportada, filas, por=por)


class FilaImportada(models.Model):
    """A row that an import wrote, and the version that it got. While it still has that one, nobody touched it. They are
    written in the order of the import."""

    id = models.BigAutoField(primary_key=True)
    importacion = models.ForeignKey(Importacion, models.PROTECT, related_name="filas", verbose_name="importación")
    linea = models.PositiveIntegerField("línea")
    nombre = LineField("fila", max_length=LARGO_DEL_NOMBRE)
    uid = models.UUIDField("identidad")
    version_escrita = models.IntegerField("versión")
    creada = models.BooleanField("es nueva")
    estado = models.CharField("estado que dejó", max_length=20, null=True)

    objects = FilaImportadaManager()

    class Meta:
        db_table = "fila_importada"
        verbose_name = "fila importada"
        verbose_name_plural = "filas importadas"
        ordering = ["id"]

    def __str__(self):
        return self.nombre
