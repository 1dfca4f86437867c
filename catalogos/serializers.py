"""The shapes of catalogues on the wire, made from their models: camelCase in an HTTP request, PascalCase in a
response."""

from django.db import models
from rest_framework import serializers

from catalogos.base import Catalogo, RecortadoField, elegibles
from catalogos.frases import frase
from catalogos.models import Departamento
from monitor.api.dialects import ENVELOPE
from monitor.api.fields import StrictFloatField, StrictReferenceField
from monitor.api.serializers import StrictModelSerializer, in_both_cases
from monitor.api.shapes import Shape

# A response has these keys after the columns.
ANADIDOS = {Departamento: {"NombreDepartamentoPadre": "departamento_padre.nombre"}}
DEL_SERVIDOR = {"Eliminado": "eliminado", "FechaHoraCreacion": "creado_en", "FechaHoraActualizacion": "actualizado_en"}


class CatalogoEstricto(StrictModelSerializer):
    """A serializer that reads null as the default in a column that has one (a flag, a level)."""

    serializer_field_mapping = StrictModelSerializer.serializer_field_mapping | {models.FloatField: StrictFloatField}

    def build_standard_field(self, field_name, model_field):
        clase, opciones = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, RecortadoField):
            opciones["trim"] = True
        if model_field.has_default():
            opciones["allow_null"] = True
        return clase, opciones

    def read(self, datos, *, partial=False):
        valores = super().read(datos, partial=partial)
        campos = {campo.attname: campo for campo in self.Meta.model.editables()}
        return {n: campos[n].get_default() if v is None else v for n, v in valores.items()}


def entrada(modelo: type[Catalogo]) -> CatalogoEstricto:
    """Return the serializer that reads the body of a POST, or part of it in a PUT."""
    nombres = {modelo.en_la_red(campo): campo for campo in modelo.editables()}
    referencias = {nombre: _referencia(campo) for nombre, campo in nombres.items() if campo.is_relation}
    devueltos = ("Id", *ANADIDOS.get(modelo, ()), *DEL_SERVIDOR)
    fuentes = {nombre: campo.name for nombre, campo in nombres.items() if not campo.is_relation}
    return _serializer(modelo, CatalogoEstricto, "Entrada", fuentes, referencias, in_both_cases(devueltos))


def shape(modelo: type[Catalogo]) -> Shape:
    """Return the shape of a row in a response: the id, the columns, what is added to them, and what the server
    keeps."""
    columnas = {_mayuscula(modelo.en_la_red(campo)): campo.attname for campo in modelo.editables()}
    anadidos = {
        clave: serializers.CharField(source=fuente, allow_null=True)
        for clave, fuente in ANADIDOS.get(modelo, {}).items()
    }
    fuentes = {"Id": "id"} | columnas | dict.fromkeys(anadidos) | DEL_SERVIDOR
    return Shape(_serializer(modelo, StrictModelSerializer, "Salida", fuentes, anadidos), ENVELOPE)


def _serializer(modelo, base, sufijo, fuentes, declarados, ignored=()):
    """Return a serializer with the keys of `fuentes` and `declarados`, in that order. `fuentes` has the column of each
    key; the fields in `declarados` have theirs already."""
    opciones = {c: {"source": f} for c, f in fuentes.items() if c not in declarados and c != f}
    meta = {
        "model": modelo,
        "fields": tuple(fuentes | declarados),
        "extra_kwargs": opciones,
        "ignored": ignored,
    }
    return type(f"{modelo.__name__}{sufijo}", (base,), declarados | {"Meta": type("Meta", (), meta)})()


def _referencia(campo: models.ForeignKey) -> StrictReferenceField:
    return StrictReferenceField(
        source=campo.attname,
        queryset=elegibles(campo.related_model),
        thing=frase("{un} {uno}", campo.related_model),
        hold=True,
        required=not campo.null,
        allow_null=campo.null,
    )


def _mayuscula(nombre: str) -> str:
    return nombre[0].upper() + nombre[1:]
