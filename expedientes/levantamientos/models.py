from decimal import Decimal

from django.db import models

from expedientes import columnas
from expedientes.anexos.models import Anexo
from expedientes.anexos.partes import ConPartesManager, Parte
from monitor.db.fields import LineField
from monitor.errores import DatosInvalidos, ErrorDeDominio
from monitor.validadores import sin_control

NO_ENCONTRADO = "Levantamiento no encontrado"
CONCEPTO_NO_ENCONTRADO = "Concepto no encontrado"
SIN_EXPEDIENTE = "No existe un expediente con ese no_siniestro"


class LevantamientoManager(ConPartesManager):
    def costo_total(self, pk: int) -> Decimal | None:
        """Return the exact sum of the costs of a survey's concepts, or None when there is no survey. SQLite would sum
        them as floats."""
        filas = list(self.filter(pk=pk).values_list("conceptos__costo", flat=True))
        return sum((costo for costo in filas if costo is not None), Decimal()) if filas else None


class Levantamiento(Anexo):
    """A survey of the damages of a unit, with what repairing each costs."""

    cambio = "El levantamiento cambió desde que lo leyó; vuelva a leerlo"
    no_encontrado = NO_ENCONTRADO

    fecha = columnas.fecha("fecha")
    orden = columnas.texto("orden")
    marca = columnas.texto("marca")
    tipo = columnas.texto("tipo")
    modelo = columnas.texto("modelo")
    placas = columnas.texto("placas")
    kilometraje = columnas.texto("kilometraje")
    no_puertas = columnas.texto("No. de puertas")
    color = columnas.texto("color")
    serie = columnas.texto("serie")
    eco = columnas.texto("No. económico")
    asegurado_tercero = columnas.texto("asegurado o tercero")
    nombre_propietario = columnas.texto("propietario")
    telefono = columnas.texto("teléfono")
    direccion = columnas.texto("dirección")
    pega = columnas.texto("pega")
    cristales = columnas.bandera("cristales")
    aire = columnas.bandera("aire acondicionado")
    vestiduras = columnas.bandera("vestiduras")
    rin = columnas.bandera("rines")
    direccion_veh = columnas.bandera("dirección del vehículo")
    tipo_pintura = columnas.bandera("tipo de pintura")
    trasmision = columnas.bandera("transmisión")

    objects = LevantamientoManager()

    class Meta(Anexo.Meta):
        db_table = "levantamiento"
        verbose_name = "levantamiento de daños"
        verbose_name_plural = "levantamientos de daños"

    def __str__(self):
        return f"Levantamiento {self.pk}"

    @classmethod
    def parte(cls) -> type[Parte]:
        return LevantamientoConcepto

    @classmethod
    def sin_expediente(cls) -> ErrorDeDominio:
        return DatosInvalidos(SIN_EXPEDIENTE, codigo="sin_expediente")


class LevantamientoConcepto(Parte):
    """Something to repair or to put anew. A negative cost is a discount."""

    cambio = "El concepto cambió desde que lo leyó; vuelva a leerlo"
    duena, lista = "levantamiento", "conceptos"
    no_encontrada = CONCEPTO_NO_ENCONTRADO

    levantamiento = models.ForeignKey(
        Levantamiento, models.PROTECT, db_column="id_levantamiento", related_name="conceptos", editable=False
    )
    claves = columnas.texto("claves")
    concepto = LineField("concepto", max_length=500, validators=[sin_control])
    costo = columnas.dinero("costo")

    class Meta(Parte.Meta):
        db_table = "levantamiento_concepto"
        verbose_name = "concepto"
        verbose_name_plural = "conceptos"

    def __str__(self):
        return self.concepto
