"""The sheets of an expediente, for the API's description."""

from expedientes.formatos.contenido import SIN_CHECKLIST, SIN_LEVANTAMIENTO
from expedientes.formatos.views import TIPO, FormatoViewSet
from expedientes.openapi import RUTA
from expedientes.verbos import NO_ENCONTRADO
from monitor.api.openapi.description import Operation, describe, describe_fields, describe_tag, name_choices
from monitor.errores import NoEncontrado
from monitor.exportacion.hoja import TIPOS

FORMATOS = "Formatos"
describe_tag(
    FORMATOS,
    "El expediente, su checklist de salida y su levantamiento, en una hoja para imprimir o para mandar: en Excel o en"
    " PDF.",
)
name_choices("TipoDeFormato", TIPOS)
describe_fields(type(TIPO.serializer), tipo="`xlsx`, si no se dice, o `pdf`.")
BINARIO = {"schema": {"type": "string", "format": "binary"}}


def _formato(resumen: str, archivo: str, falta: str) -> Operation:
    return Operation(
        summary=resumen,
        description="Se hace cada vez, con lo que haya. En Excel los días son fechas, los importes son números, y nada"
        " de lo que alguien escribió es una fórmula.",
        invalid_query="tipo=docx",
        content=dict.fromkeys(TIPOS.values(), BINARIO),
        headers={"Content-Disposition": f'El nombre del archivo: `attachment; filename="{archivo}_SIN_2023_7.xlsx"`.'},
        errors=(NoEncontrado(falta),),
    )


describe(
    FormatoViewSet,
    FORMATOS,
    path=RUTA,
    expediente=_formato("Descargar el formato de un expediente", "EXPEDIENTE", NO_ENCONTRADO),
    checklist=_formato("Descargar el formato de su último checklist de salida", "CHECKLIST", SIN_CHECKLIST),
    levantamiento=_formato("Descargar el formato de su último levantamiento", "LEVANTAMIENTO", SIN_LEVANTAMIENTO),
)
