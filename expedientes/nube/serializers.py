"""The log of the backups on the wire (docs/contrato.md)."""

from expedientes.nube.models import Respaldo
from monitor.api.dialects import DIRECT
from monitor.api.serializers import StrictModelSerializer
from monitor.api.shapes import Shape
from monitor.cambios.serializers import PersonaSerializer


class RespaldoSerializer(StrictModelSerializer):
    usuario = PersonaSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Respaldo
        fields = ("id", "fecha", "tipo", "resultado", "detalle", "usuario")


RESPALDO = Shape(RespaldoSerializer(), DIRECT)
