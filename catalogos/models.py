from django.db import models
from django.db.models.functions import Now

from monitor.columnas import Plegado
from monitor.validadores import sin_control


class CatalogoQuerySet(models.QuerySet):
    def vigentes(self):
        return self.filter(eliminado=False)


class Catalogo(models.Model):
    """Reference data. A row that was in use stays when it is deleted: it is only marked.

    `clave` names the column that people know a row by.
    """

    clave = "nombre"

    eliminado = models.BooleanField("eliminado", db_default=False, default=False, editable=False)
    creado_en = models.DateTimeField("creado", db_default=Now(), auto_now_add=True)
    actualizado_en = models.DateTimeField("actualizado", db_default=Now(), auto_now=True)

    objects = CatalogoQuerySet.as_manager()

    class Meta:
        abstract = True


class Aseguradora(Catalogo):
    nombre = models.CharField("nombre", max_length=100, unique=True, validators=[sin_control])

    class Meta:
        db_table = "aseguradora"
        verbose_name = "aseguradora"
        verbose_name_plural = "aseguradoras"
        ordering = [Plegado("nombre"), "id"]

    def __str__(self):
        return self.nombre
