"""The shapes of a checklist on the wire. Keys and their order are the contract with API clients (docs/contrato.md)."""

from rest_framework import serializers

from expedientes.anexos.partes import MUCHAS
from expedientes.anexos.serializers import AnexoEntrada, el_suyo, no_siniestro
from expedientes.checklist.models import REPETIDO, SIN_PUNTO, Checklist, ChecklistItem, repetido_en, sin_punto
from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictTextField
from monitor.api.serializers import ObjectListField, StrictModelSerializer, StrictSerializer
from monitor.api.shapes import PartsField, Shape
from monitor.errores import DatosInvalidos

REQUERIDO = "no_siniestro es requerido"
CAMPOS = (
    "fecha_inspeccion",
    "hora",
    "inspeccionado_por",
    "ubicacion",
    "aprobada",
    "detallado",
    "carroceo_asignado",
    "mecanico_asignado",
    "pintor",
    "area_detallado",
    "marca_tipo",
    "anio",
    "serie",
    "areas_danadas",
    "a",
    "t",
    "fecha_vencimiento_seguro",
    "deducible",
    "demerito",
    "lugar_entrega",
    "fecha_entrega",
    "nombre_quien_recibe",
    "firma_quien_recibe",
    "observaciones_adicionales",
)


class ItemEntrada(StrictModelSerializer):
    class Meta:
        model = ChecklistItem
        fields = ("sistema", "nombre_item", "valor")
        ignored = ("id", "id_checklist")

    def read(self, data, *, partial=False):
        valores = super().read(data, partial=partial)
        if not partial and sin_punto(valores):
            raise DatosInvalidos(SIN_PUNTO, codigo="faltan_campos")
        return valores


class ItemSalida(StrictModelSerializer):
    id_checklist = serializers.IntegerField(source="checklist_id", read_only=True)

    class Meta:
        model = ChecklistItem
        fields = ("id", "id_checklist", "sistema", "nombre_item", "valor")


class ItemsEntrada(StrictSerializer):
    """All the items of a checklist at once."""

    items = ObjectListField(child=ItemEntrada(), max_length=MUCHAS)

    def read(self, data, *, partial=False):
        valores = super().read(data, partial=partial)
        lugar = repetido_en(valores["items"])
        if lugar is not None:
            raise DatosInvalidos(campos={"items": [f"items[{lugar}]: {REPETIDO.lower()}"]})
        return valores


class ChecklistEntrada(AnexoEntrada):
    alone = {REQUERIDO: "faltan_campos"}
    no_siniestro = no_siniestro(REQUERIDO)
    # A signature is one line, though the column is of long texts.
    firma_quien_recibe = StrictTextField(
        max_length=Checklist._meta.get_field("firma_quien_recibe").max_length,
        required=False,
        allow_null=True,
        allow_blank=True,
    )

    class Meta:
        model = Checklist
        fields = ("no_siniestro", *CAMPOS)
        ignored = ("id", "checklist_item")


class ChecklistSalida(StrictModelSerializer):
    no_siniestro = el_suyo()

    class Meta:
        model = Checklist
        fields = ("id", "no_siniestro", *CAMPOS)


class ChecklistConItemsSalida(ChecklistSalida):
    checklist_item = PartsField(child=ItemSalida())

    class Meta(ChecklistSalida.Meta):
        fields = (*ChecklistSalida.Meta.fields, "checklist_item")


ENTRADA = ChecklistEntrada()
ITEM_ENTRADA = ItemEntrada()
ITEMS_ENTRADA = ItemsEntrada()
CHECKLIST = Shape(ChecklistConItemsSalida(), DIRECT)
ITEM = Shape(ItemSalida(), DIRECT)
