from django.db import models

from catalogos.base import Catalogo


class EstadoSolicitud(Catalogo):
    """A copy of `estados.Estado`, made after each `migrate`, for joins and for other programs."""

    clave = "codigo"

    id = models.IntegerField(primary_key=True)
    codigo = models.CharField("código", max_length=30, unique=True)
    nombre = models.CharField("nombre", max_length=50)
    color = models.CharField("color", max_length=7)
    orden = models.IntegerField("orden")
    es_estado_final = models.BooleanField("es estado final")

    class Meta:
        db_table = "estado_solicitud"
        verbose_name = "estado de solicitud"
        verbose_name_plural = "estados de solicitud"
        ordering = ["orden", "id"]
