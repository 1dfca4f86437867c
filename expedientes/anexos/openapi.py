"""The parts that the descriptions of annexes have in common."""

from expedientes.anexos.views import PARAMETROS, POR_EXPEDIENTE
from expedientes.openapi import POR_CURSOR, RUTA, SIGUE
from monitor.api.lists import CURSOR_INVALIDO
from monitor.api.openapi.description import Operation, describe_fields
from monitor.errores import DatosInvalidos

ID = RUTA | {"id": {"type": "integer", "minimum": 1}}
describe_fields(type(PARAMETROS.serializer), **POR_CURSOR)
describe_fields(
    type(POR_EXPEDIENTE.serializer), no_siniestro="Sólo los de ese expediente; se busca tal cual.", **POR_CURSOR
)


def describir_lista(resumen: str, respuesta, ejemplo: dict) -> Operation:
    return Operation(
        summary=resumen,
        description="Del más reciente al primero, cada uno con lo suyo. Sin `por_pagina` llegan todos; si algo falla a"
        " medio camino la conexión se rompe, y el JSON no se cierra.",
        invalid_query="por_pagina=0",
        response=respuesta,
        example=[ejemplo],
        headers={"Link": SIGUE},
        errors=(DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}),),
    )


def eliminado(mensaje: str) -> dict:
    """Return the schema of the answer that says that something was deleted."""
    propiedades = {"mensaje": {"type": "string", "const": mensaje}}
    return {"type": "object", "properties": propiedades, "required": ["mensaje"]}
