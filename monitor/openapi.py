"""The open routes, for the API's description."""

from monitor.api.openapi.description import Operacion, describir, describir_etiqueta
from monitor.api.openapi.views import FORMATO, DocumentacionViewSet
from monitor.views import InicioViewSet

SERVICIO = "Servicio"
describir_etiqueta(SERVICIO, "Lo que no pide token: si el servidor está, y qué ofrece.")

TEXTO = {"schema": {"type": "string"}}


def _salud(database: dict) -> dict:
    propiedades = {"backend": {"type": "boolean", "const": True}, "database": {"type": "boolean"} | database}
    return {"type": "object", "properties": propiedades, "required": list(propiedades)}


describir(
    InicioViewSet,
    SERVICIO,
    inicio=Operacion(
        resumen="Qué es esto",
        descripcion="Con `Accept: text/html`, una página con enlaces.",
        respuesta={
            "type": "object",
            "properties": {"nombre": {"type": "string"}, "estado": {"type": "string", "const": "OK"}},
            "required": ["nombre", "estado"],
        },
        ejemplo={"nombre": "Monitor API", "estado": "OK"},
        contenido={"text/html": TEXTO},
        usa_base=False,
    ),
    health=Operacion(
        resumen="Si el servidor y su base responden",
        respuesta=_salud({"const": True}),
        ejemplo={"backend": True, "database": True},
        otras={
            503: {
                "description": "La base de datos no responde.",
                "content": {
                    "application/json": {
                        "schema": _salud({"const": False}),
                        "examples": {"ejemplo": {"value": {"backend": True, "database": False}}},
                    }
                },
            }
        },
    ),
)

describir(
    DocumentacionViewSet,
    SERVICIO,
    esquema=Operacion(
        resumen="Esta descripción",
        descripcion="OpenAPI 3.1, en YAML; con `format=json`, en JSON.",
        contenido={
            "application/yaml": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
        },
        parametros=FORMATO,
        consulta_invalida="format=xml",
        usa_base=False,
    ),
    docs=Operacion(
        resumen="Esta descripción, como página",
        contenido={"text/html": TEXTO},
        usa_base=False,
    ),
)
