"""The description of the open routes, for the API's description."""

from monitor.api.openapi.description import Operation, describe, describe_tag, name_choices
from monitor.api.openapi.views import WRITERS, DocumentacionViewSet
from monitor.views import InicioViewSet, MetricasViewSet, SondasViewSet

SERVICIO = "Servicio"
describe_tag(SERVICIO, "Si el servidor está y cómo le va, y qué ofrece.")

name_choices("FormatoDeDescripcion", WRITERS)

TEXTO = {"schema": {"type": "string"}}


def _salud(database: dict) -> dict:
    propiedades = {"backend": {"type": "boolean", "const": True}, "database": {"type": "boolean"} | database}
    return {"type": "object", "properties": propiedades, "required": list(propiedades)}


describe(
    InicioViewSet,
    SERVICIO,
    inicio=Operation(
        summary="Qué es esto",
        description="Con `Accept: text/html`, una página con enlaces.",
        response={
            "type": "object",
            "properties": {"nombre": {"type": "string"}, "estado": {"type": "string", "const": "OK"}},
            "required": ["nombre", "estado"],
        },
        example={"nombre": "Monitor API", "estado": "OK"},
        content={"text/html": TEXTO},
        uses_database=False,
    ),
    health=Operation(
        summary="Si el servidor y su base responden",
        response=_salud({"const": True}),
        example={"backend": True, "database": True},
        uses_database=False,
        others={
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

FALLA = {"type": "object", "additionalProperties": {"type": "string"}}


def _listo(listo: bool) -> dict:
    propiedades = {"listo": {"type": "boolean", "const": listo}, "falla": FALLA}
    return {"type": "object", "properties": propiedades, "required": list(propiedades)}


describe(
    SondasViewSet,
    SERVICIO,
    vivo=Operation(
        summary="Si el proceso responde",
        description="No pregunta nada a la base de datos, ni espera a que otras peticiones terminen.",
        response={"type": "object", "properties": {"vivo": {"type": "boolean", "const": True}}, "required": ["vivo"]},
        example={"vivo": True},
        uses_database=False,
    ),
    listo=Operation(
        summary="Si todo lo que hace falta funciona",
        description="La base de datos, sus migraciones y la cola de correos. Vale un segundo lo que se encontró.",
        response=_listo(True),
        example={"listo": True, "falla": {}},
        uses_database=False,
        others={
            503: {
                "description": "Algo no funciona: se nombra, con su código.",
                "content": {
                    "application/json": {
                        "schema": _listo(False),
                        "examples": {"ejemplo": {"value": {"listo": False, "falla": {"correo": "correo_demorado"}}}},
                    }
                },
            }
        },
    ),
)

describe(
    MetricasViewSet,
    SERVICIO,
    metricas=Operation(
        summary="Las métricas, para Prometheus",
        description="Con el token de METRICS_TOKEN, o el de un Administrador. En OpenMetrics, si `Accept` lo pide.",
        content={"text/plain": TEXTO, "application/openmetrics-text": TEXTO},
    ),
)

describe(
    DocumentacionViewSet,
    SERVICIO,
    esquema=Operation(
        summary="Esta descripción",
        description="OpenAPI 3.1, en YAML o en JSON, como diga `format` o, sin él, `Accept`; si ninguno dice, en YAML.",
        content={
            "application/yaml": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
        },
        invalid_query="format=xml",
        uses_database=False,
    ),
    docs=Operation(
        summary="Esta descripción, como página",
        content={"text/html": TEXTO},
        uses_database=False,
    ),
)
