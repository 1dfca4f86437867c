"""The shapes of an expediente on the wire. Keys and their order are the contract with API clients
(docs/contrato.md)."""

from django.db.models import Exists, OuterRef
from rest_framework import serializers

from catalogos.models import Aseguradora
from expedientes.archivo import ExpedienteArchivado
from expedientes.estados import ESTADO_INVALIDO, Estado
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.serializers import EvidenciaSerializer
from expedientes.models import OBLIGATORIO, Expediente, HistorialEstado
from expedientes.numeros import NumeroDejado
from expedientes.salida import MOTIVO_MAXIMO
from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictChoiceField, StrictReferenceField, StrictTextField
from monitor.api.serializers import StrictModelSerializer, StrictSerializer
from monitor.api.shapes import ApartListField, Shape
from monitor.cambios.serializers import PersonaSerializer
from monitor.textos import composed, trimmed

CAMPOS = (
    "no_siniestro",
    "factura",
    "orden",
    "asesor",
    "fecha_ingreso",
    "fecha_valuacion",
    "fecha_autorizacion",
    "fecha_pzas_completas",
    "unidad_terminada",
    "tecnico",
    "mecanico",
    "vehiculo",
    "observaciones",
    "marca",
    "placas",
    "tipo",
    "color",
    "modelo",
    "nombre_cliente",
    "telefono_cliente",
    "correo_cliente",
    "dato1",
    "dato1_fecha_hora",
    "dato2",
    "dato2_fecha_hora",
    "dato3",
    "dato3_fecha_hora",
    "dato4",
    "dato4_fecha_hora",
    "comentarios_aseguradora",
    "comentarios_aseguradora_fh",
    "doc_orden_admision",
    "doc_identificacion",
    "doc_tarjeta_circulacion",
    "doc_caratula_poliza",
    "doc_carta_reparacion",
    "doc_comprobante_deducible",
    "doc_finiquito",
    "doc_encuesta_servicio",
    "estado",
    "ubicacion_almacenamiento",
    "id_aseguradora",
    "creado_por",
    "fecha_entrega",
)
OTRA_CLAVE = "no_siniestro: no se puede cambiar; debe ser igual al de la ruta"
DEL_SERVIDOR = ("estado", "ubicacion_almacenamiento", "creado_por")


class AseguradoraSerializer(StrictModelSerializer):
    class Meta:
        model = Aseguradora
        fields = ("id", "nombre")


class CambioSerializer(StrictModelSerializer):
    no_siniestro = serializers.CharField(source="expediente_id")
    cambiado_por = serializers.IntegerField(source="cambiado_por_id", allow_null=True)

    class Meta:
        model = HistorialEstado
        fields = ("id", "no_siniestro", "estado_anterior", "estado_nuevo", "fecha_cambio", "cambiado_por")


class CambioConPersonaSerializer(CambioSerializer):
    usuario = PersonaSerializer(source="cambiado_por", allow_null=True)

    class Meta(CambioSerializer.Meta):
        fields = (*CambioSerializer.Meta.fields, "usuario")


def _no_siniestro():
    return StrictTextField(
        max_length=100,
        trim=True,
        validators=Expediente._meta.get_field("no_siniestro").validators,
        error_messages={"required": OBLIGATORIO, "null": OBLIGATORIO, "blank": OBLIGATORIO},
    )


class ExpedienteSerializer(StrictModelSerializer):
    """The flat object of an expediente. What comes back in responses may be sent again, and what the server owns is
    then ignored."""

    no_siniestro = _no_siniestro()
    id_aseguradora = StrictReferenceField(
        source="aseguradora_id",
        queryset=Aseguradora.objects.vigentes(),
        thing="una aseguradora",
        on_write=True,
        required=False,
        allow_null=True,
    )
    creado_por = serializers.IntegerField(source="creado_por_id", read_only=True)

    alone = {OBLIGATORIO: "faltan_campos"}

    class Meta:
        model = Expediente
        fields = CAMPOS
        read_only_fields = DEL_SERVIDOR
        ignored = ("aseguradora", "historial_estado", "evidencia")

    def read_changes(self, datos: dict, no_siniestro: str) -> dict:
        """Return the values in the body of a PUT or a PATCH, by source. The key may come along when it is the path's.
        Raise DatosInvalidos with every broken field."""
        clave = datos.get("no_siniestro")
        if isinstance(clave, str) and composed(trimmed(clave)) == no_siniestro:
            datos = {campo: valor for campo, valor in datos.items() if campo != "no_siniestro"}
        valores, errores = self.check(datos, partial=True)
        if "no_siniestro" in valores:
            errores = {"no_siniestro": [OTRA_CLAVE]} | errores
        self.require(valores, errores)
        return valores


