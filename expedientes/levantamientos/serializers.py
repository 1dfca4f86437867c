"""The shapes of a survey on the wire. Keys and their order are the contract with API clients (docs/contrato.md)."""

from rest_framework import serializers

from expedientes.anexos.partes import MUCHAS
from expedientes.anexos.serializers import AnexoEntrada, el_suyo, no_siniestro
from expedientes.levantamientos.models import Levantamiento, LevantamientoConcepto
from expedientes.serializers import ExpedienteSerializer
from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictPaperDateField, StrictTextField
from monitor.api.serializers import ObjectListField, StrictModelSerializer
from monitor.api.shapes import PartsField, Shape

REQUERIDO = "no_siniestro es requerido"
CONCEPTO_REQUERIDO = "concepto es requerido"
CAMPOS = (
    "fecha",
    "orden",
    "marca",
    "tipo",
    "modelo",
    "placas",
    "kilometraje",
    "no_puertas",
    "color",
    "serie",
    "eco",
    "asegurado_tercero",
    "nombre_propietario",
    "telefono",
    "direccion",
    "pega",
    "cristales",
    "aire",
    "vestiduras",
    "rin",
    "direccion_veh",
    "tipo_pintura",
    "trasmision",
)


class ConceptoEntrada(StrictModelSerializer):
    alone = {CONCEPTO_REQUERIDO: "faltan_campos"}
    concepto = StrictTextField(
        max_length=500, error_messages=dict.fromkeys(("required", "null", "blank"), CONCEPTO_REQUERIDO)
    )

    class Meta:
        model = LevantamientoConcepto
        fields = ("claves", "concepto", "costo")
        ignored = ("id", "id_levantamiento")


class ConceptoSalida(StrictModelSerializer):
    id_levantamiento = serializers.IntegerField(source="levantamiento_id", read_only=True)

    class Meta:
        model = LevantamientoConcepto
        fields = ("id", "id_levantamiento", "claves", "concepto", "costo")


class LevantamientoEntrada(AnexoEntrada):
    alone = {REQUERIDO: "faltan_campos"}
    no_siniestro = no_siniestro(REQUERIDO)
    fecha = StrictPaperDateField(required=False, allow_null=True)
    conceptos = ObjectListField(child=ConceptoEntrada(), max_length=MUCHAS, required=False)

    class Meta:
        model = Levantamiento
        fields = ("no_siniestro", *CAMPOS, "conceptos")
        ignored = ("id", "levantamiento_concepto", "expediente")


class LevantamientoSalida(StrictModelSerializer):
    no_siniestro = el_suyo()
    levantamiento_concepto = PartsField(child=ConceptoSalida())

    class Meta:
        model = Levantamiento
        fields = ("id", "no_siniestro", *CAMPOS, "levantamiento_concepto")


class LevantamientoConExpedienteSalida(LevantamientoSalida):
    expediente = ExpedienteSerializer(read_only=True)

    class Meta(LevantamientoSalida.Meta):
        fields = (*LevantamientoSalida.Meta.fields, "expediente")


ENTRADA = LevantamientoEntrada()
CONCEPTO_ENTRADA = ConceptoEntrada()
LEVANTAMIENTO = Shape(LevantamientoSalida(), DIRECT)
CON_EXPEDIENTE = Shape(LevantamientoConExpedienteSalida(), DIRECT)
CONCEPTO = Shape(ConceptoSalida(), DIRECT)
