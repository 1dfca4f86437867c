from django.db import models
from django.utils import timezone

from expedientes.anexos.models import Anexo, AnexoManager
from monitor.db.fields import LongTextField
from monitor.db.writes import Author
from monitor.origen import ahora
from monitor.usuarios.models import Usuario
from monitor.validadores import sin_control_en_texto_largo

TEXTO_MAXIMO = 10_000
NO_ENCONTRADO = "Comentario no encontrado"


class ComentarioManager(AnexoManager):
    def escribir(self, no_siniestro: str, comentario: str, *, por: Author) -> "Comentario":
        """Leave a comment on an expediente, at this second by the clock of the shop, and return it."""
        momento = ahora().replace(microsecond=0)
        local = timezone.localtime(momento)
        datos = {"fecha_creacion": momento, "fecha": local.date(), "hora": local.time()}
        return self.crear(no_siniestro, datos | {"comentario": comentario, "usuario_id": por.reference}, por=por)


class Comentario(Anexo):
    """A remark of somebody about an expediente. `fecha` and `hora` are what the calendar and the clock of the shop
    showed then, wherever it is now."""

    cambio = "El comentario cambió desde que lo leyó; vuelva a leerlo"
    no_encontrado = NO_ENCONTRADO

    usuario = models.ForeignKey(
        Usuario, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="persona"
    )
    comentario = LongTextField("comentario", max_length=TEXTO_MAXIMO, validators=[sin_control_en_texto_largo])
    fecha = models.DateField("fecha", editable=False)
    hora = models.TimeField("hora", editable=False)
    fecha_creacion = models.DateTimeField("escrito", editable=False)

    objects = ComentarioManager()

    class Meta(Anexo.Meta):
        db_table = "comentario"
        verbose_name = "comentario"
        verbose_name_plural = "comentarios"

    def __str__(self):
        return f"Comentario {self.pk}"
