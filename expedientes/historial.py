"""The history of the states of expedientes."""

from django.db import models
from django.db.models.functions import Now

from expedientes.estados import ESTADO_INVALIDO, MISMO_ESTADO, Estado
from monitor.cambios.cadena import Paso
from monitor.usuarios.models import Usuario


class HistorialEstado(Paso):
    """One row for each change of state of an expediente, the opening included. The verbs write the rows and never
    change them."""

    dice = ("estado_nuevo", "estado")
    follows = "expediente"
    sellados = ("estado_anterior", "estado_nuevo", "fecha_cambio", "cambiado_por_id", "origen")

    id = models.BigAutoField(primary_key=True)
    expediente = models.ForeignKey(
        "expedientes.Expediente",
        models.PROTECT,
        db_column="no_siniestro",
        related_name="historial",
        verbose_name="expediente",
    )
    estado_anterior = models.CharField("estado anterior", max_length=20, choices=Estado, null=True)
    estado_nuevo = models.CharField("estado nuevo", max_length=20, choices=Estado)
    fecha_cambio = models.DateTimeField("fecha del cambio", db_default=Now())
    cambiado_por = models.ForeignKey(
        Usuario, models.PROTECT, db_column="cambiado_por", null=True, related_name="+", verbose_name="cambiado por"
    )

    class Meta:
        db_table = "historial_estado"
        verbose_name = "cambio de estado"
        verbose_name_plural = "historial de estados"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="historial_estado_nuevo_valido",
                condition=models.Q(estado_nuevo__in=Estado.values),
                violation_error_message=ESTADO_INVALIDO,
            ),
            models.CheckConstraint(
                name="historial_estado_cambia",
                condition=models.Q(estado_anterior__isnull=True) | ~models.Q(estado_anterior=models.F("estado_nuevo")),
                violation_error_message=MISMO_ESTADO,
            ),
        ]

    def __str__(self):
        return f"{self.get_estado_anterior_display() or '—'} → {self.get_estado_nuevo_display()}"
