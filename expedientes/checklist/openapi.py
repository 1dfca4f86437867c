"""The checklists of units that leave, for the API's description."""

from datetime import date, time
from decimal import Decimal

from expedientes.anexos.models import OTRO_EXPEDIENTE
from expedientes.anexos.openapi import ID, describir_lista
from expedientes.checklist.models import (
    ITEM_NO_ENCONTRADO,
    NO_ENCONTRADO,
    REPETIDO,
    SIN_PUNTO,
    Checklist,
    ChecklistItem,
    Valor,
)
from expedientes.checklist.plantilla import PUNTOS
from expedientes.checklist.serializers import (
    CAMPOS,
    ENTRADA,
    ITEM_ENTRADA,
    ITEMS_ENTRADA,
    REQUERIDO,
    ChecklistConItemsSalida,
    ChecklistEntrada,
    ChecklistSalida,
    ItemSalida,
    ItemsEntrada,
)
from expedientes.checklist.views import ChecklistViewSet
from expedientes.verbos import NO_ENCONTRADO as SIN_EXPEDIENTE
from monitor.api.converters import ID_INVALIDO
from monitor.api.openapi.description import (
    UNLESS_KNOWN,
    Operation,
    describe,
    describe_fields,
    describe_tag,
    done,
    name_choices,
    name_component,
)
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado

CHECKLIST = "Checklist"
describe_tag(
    CHECKLIST,
    "La inspección de una unidad antes de salir: sus datos, los puntos que se revisaron (`OK` bien, `RE` reparar, `MA`"
    " mal, `NA` no aplica) y la firma de quien la recibe.",
    "Checklist de salida",
)
name_choices("ValorDeInspeccion", Valor.values)
name_component(ItemSalida, "PuntoDeChecklist")
name_component(type(ITEM_ENTRADA), "PuntoDeChecklist")
name_component(ItemsEntrada, "PuntosDeChecklist")
describe_fields(
    ChecklistEntrada,
    no_siniestro="El del expediente. Al actualizar puede venir el suyo; a otro no se cambia.",
    firma_quien_recibe="La firma dibujada, como URI `data:`.",
)

ITEMS = [
    {"id": 61, "id_checklist": 4, "sistema": "Luces", "nombre_item": "Faros: altas y bajas", "valor": "OK"},
    {"id": 62, "id_checklist": 4, "sistema": "Pintura", "nombre_item": "Igualación de tono", "valor": "RE"},
]
SUELTOS = [{clave: item[clave] for clave in ("sistema", "nombre_item", "valor")} for item in ITEMS]
ENVIADO = {
    "no_siniestro": "SIN/2023/7",
    "fecha_inspeccion": "2024-02-10",
    "hora": "10:30",
    "inspeccionado_por": "Raúl Díaz",
    "aprobada": True,
    "deducible": "3500.00",
    "fecha_entrega": "2024-02-12",
}
EJEMPLO = {"id": 4, "no_siniestro": "SIN/2023/7"} | dict.fromkeys(CAMPOS) | ENVIADO
EJEMPLO |= {
    "fecha_inspeccion": date(2024, 2, 10),
    "hora": time(10, 30),
    "deducible": Decimal("3500.00"),
    "fecha_entrega": date(2024, 2, 12),
}
CON_ITEMS = EJEMPLO | {"checklist_item": ITEMS}
NO_ESTA = (DatosInvalidos(ID_INVALIDO), NoEncontrado(NO_ENCONTRADO))
ITEM_NO_ESTA = (DatosInvalidos(ID_INVALIDO), NoEncontrado(ITEM_NO_ENCONTRADO))
DE_UN_PUNTO = (DatosInvalidos(SIN_PUNTO), Conflicto(REPETIDO))
PUNTO = {
    "type": "object",
    "properties": {"sistema": {"type": "string"}, "nombre_item": {"type": "string"}},
    "required": ["sistema", "nombre_item"],
}

