"""The shape of a change on the wire, and its fields and values as the API names and writes them."""

from datetime import datetime

import orjson
from django.contrib.auth import get_user_model
from django.db import models
from rest_framework import serializers

from monitor.api.dialects import Dialect
from monitor.api.serializers import StrictModelSerializer
from monitor.cambios.models import Cambio


class PersonaSerializer(StrictModelSerializer):
    class Meta:
        model = get_user_model()
        fields = ("id", "nombre", "username")


class CambioSerializer(StrictModelSerializer):
    usuario = PersonaSerializer(allow_null=True)
    cambios = serializers.DictField(child=serializers.DictField())

    class Meta:
        model = Cambio
        fields = ("id", "fecha", "usuario", "origen", "peticion", "cambios")


class Traductor:
    """Says changes, which are kept by column, with the names and the values that `serializer` and `dialect` have for
    the rows of `modelo`. What the serializer doesn't have keeps its name."""

    def __init__(self, serializer: serializers.Serializer, modelo: type[models.Model], dialect: Dialect):
        self._dialect = dialect
        self._nombres = {campo.source: nombre for nombre, campo in serializer.fields.items()}
        self._campos = {campo.attname: campo for campo in modelo._meta.concrete_fields}
        self._partes = {
            campo.source: Traductor(campo.child, modelo._meta.get_field(campo.source).related_model, dialect)
            for campo in serializer.fields.values()
            if isinstance(campo, serializers.ListField) and isinstance(campo.child, serializers.Serializer)
        }

    def traducir(self, texto: str) -> dict:
        """Return what a row's `cambios` says."""
        return {
            self._nombres.get(columna, columna): {lado: self._valor(columna, valor) for lado, valor in cambio.items()}
            for columna, cambio in orjson.loads(texto).items()
        }

    def _valor(self, columna, valor):
        if valor is None:
            return None
        if columna in self._partes:
            return [self._partes[columna]._fila(fila) for fila in valor]
        campo = self._campos.get(columna)
        if isinstance(campo, models.DateTimeField):
            return self._dialect.moment(datetime.fromisoformat(valor))
        if isinstance(campo, models.DateField):
            return self._dialect.date(campo.to_python(valor))
        return valor

    def _fila(self, fila):
        return {self._nombres.get(columna, columna): self._valor(columna, valor) for columna, valor in fila.items()}