class ExpedienteDetalleSerializer(ExpedienteSerializer):
    aseguradora = AseguradoraSerializer(allow_null=True, read_only=True)
    historial_estado = CambioSerializer(source="historial", many=True, read_only=True)
    evidencia = ApartListField(
        child=EvidenciaSerializer(), any_of=Exists(Evidencia.objects.filter(expediente=OuterRef("pk")))
    )

    class Meta(ExpedienteSerializer.Meta):
        fields = (*CAMPOS, "aseguradora", "historial_estado", "evidencia")


class HistorialSerializer(StrictModelSerializer):
    historial_estado = CambioConPersonaSerializer(source="historial", many=True, read_only=True)

    class Meta:
        model = Expediente
        fields = ("no_siniestro", "historial_estado")


class ExpedienteResumenSerializer(StrictModelSerializer):
    aseguradora = AseguradoraSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Expediente
        fields = (
            "no_siniestro",
            "factura",
            "orden",
            "asesor",
            "fecha_ingreso",
            "estado",
            "marca",
            "placas",
            "tipo",
            "color",
            "modelo",
            "nombre_cliente",
            "telefono_cliente",
            "aseguradora",
        )


class ArchivadoSerializer(StrictModelSerializer):
    archivado_por = serializers.IntegerField(source="archivado_por_id")

    class Meta:
        model = ExpedienteArchivado
        fields = ("no_siniestro", "archivado_en", "archivado_por")


class DejadoSerializer(StrictModelSerializer):
    """A number that an expediente left, said as one that was archived: who keeps a copy does the same with both."""

    archivado_en = serializers.DateTimeField(source="dejado_en")
    archivado_por = serializers.IntegerField(source="dejado_por_id")

    class Meta:
        model = NumeroDejado
        fields = ArchivadoSerializer.Meta.fields


class CambioDeEstadoSerializer(StrictSerializer):
    alone = {ESTADO_INVALIDO: "estado_invalido"}
    estado = StrictChoiceField(
        choices=Estado.choices,
        error_messages={"required": ESTADO_INVALIDO, "null": ESTADO_INVALIDO, "invalid_choice": ESTADO_INVALIDO},
    )


class CambioConMotivoSerializer(CambioDeEstadoSerializer):
    """A change of state where leaving asks for a checklist (SALIDA_CON_CHECKLIST), or for a motive."""

    motivo = StrictTextField(max_length=MOTIVO_MAXIMO, trim=True, required=False)


class CambioDeNumeroSerializer(StrictSerializer):
    alone = {OBLIGATORIO: "faltan_campos"}
    no_siniestro = _no_siniestro()


EXPEDIENTE = ExpedienteSerializer()
CAMBIO_DE_ESTADO = CambioDeEstadoSerializer()
CAMBIO_CON_MOTIVO = CambioConMotivoSerializer()
CAMBIO_DE_NUMERO = CambioDeNumeroSerializer()

PLANO = Shape(EXPEDIENTE, DIRECT)
DETALLE = Shape(ExpedienteDetalleSerializer(), DIRECT)
HISTORIAL = Shape(HistorialSerializer(), DIRECT)
RESUMEN = Shape(ExpedienteResumenSerializer(), DIRECT)
ARCHIVADO = Shape(ArchivadoSerializer(), DIRECT)
DEJADO = Shape(DejadoSerializer(), DIRECT)
