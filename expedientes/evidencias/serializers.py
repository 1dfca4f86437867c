"""The shapes of evidence on the wire. Keys and their order are the contract with API clients (docs/contrato.md)."""

from django.db.models import Exists, OuterRef
from rest_framework import serializers

from expedientes.evidencias.models import Evidencia
from monitor.api.dialects import DIRECT
from monitor.api.serializers import StrictModelSerializer
from monitor.api.shapes import ApartListField, Shape

DE_LISTA = (
    "id",
    "no_siniestro",
    "tipo",
    "nombre_archivo",
    "ruta",
    "url_nube",
    "key_nube",
    "ubicacion_almacenamiento",
    "fecha_carga",
)


class EvidenciaSerializer(StrictModelSerializer):
    no_siniestro = serializers.CharField(source="expediente_id")
    ruta = serializers.CharField()
    subido_por = serializers.IntegerField(source="subido_por_id", allow_null=True)

    class Meta:
        model = Evidencia
        fields = (
            "id",
            "no_siniestro",
            "tipo",
            "nombre_archivo",
            "ruta",
            "fecha_carga",
            "ubicacion_almacenamiento",
            "subido_por",
        )


class EvidenciaDeListaSerializer(StrictModelSerializer):
    no_siniestro = serializers.CharField(source="expediente_id")
    ruta = serializers.CharField()
    # Whoever answers puts an address here, for what is in the cloud under this key.
    url_nube = serializers.CharField(source="llave_nube", allow_null=True)
    key_nube = serializers.CharField(source="ruta")

    class Meta:
        model = Evidencia
        fields = DE_LISTA


class RepetidaSerializer(StrictModelSerializer):
    no_siniestro = serializers.CharField(source="expediente_id")

    class Meta:
        model = Evidencia
        fields = ("no_siniestro", "id")


class EvidenciaDetalladaSerializer(EvidenciaDeListaSerializer):
    subido_por = serializers.IntegerField(source="subido_por_id", allow_null=True)
    repetida_en = ApartListField(
        child=RepetidaSerializer(),
        any_of=Exists(Evidencia.objects.filter(sha256=OuterRef("sha256")).exclude(pk=OuterRef("pk"))),
    )

    class Meta:
        model = Evidencia
        fields = (
            *DE_LISTA,
            "subido_por",
            "tipo_mime",
            "tamano",
            "sha256",
            "ancho",
            "alto",
            "tomada_en",
            "latitud",
            "longitud",
            "repetida_en",
        )


EVIDENCIA = Shape(EvidenciaSerializer(), DIRECT)
DE_LA_LISTA = Shape(EvidenciaDeListaSerializer(), DIRECT)
DETALLADA = Shape(EvidenciaDetalladaSerializer(), DIRECT)
