"""The description of the catalogues' routes for OpenAPI, which is made for each catalogue from its view."""

from datetime import UTC, datetime

from catalogos.frases import (
    ACTUALIZADA,
    CAMBIO,
    CREADA,
    ELIMINADA,
    ELIMINADA_ESTA,
    EN_USO,
    LISTADO,
    LISTADO_COMPLETO,
    NO_ENCONTRADA,
    OBTENIDA,
    YA_EXISTE,
    frase,
)
from catalogos.models import CICLO, Aseguradora, Departamento, Lugar
from catalogos.views import VISTAS, CatalogoViewSet
from monitor.api.openapi.description import Operation, describe, describe_fields, describe_tag
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado

CATALOGOS = "Catalogos"
describe_tag(
    CATALOGOS,
    "Datos de referencia, en el dialecto del sobre: se envían en camelCase y vuelven en PascalCase. Lo que se elimina"
    " sólo se marca, y crearlo otra vez lo trae de vuelta con su `Id`.",
    "Catálogos",
)

RUTA = {"id": {"type": "integer", "minimum": 1, "description": "El `Id` de la fila."}}
COMUNES = {
    "Eliminado": False,
    "FechaHoraCreacion": datetime(2026, 3, 10, 20, 30, tzinfo=UTC),
    "FechaHoraActualizacion": datetime(2026, 3, 10, 20, 30, tzinfo=UTC),
}
# These are the body that a caller sends for some catalogues, and the columns of the row that it makes.
ENVIADOS = {
    Lugar: {"codigo": "sc-001", "nombre": "Sede Central", "direccion": "Av. Principal 123", "latitud": 13.6929},
    Departamento: {"codigo": "log", "nombre": "Logística", "nivelJerarquico": 2, "departamentoPadreId": 1},
}
FILAS = {
    Lugar: {
        "Id": 5,
        "Codigo": "SC-001",
        "Nombre": "Sede Central",
        "Direccion": "Av. Principal 123",
        "Latitud": 13.6929,
        "EsPuntoFrecuente": False,
    },
    Departamento: {
        "Id": 2,
        "Codigo": "LOG",
        "Nombre": "Logística",
        "NivelJerarquico": 2,
        "DepartamentoPadreId": 1,
        "NombreDepartamentoPadre": "Dirección General",
    },
}
PROPIOS = {Departamento: (DatosInvalidos(CICLO),)}


def describir_catalogo(vista: type, propias: dict | None = None) -> None:
    """Describe the routes of a catalogue. `propias` has the columns that aren't null in the example row, apart from
    those that every catalogue has."""
    fila = fila_de(vista, propias or FILAS.get(vista.modelo, {"Id": 1, "Nombre": nombre_de(vista)}))
    operaciones = _lecturas(vista, fila) | (_escrituras(vista, fila) if issubclass(vista, CatalogoViewSet) else {})
    describe(vista, CATALOGOS, path=RUTA, **operaciones)
    describe_fields(
        type(vista.parametros.serializer), pagina="Desde 1.", por_pagina="Cuántos por página: 10, si no se dice."
    )


def fila_de(vista: type, propias: dict) -> dict:
    """Return an example row with every key, in the order of the response."""
    return dict.fromkeys(vista.shape.serializer.fields) | propias | COMUNES


def nombre_de(vista: type) -> str:
    return "Qualitas" if vista.modelo is Aseguradora else "Normal"


def pagina_de(fila) -> dict:
    """Return the schema of a page, given the schema or the serializer of its rows."""
    entero = {"type": "integer"}
    registros = {"type": "array", "items": fila}
    propiedades = {"total": entero, "pagina": entero, "porPagina": entero, "registros": registros}
    return {"type": "object", "properties": propiedades, "required": list(propiedades)}


def _lecturas(vista, fila):
    modelo, serializer = vista.modelo, vista.shape.serializer
    return {
        "list": Operation(
            summary=frase("Listar {varios}", modelo),
            description="Una página; más allá de la última viene vacía, con el total.",
            invalid_query="nombr=A&por_pagina=500",
            message=frase(LISTADO, modelo),
            response=pagina_de(serializer),
            example={"total": 1, "pagina": 1, "porPagina": 10, "registros": [fila]},
        ),
        "todos": Operation(
            summary=frase("Listar {varios} sin paginar", modelo),
            invalid_query="pagina=1",
            message=frase(LISTADO_COMPLETO, modelo),
            response={"type": "array", "items": serializer},
            example=[fila],
        ),
        "retrieve": Operation(
            tagged=True,
            summary=frase("Leer {un} {uno}", modelo),
            message=frase(OBTENIDA, modelo),
            response=serializer,
            example=fila,
            errors=_de_la_ruta(vista),
        ),
    }


def _escrituras(vista, fila):
    modelo, serializer = vista.modelo, vista.shape.serializer
    enviado = ENVIADOS.get(modelo, {"nombre": nombre_de(vista)})
    clave = modelo._meta.get_field(modelo.clave)
    repetida = Conflicto(frase(YA_EXISTE, modelo, clave=clave.verbose_name, valor=fila[clave.name.capitalize()]))
    propios = PROPIOS.get(modelo, ())
    return {
        "create": Operation(
            tagged=True,
            summary=frase("Crear {un} {uno}", modelo),
            body=vista.entrada,
            request=enviado,
            invalid=({"nombre": 7, "nombr": "Norte"},),
            status=201,
            message=frase(CREADA, modelo),
            response=serializer,
            example=fila,
            headers={"Location": "Ruta de la fila."},
            errors=(*propios, repetida),
        ),
        "update": Operation(
            tagged=True,
            stale=frase(CAMBIO, modelo),
            summary=frase("Actualizar {un} {uno}", modelo),
            description="Los campos que se envían; los demás quedan como estaban.",
            body=vista.entrada,
            partial=True,
            never_empty=True,
            request={"nombre": fila["Nombre"]},
            invalid=({"nombre": 7, "nombr": "Norte"},),
            message=frase(ACTUALIZADA, modelo),
            response=serializer,
            example=fila,
            errors=(*propios, *_de_la_ruta(vista), repetida),
        ),
        "destroy": Operation(
            stale=frase(CAMBIO, modelo),
            summary=frase("Eliminar {un} {uno}", modelo),
            description="Sólo si nada que siga vigente la usa.",
            message=frase(ELIMINADA, modelo),
            response={"type": "object", "properties": {"mensaje": {"type": "string"}}, "required": ["mensaje"]},
            example={"mensaje": frase(ELIMINADA_ESTA, modelo, fila=fila["Nombre"])},
            errors=(*_de_la_ruta(vista), Conflicto(frase(EN_USO, modelo, usos="solicitudes activas asociadas"))),
        ),
    }


def _de_la_ruta(vista):
    return DatosInvalidos("ID inválido"), NoEncontrado(frase(NO_ENCONTRADA, vista.modelo, id=9))


for vista in VISTAS:
    describir_catalogo(vista)
