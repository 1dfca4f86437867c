"""What each app's `openapi.py` says of its views, for the API's description (`monitor.api.openapi.generator`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from monitor.api.params import Parametros
from monitor.api.serializers import SerializadorEstricto
from monitor.errores import ErrorDeDominio


@dataclass(frozen=True, kw_only=True)
class Operacion:
    """What an action takes and answers.

    Examples are Python values, written as the dialect writes them. `invalidos` and `consulta_invalida` are bodies and
    a query whose errors are shown. `requeridos`: fields that the action asks for, though its serializer doesn't.
    """

    resumen: str
    descripcion: str = ""
    status: int = 200
    respuesta: serializers.BaseSerializer | dict | None = None
    ejemplo: Any = None
    mensaje: str = ""
    cabeceras: Mapping[str, str] = field(default_factory=dict)
    otras: Mapping[int, dict] = field(default_factory=dict)
    contenido: Mapping[str, dict] = field(default_factory=dict)
    cuerpo: SerializadorEstricto | None = None
    cuerpo_opcional: bool = False
    parcial: bool = False
    requeridos: tuple[str, ...] = ()
    peticion: Mapping[str, Any] | None = None
    invalidos: tuple[Mapping[str, Any], ...] = ()
    parametros: Parametros | None = None
    consulta_invalida: str = ""
    encabezados: Mapping[str, str] = field(default_factory=dict)
    errores: tuple[ErrorDeDominio, ...] = ()
    usa_base: bool = True
    solo_errores: bool = False


@dataclass(frozen=True)
class Descripcion:
    etiqueta: str
    ruta: Mapping[str, dict]
    operaciones: Mapping[str, Operacion]


VISTAS: dict[type, Descripcion] = {}
ETIQUETAS: dict[str, str] = {}
CAMPOS: dict[type, Mapping[str, str]] = {}


def describir(vista: type, etiqueta: str, *, ruta: Mapping[str, dict] | None = None, **operaciones: Operacion):
    """`ruta`: schema (and description) of each piece of the path that varies."""
    VISTAS[vista] = Descripcion(etiqueta, ruta or {}, operaciones)


def describir_etiqueta(nombre: str, descripcion: str):
    ETIQUETAS[nombre] = descripcion


def describir_campos(serializer: type, **descripciones: str):
    """Of a serializer and those made from it, and of a list's parameters."""
    CAMPOS[serializer] = descripciones
