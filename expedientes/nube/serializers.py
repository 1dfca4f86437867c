"""The log of the backups on the wire (docs/contrato.md)."""

from rest_framework import serializers

from expedientes.nube.models import EstadoDeLaNube, Respaldo
from monitor.api.dialects import DIRECT
from monitor.api.serializers import StrictModelSerializer
from monitor.api.shapes import Shape
from monitor.cambios.serializers import PersonaSerializer


class RespaldoSerializer(StrictModelSerializer):
    usuario = PersonaSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Respaldo
        fields = ("id", "fecha", "tipo", "resultado", "detalle", "usuario")


class SituacionDeLaNubeSerializer(serializers.Serializer):
    estado = serializers.ChoiceField(EstadoDeLaNube.choices)
    ultimo_respaldo = serializers.DateTimeField(allow_null=True)
    ultimo_error = serializers.CharField()
    pendientes = serializers.IntegerField()


class DiscoSerializer(serializers.Serializer):
    libre_gb = serializers.FloatField()
    usado_gb = serializers.FloatField()
    total_gb = serializers.FloatField()


class CuantasEvidenciasSerializer(serializers.Serializer):
    totales = serializers.IntegerField()
    local = serializers.IntegerField()
    nube = serializers.IntegerField()


class CuantosExpedientesSerializer(serializers.Serializer):
    totales = serializers.IntegerField()


class SituacionSerializer(serializers.Serializer):
    disco_local = DiscoSerializer()
    nube = SituacionDeLaNubeSerializer()
    evidencias = CuantasEvidenciasSerializer()
    expedientes = CuantosExpedientesSerializer()


RESPALDO = Shape(RespaldoSerializer(), DIRECT)
