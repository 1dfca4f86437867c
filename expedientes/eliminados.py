"""What was deleted of what hangs from an expediente: the whole row, and who deleted it, when."""

from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from expedientes.archivo import copias_de
from monitor.db.fields import KeyField
from monitor.db.functions import ClockTime
from monitor.db.writes import Author, insert_many
from monitor.usuarios.models import Usuario

LOTE = 500  # rows that one INSERT writes


class AnexoEliminadoManager(models.Manager):
    def eliminar(self, filas: models.QuerySet, expediente: models.Model, *, por: Author) -> None:
        """Take rows that hang from an expediente, which is locked, out of their table, after a copy of each."""
        copias = [
            {
                "tabla": filas.model._meta.db_table,
                "fila": copia["id"],
                "uid": expediente.uid,
                "no_siniestro": expediente.pk,
                "datos": copia,
                "eliminado_por_id": por.pk,
            }
            for copia in copias_de(filas)
        ]
        for desde in range(0, len(copias), LOTE):
            insert_many(self.model, copias[desde : desde + LOTE], por=por)
        filas.delete()

    def de(self, modelo: type[models.Model], expediente: UUID | None = None) -> models.QuerySet:
        """Return what was deleted of a table, of all expedientes or of one."""
        de_la_tabla = self.filter(tabla=modelo._meta.db_table)
        return de_la_tabla if expediente is None else de_la_tabla.filter(uid=expediente)


class AnexoEliminado(models.Model):
    """A row of the table `tabla` that was deleted: `datos` has its columns. `uid` is that of its expediente, whatever
    becomes of the number that it had then."""

    id = models.BigAutoField(primary_key=True)
    tabla = models.CharField("tabla", max_length=40)
    fila = models.BigIntegerField("id de la fila")
    uid = models.UUIDField("expediente")
    no_siniestro = KeyField("No. Siniestro", max_length=100)
    datos = models.JSONField("datos", encoder=DjangoJSONEncoder)
    eliminado_en = models.DateTimeField("eliminado", db_default=ClockTime(), editable=False)
    eliminado_por = models.ForeignKey(
        Usuario, models.PROTECT, db_index=False, related_name="+", null=True, verbose_name="eliminado por"
    )

    objects = AnexoEliminadoManager()

    class Meta:
        db_table = "anexo_eliminado"
        verbose_name = "anexo eliminado"
        verbose_name_plural = "anexos eliminados"
        ordering = ["-id"]
        indexes = [models.Index(fields=["tabla", "fila"], name="anexo_eliminado_por_fila")]

    def __str__(self):
        return f"{self.tabla} {self.fila}"
