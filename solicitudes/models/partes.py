"""The rows that hang from a solicitud: its places and its history. The verbs of `verbos.py` write them."""

from functools import cached_property

from django.db import models
from django.db.models.functions import Now

from catalogos.models import Lugar
from monitor.cambios.cadena import Paso
from monitor.db.fields import LongTextField
from monitor.usuarios.models import Usuario
from monitor.validadores import sin_control_en_texto_largo
from solicitudes import reglas
from solicitudes.estados import Estado
from solicitudes.models.estado import EstadoSolicitud
from solicitudes.referencias import Sitio

LUGAR_MAXIMO = 500
MOTIVO_MAXIMO = 500


class LugarSolicitudQuerySet(models.QuerySet):
    def vigentes(self):
        return self.filter(solicitud__eliminado=False)


class LugarSolicitud(models.Model):
    """A place where the transport of a solicitud begins or stops, in its turn (`orden`)."""

    solicitud = models.ForeignKey(
        "solicitudes.Solicitud", models.PROTECT, db_column="id_solicitud", related_name="lugares"
    )
    lugar = models.ForeignKey(Lugar, models.PROTECT, verbose_name="lugar", db_column="id_lugar", related_name="+")
    orden = models.IntegerField("orden")
    es_origen = models.BooleanField("es el origen", db_default=False, default=False)
    descripcion = LongTextField(
        "descripción", max_length=LUGAR_MAXIMO, null=True, blank=True, validators=[sin_control_en_texto_largo]
    )
    hora_llegada = models.TimeField(
        "hora estimada de llegada", null=True, blank=True, db_column="hora_estimada_llegada"
    )
    requiere_retorno = models.BooleanField("requiere retorno", db_default=False, default=False)
    hora_retorno = models.TimeField(
        "hora estimada de retorno", null=True, blank=True, db_column="hora_estimada_retorno"
    )

    objects = LugarSolicitudQuerySet.as_manager()

    class Meta:
        db_table = "lugar_solicitud"
        verbose_name = "parada de solicitud"
        verbose_name_plural = "paradas de solicitudes"
        ordering = ["orden"]
        constraints = [
            models.UniqueConstraint(
                fields=["solicitud", "orden"],
                name="lugar_solicitud_orden_unico",
                violation_error_message=reglas.ORDEN_REPETIDO,
            ),
            models.UniqueConstraint(
                fields=["solicitud"],
                condition=models.Q(es_origen=True),
                name="lugar_solicitud_un_origen",
                violation_error_message=reglas.VARIOS_ORIGENES,
            ),
            models.CheckConstraint(
                name="lugar_solicitud_orden_desde_0",
                condition=models.Q(orden__gte=0),
                violation_error_message=reglas.ORDEN_CON_SALTOS,
            ),
            models.CheckConstraint(
                name="lugar_solicitud_origen_sin_retorno",
                condition=~models.Q(es_origen=True, requiere_retorno=True),
                violation_error_message=reglas.RETORNO_EN_ORIGEN,
            ),
            models.CheckConstraint(
                name="lugar_solicitud_retorno_con_hora",
                condition=models.Q(requiere_retorno=False) | models.Q(hora_retorno__isnull=False),
                violation_error_message=reglas.RETORNO_SIN_HORA,
            ),
            models.CheckConstraint(
                name="lugar_solicitud_hora_solo_con_retorno",
                condition=models.Q(requiere_retorno=True) | models.Q(hora_retorno__isnull=True),
                violation_error_message=reglas.HORA_SIN_RETORNO,
            ),
        ]

    def __str__(self):
        return f"{self.orden}. {self.lugar}"

    def en_datos(self) -> dict:
        """Return its values by attname, as the verbs of solicitudes take them."""
        propias = [campo.attname for campo in self._meta.concrete_fields]
        return {columna: getattr(self, columna) for columna in propias if columna not in ("id", "solicitud_id")}

    @cached_property
    def sitio(self) -> Sitio:
        return Sitio(self.lugar.nombre, self.lugar.direccion, self.lugar.codigo)


class HistoricoEstado(Paso):
    """One row for each state that a solicitud has been in, its creation included. The verbs write the rows and never
    change them."""

    dice = ("estado_id", "estado_id")
    sellados = ("estado_id", "motivo", "creado_en", "cambiado_por_id", "origen")

    solicitud = models.ForeignKey(
        "solicitudes.Solicitud",
        models.PROTECT,
        verbose_name="solicitud",
        db_column="id_solicitud",
        related_name="historico",
    )
    estado = models.ForeignKey(
        EstadoSolicitud, models.PROTECT, verbose_name="estado", db_column="id_estado_solicitud", related_name="+"
    )
    motivo = LongTextField("motivo", max_length=MOTIVO_MAXIMO, null=True, db_column="motivo_estado_solicitud")
    creado_en = models.DateTimeField("fecha del cambio", db_default=Now(), db_column="fecha_hora_creacion")
    actualizado_en = models.DateTimeField("actualizado", db_default=Now(), db_column="fecha_hora_actualizacion")
    cambiado_por = models.ForeignKey(
        Usuario, models.PROTECT, verbose_name="cambiado por", db_column="cambiado_por", null=True, related_name="+"
    )

    class Meta:
        db_table = "historico_estado_solicitud"
        verbose_name = "cambio de estado"
        verbose_name_plural = "histórico de estados"
        ordering = ["id"]

    def __str__(self):
        return Estado(self.estado_id).label