describe(
    ChecklistViewSet,
    CHECKLIST,
    path=ID,
    lista=describir_lista("Listar checklists", ChecklistConItemsSalida(many=True), CON_ITEMS),
    plantilla=Operation(
        summary="Leer los puntos de la hoja de inspección",
        description="En el orden en que se revisan.",
        response={"type": "array", "items": PUNTO},
        example=[{"sistema": sistema, "nombre_item": punto} for sistema, punto in PUNTOS[:2]],
    ),
    create=Operation(
        tagged=True,
        summary="Crear un checklist",
        description="Sin puntos: se agregan después, uno por uno o todos juntos.",
        body=ENTRADA,
        request=ENVIADO,
        invalid=({}, {"no_siniestro": "SIN/2023/7", "hora": "25:00"}),
        status=201,
        response=ChecklistSalida(),
        example=EJEMPLO,
        headers={"Location": "Ruta del checklist: `/api/checklist/4`."},
        errors=(DatosInvalidos(REQUERIDO), NoEncontrado(SIN_EXPEDIENTE)),
    ),
    retrieve=Operation(
        tagged=True,
        summary="Leer un checklist",
        response=ChecklistConItemsSalida(),
        example=CON_ITEMS,
        errors=NO_ESTA,
        **UNLESS_KNOWN,
    ),
    el_ultimo=Operation(
        tagged=True,
        summary="Leer el último checklist de un expediente",
        response=ChecklistConItemsSalida(),
        example=CON_ITEMS,
        errors=(NoEncontrado(NO_ENCONTRADO),),
        **UNLESS_KNOWN,
    ),
    update=Operation(
        tagged=True,
        stale=Checklist.cambio,
        summary="Actualizar un checklist",
        description="Los campos que se envían; los demás quedan como estaban, y `null` borra.",
        body=ENTRADA,
        partial=True,
        request={"aprobada": False, "observaciones_adicionales": "Falta pulir la puerta."},
        invalid=({"aprobada": "sí"},),
        response=ChecklistSalida(),
        example=EJEMPLO,
        errors=(*NO_ESTA, DatosInvalidos(OTRO_EXPEDIENTE)),
    ),
    destroy=Operation(
        stale=Checklist.cambio,
        summary="Eliminar un checklist",
        description="Con sus puntos; queda una copia en el archivo.",
        response=done(),
        example={"ok": True},
        errors=NO_ESTA,
    ),
    agregar=Operation(
        tagged=True,
        stale=Checklist.cambio,
        summary="Agregar un punto",
        body=ITEM_ENTRADA,
        request=SUELTOS[0],
        invalid=({"sistema": "Luces", "valor": "BIEN"},),
        status=201,
        response=ItemSalida(),
        example=ITEMS[0],
        errors=(*NO_ESTA, *DE_UN_PUNTO),
    ),
    reemplazar=Operation(
        tagged=True,
        stale=Checklist.cambio,
        summary="Guardar todos los puntos",
        description="Los que se envían, en lugar de los que había: todos o ninguno.",
        body=ITEMS_ENTRADA,
        request={"items": SUELTOS},
        invalid=({}, {"items": [SUELTOS[0], SUELTOS[0]]}),
        response=ItemSalida(many=True),
        example=ITEMS,
        errors=NO_ESTA,
    ),
    cambiar=Operation(
        tagged=True,
        stale=ChecklistItem.cambio,
        summary="Actualizar un punto",
        body=ITEM_ENTRADA,
        partial=True,
        request={"valor": "OK"},
        invalid=({"valor": "ok"},),
        response=ItemSalida(),
        example=ITEMS[0],
        errors=(*ITEM_NO_ESTA, *DE_UN_PUNTO),
    ),
    destroy_item=Operation(
        stale=ChecklistItem.cambio,
        summary="Eliminar un punto",
        response=done(),
        example={"ok": True},
        errors=ITEM_NO_ESTA,
    ),
)
