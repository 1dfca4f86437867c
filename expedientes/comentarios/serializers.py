from rest_framework import serializers

from expedientes.comentarios.models import TEXTO_MAXIMO, Comentario
from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictLongTextField, StrictTextField
from monitor.api.serializers import StrictModelSerializer, StrictSerializer
from monitor.api.shapes import Shape
from monitor.cambios.serializers import PersonaSerializer

OBLIGATORIOS = "no_siniestro y comentario son obligatorios"
SIN_NADA = dict.fromkeys(("required", "null", "blank"), OBLIGATORIOS)


class ComentarioNuevoSerializer(StrictSerializer):
    alone = {OBLIGATORIOS: "faltan_campos"}
    no_siniestro = StrictTextField(trim=True, error_messages=SIN_NADA)
    comentario = StrictLongTextField(max_length=TEXTO_MAXIMO, error_messages=SIN_NADA)

    class Meta:
        ignored = ("id", "usuario_id", "fecha", "hora", "fecha_creacion", "usuario")


class ComentarioSerializer(StrictModelSerializer):
    no_siniestro = serializers.CharField(source="expediente.no_siniestro", read_only=True)
    usuario_id = serializers.IntegerField(allow_null=True, read_only=True)
    usuario = PersonaSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Comentario
        fields = ("id", "no_siniestro", "usuario_id", "fecha", "hora", "comentario", "fecha_creacion", "usuario")


NUEVO = ComentarioNuevoSerializer()
COMENTARIO = Shape(ComentarioSerializer(), DIRECT)
