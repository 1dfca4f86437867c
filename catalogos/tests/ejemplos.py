"""Examples of each catalogue: the least and the most that a body holds, and what comes back, word by word."""

from dataclasses import dataclass, field

from catalogos.models import (
    Aseguradora,
    Catalogo,
    Departamento,
    Lugar,
    TipoPrioridadSolicitud,
    TipoServicioSolicitud,
)


@dataclass
class Ejemplo:
    modelo: type[Catalogo]
    ruta: str
    minimo: dict
    fila_minima: dict
    creado: str
    obtenido: str
    actualizado: str
    eliminado: str
    eliminado_este: str
    listado: str
    listado_completo: str
    no_encontrado: str
    ya_existe: str
    completo: dict = field(default_factory=dict)
    fila_completa: dict = field(default_factory=dict)


def _de_solo_nombre(modelo, ruta, nombre, uno, varios, un, o="o"):
    return Ejemplo(
        modelo=modelo,
        ruta=ruta,
        minimo={"nombre": nombre},
        fila_minima={"Nombre": nombre},
        completo={"nombre": nombre},
        fila_completa={"Nombre": nombre},
        creado=f"{uno} cread{o} exitosamente",
        obtenido=f"{uno} obtenid{o} exitosamente",
        actualizado=f"{uno} actualizad{o} exitosamente",
        eliminado=f"{uno} eliminad{o} exitosamente",
        eliminado_este=f"{uno} '{nombre}' eliminad{o} exitosamente",
        listado=f"Listado de {varios} obtenido exitosamente",
        listado_completo=f"Listado completo de {varios} obtenido exitosamente",
        no_encontrado=f"{uno} con Id 999999 no encontrad{o}",
        ya_existe=f"Ya existe {un} {uno.lower()} con el nombre '{nombre}'",
    )


LUGAR = Ejemplo(
    modelo=Lugar,
    ruta="/lugar",
    minimo={"nombre": "Ávila"},
    fila_minima={
        "Codigo": None,
        "Nombre": "Ávila",
        "Direccion": None,
        "Latitud": None,
        "Longitud": None,
        "TipoLugar": None,
        "EsPuntoFrecuente": False,
        "Referencia": None,
        "TelefonoContacto": None,
        "Observaciones": None,
    },
    completo={
        "codigo": " sc-001 ",
        "nombre": " Sede Central ",
        "direccion": "Av. Principal 123",
        "latitud": 13.6929,
        "longitud": -89.2182,
        "tipoLugar": "oficina",
        "esPuntoFrecuente": True,
        "referencia": "Frente al parque",
        "telefonoContacto": "2222-1000",
        "observaciones": "Entrada por el sótano\nPreguntar por Luisa",
    },
    fila_completa={
        "Codigo": "SC-001",
        "Nombre": "Sede Central",
        "Direccion": "Av. Principal 123",
        "Latitud": 13.6929,
        "Longitud": -89.2182,
        "TipoLugar": "OFICINA",
        "EsPuntoFrecuente": True,
        "Referencia": "Frente al parque",
        "TelefonoContacto": "2222-1000",
        "Observaciones": "Entrada por el sótano\nPreguntar por Luisa",
    },
    creado="Lugar creado exitosamente",
    obtenido="Lugar obtenido exitosamente",
    actualizado="Lugar actualizado exitosamente",
    eliminado="Lugar eliminado exitosamente",
    eliminado_este="Lugar 'Sede Central' eliminado exitosamente",
    listado="Listado de lugares obtenido exitosamente",
    listado_completo="Listado completo de lugares obtenido exitosamente",
    no_encontrado="Lugar con Id 999999 no encontrado",
    ya_existe="Ya existe un lugar con el código 'SC-001'",
)

DEPARTAMENTO = Ejemplo(
    modelo=Departamento,
    ruta="/departamento",
    minimo={"codigo": "log", "nombre": "Logística"},
    fila_minima={
        "Codigo": "LOG",
        "Nombre": "Logística",
        "IdPerfilJefe": None,
        "NombreJefe": None,
        "EmailJefe": None,
        "TelefonoJefe": None,
        "UbicacionFisica": None,
        "NivelJerarquico": 0,
        "DepartamentoPadreId": None,
        "NombreDepartamentoPadre": None,
    },
    completo={
        "codigo": "log",
        "nombre": "Logística",
        "idPerfilJefe": None,
        "nombreJefe": "María González",
        "emailJefe": "maria@example.org",
        "telefonoJefe": "2222-1110",
        "ubicacionFisica": "Edificio B",
        "nivelJerarquico": 2,
        "departamentoPadreId": None,
    },
    fila_completa={
        "Codigo": "LOG",
        "Nombre": "Logística",
        "IdPerfilJefe": None,
        "NombreJefe": "María González",
        "EmailJefe": "maria@example.org",
        "TelefonoJefe": "2222-1110",
        "UbicacionFisica": "Edificio B",
        "NivelJerarquico": 2,
        "DepartamentoPadreId": None,
        "NombreDepartamentoPadre": None,
    },
    creado="Departamento creado exitosamente",
    obtenido="Departamento obtenido exitosamente",
    actualizado="Departamento actualizado exitosamente",
    eliminado="Departamento eliminado exitosamente",
    eliminado_este="Departamento 'Logística' eliminado exitosamente",
    listado="Listado de departamentos obtenido exitosamente",
    listado_completo="Listado completo de departamentos obtenido exitosamente",
    no_encontrado="Departamento con Id 999999 no encontrado",
    ya_existe="Ya existe un departamento con el código 'LOG'",
)

EJEMPLOS = [
    LUGAR,
    DEPARTAMENTO,
    _de_solo_nombre(
        TipoPrioridadSolicitud,
        "/tipo-prioridad-solicitud",
        "Urgente",
        "Tipo de prioridad",
        "tipos de prioridad",
        "un",
    ),
    _de_solo_nombre(
        TipoServicioSolicitud,
        "/tipo-servicio-solicitud",
        "Transporte de personal",
        "Tipo de servicio",
        "tipos de servicio",
        "un",
    ),
    _de_solo_nombre(Aseguradora, "/aseguradora", "AXA", "Aseguradora", "aseguradoras", "una", o="a"),
]
