"""The surveys of damages, for the API's description."""

from datetime import date
from decimal import Decimal

from expedientes.anexos.models import OTRO_EXPEDIENTE
from expedientes.anexos.openapi import ID, describir_lista, eliminado
from expedientes.levantamientos.models import (
    CONCEPTO_NO_ENCONTRADO,
    NO_ENCONTRADO,
    SIN_EXPEDIENTE,
    Levantamiento,
    LevantamientoConcepto,
)
from expedientes.levantamientos.serializers import (
    CAMPOS,
    CONCEPTO_ENTRADA,
    CONCEPTO_REQUERIDO,
    ENTRADA,
    REQUERIDO,
    ConceptoSalida,
    LevantamientoConExpedienteSalida,
    LevantamientoEntrada,
    LevantamientoSalida,
)
from expedientes.levantamientos.views import CONCEPTO_ELIMINADO, ELIMINADO, NINGUNO, LevantamientoViewSet
from expedientes.openapi import EJEMPLO as EXPEDIENTE
from monitor.api.openapi.description import UNLESS_KNOWN, Operation, describe, describe_fields, describe_tag
from monitor.errores import DatosInvalidos, NoEncontrado

LEVANTAMIENTOS = "Levantamientos"
describe_tag(
    LEVANTAMIENTOS,
    "El levantamiento de daños de una unidad y sus conceptos, con lo que cuesta cada uno. Un importe se envía como"
    ' número o como texto, y vuelve como texto exacto y sin ceros de más: `"1500.5"`.',
)
describe_fields(
    LevantamientoEntrada,
    no_siniestro="El del expediente. Al actualizar puede venir el suyo; a otro no se cambia.",
    fecha="Como `2024-01-15` o como en el papel, `15/01/2024`.",
    conceptos="Al actualizar, los que vengan reemplazan a todos los que había.",
)

CONCEPTOS = [
    {"id": 31, "id_levantamiento": 5, "claves": "FD", "concepto": "Fascia delantera", "costo": Decimal("1500.50")},
    {"id": 32, "id_levantamiento": 5, "claves": None, "concepto": "Descuento", "costo": Decimal(-200)},
]
ENVIADO = {
    "no_siniestro": "SIN/2023/7",
    "fecha": "15/01/2024",
    "marca": "Nissan",
    "placas": "ABC-12-34",
    "kilometraje": "48,200",
    "aire": True,
    "conceptos": [
        {"claves": "FD", "concepto": "Fascia delantera", "costo": "1500.50"},
        {"concepto": "Descuento", "costo": -200},
    ],
}
EJEMPLO = {"id": 5, "no_siniestro": "SIN/2023/7"} | dict.fromkeys(CAMPOS)
EJEMPLO |= {clave: valor for clave, valor in ENVIADO.items() if clave != "conceptos"}
EJEMPLO |= {"fecha": date(2024, 1, 15), "levantamiento_concepto": CONCEPTOS}

NO_ESTA = (DatosInvalidos("id inválido"), NoEncontrado(NO_ENCONTRADO))
CONCEPTO_NO_ESTA = (DatosInvalidos("id_concepto inválido"), NoEncontrado(CONCEPTO_NO_ENCONTRADO))

describe(
    LevantamientoViewSet,
    LEVANTAMIENTOS,
    path=ID,
    lista=describir_lista("Listar levantamientos", LevantamientoSalida(many=True), EJEMPLO),
    create=Operation(
        tagged=True,
        summary="Crear un levantamiento",
        body=ENTRADA,
        request=ENVIADO,
        invalid=({}, {"no_siniestro": "SIN/2023/7", "conceptos": [{"costo": "1.555"}]}),
        status=201,
        response=LevantamientoSalida(),
        example=EJEMPLO,
        headers={"Location": "Ruta del levantamiento: `/api/levantamientos/5`."},
        errors=(DatosInvalidos(REQUERIDO), DatosInvalidos(SIN_EXPEDIENTE)),
    ),
    retrieve=Operation(
        tagged=True,
        summary="Leer un levantamiento",
        description="Con sus conceptos y los datos de su expediente.",
        response=LevantamientoConExpedienteSalida(),
        example=EJEMPLO | {"expediente": EXPEDIENTE | {"no_siniestro": EJEMPLO["no_siniestro"]}},
        errors=NO_ESTA,
        **UNLESS_KNOWN,
    ),
    el_ultimo=Operation(
        tagged=True,
        summary="Leer el último levantamiento de un expediente",
        response=LevantamientoSalida(),
        example=EJEMPLO,
        errors=(NoEncontrado(NINGUNO),),
        **UNLESS_KNOWN,
    ),
    update=Operation(
        tagged=True,
        stale=Levantamiento.cambio,
        summary="Actualizar un levantamiento",
        description="Los campos que se envían; los demás quedan como estaban, y `null` borra.",
        body=ENTRADA,
        partial=True,
        request={"color": "Rojo", "conceptos": [{"concepto": "Fascia delantera", "costo": 1450}]},
        invalid=({"fecha": "31/02/2024"},),
        response=LevantamientoSalida(),
        example=EJEMPLO,
        errors=(*NO_ESTA, DatosInvalidos(OTRO_EXPEDIENTE)),
    ),
    destroy=Operation(
        stale=Levantamiento.cambio,
        summary="Eliminar un levantamiento",
        description="Con sus conceptos; queda una copia en el archivo.",
        response=eliminado(ELIMINADO),
        example={"mensaje": ELIMINADO},
        errors=NO_ESTA,
    ),
    costo_total=Operation(
        summary="Sumar lo que cuesta",
        description="La suma exacta; lo que no tiene costo cuenta cero.",
        response={
            "type": "object",
            "properties": {"id_levantamiento": {"type": "integer"}, "total": {"type": "number"}},
            "required": ["id_levantamiento", "total"],
        },
        example={"id_levantamiento": 5, "total": 1300.5},
        errors=NO_ESTA,
    ),
    agregar=Operation(
        tagged=True,
        stale=Levantamiento.cambio,
        summary="Agregar un concepto",
        body=CONCEPTO_ENTRADA,
        request=ENVIADO["conceptos"][0],
        invalid=({}, {"concepto": "Fascia", "costo": "mil"}),
        status=201,
        response=ConceptoSalida(),
        example=CONCEPTOS[0],
        errors=(*NO_ESTA, DatosInvalidos(CONCEPTO_REQUERIDO)),
    ),
    cambiar=Operation(
        tagged=True,
        stale=LevantamientoConcepto.cambio,
        summary="Actualizar un concepto",
        body=CONCEPTO_ENTRADA,
        partial=True,
        request={"costo": "1500.50"},
        invalid=({"costo": True},),
        response=ConceptoSalida(),
        example=CONCEPTOS[0],
        errors=CONCEPTO_NO_ESTA,
    ),
    destroy_concepto=Operation(
        stale=LevantamientoConcepto.cambio,
        summary="Eliminar un concepto",
        response=eliminado(CONCEPTO_ELIMINADO),
        example={"mensaje": CONCEPTO_ELIMINADO},
        errors=CONCEPTO_NO_ESTA,
    ),
)
