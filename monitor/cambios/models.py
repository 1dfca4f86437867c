"""The record of who changed which field from what to what, when and through which door; and of when each row was last
written."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from monitor.cambios.cadena import Eslabon
from monitor.origen import Origen


class Cambio(Eslabon):
    """The changes that one write made to the row of the table `objeto` that has this `uid`. `cambios` is JSON: by
    column, what it was (`de`) and what it is (`a`).

    It is kept as text, because the hash of the chain is of these very bytes. Nothing refers to the row itself, which
    may be deleted or archived: what happened to it stays.
    """

    sellados = ("fecha", "usuario_id", "origen", "peticion", "cambios")

    id = models.BigAutoField(primary_key=True)
    objeto = models.CharField("tabla", max_length=40)
    uid = models.UUIDField("fila")
    fecha = models.DateTimeField("fecha", default=timezone.now)
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="persona",
        null=True,
        db_index=False,  # only whoever deletes a person asks for it
        related_name="+",
    )
    origen = models.CharField("puerta", max_length=12, choices=Origen)
    peticion = models.CharField("petición", max_length=64, null=True)
    cambios = models.TextField("cambios")

    class Meta:
        db_table = "cambio"
        verbose_name = "cambio"
        verbose_name_plural = "cambios"
        ordering = ["-id"]
        indexes = [models.Index(fields=["objeto", "uid", "id"], name="cambio_de_una_fila")]

    def __str__(self):
        return f"{self.objeto} {self.uid}"


class Actualizacion(models.Model):
    """The moment when the row of the table `objeto` that has this `uid` was last written.

    Triggers keep it (`Followed`), apart from the row: an index on a column that each write changes would cost each of
    the row's other indexes a new entry too.
    """

    uid = models.UUIDField("fila", primary_key=True)
    objeto = models.CharField("tabla", max_length=40)
    momento = models.DateTimeField("momento")

    class Meta:
        db_table = "actualizacion"
        verbose_name = "actualización"
        verbose_name_plural = "actualizaciones"
        indexes = [models.Index(fields=["objeto", "momento", "uid"], name="actualizacion_en_orden")]

    def __str__(self):
        return f"{self.objeto} {self.uid}"
