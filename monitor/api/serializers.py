"""Serializers that read strictly. They keep no state of a request: each is built once and serves all."""

from difflib import get_close_matches
from functools import cached_property

from django.db import models
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from monitor.api import fields
from monitor.errores import DatosInvalidos

# Looking for the nearest name costs time: not for a body that is all wrong.
MAXIMO_DE_SUGERENCIAS = 20
LARGO_DE_UN_NOMBRE = 100


class SerializadorEstricto(serializers.Serializer):
    """`Meta.ignorados`: keys that come back in responses and belong to the server, as its read-only fields do."""

    a_solas: tuple[str, ...] = ()

    def leer(self, datos: dict, *, parcial: bool = False) -> dict:
        """The values by source, of the fields that were sent; without `parcial`, required ones must be.

        Raises DatosInvalidos with every broken field, in the order of the fields, unknown ones last.
        """
        valores, errores = self.revisar(datos, parcial=parcial)
        self.exigir(valores, errores)
        return valores

    def revisar(self, datos: dict, *, parcial: bool = False) -> tuple[dict, dict[str, list[str]]]:
        """The good values by source, and the sentences of the broken fields."""
        valores, errores = {}, {}
        for nombre, campo in self._entrada.items():
            try:
                if nombre in datos:
                    valores[campo.source] = campo.run_validation(datos[nombre])
                elif not parcial and campo.required:
                    campo.fail("required")
                elif not parcial and campo.default is not serializers.empty:
                    valores[campo.source] = campo.default
            except serializers.ValidationError as error:
                errores[nombre] = [str(frase) for frase in error.detail]
        return valores, errores | self._desconocidos(datos)

    def exigir(self, valores: dict, errores: dict[str, list[str]]) -> None:
        """A sentence that the contract gives word by word comes without `campos` when it is the only one."""
        if errores:
            errores = self._con_referencias(valores, errores)
        if len(errores) == 1 and (frase := next(iter(errores.values()))[0]) in self.a_solas:
            raise DatosInvalidos(frase)
        if errores:
            raise DatosInvalidos(campos=errores)

    def _con_referencias(self, valores, errores):
        """With those that would have waited for the write."""
        for nombre, campo in self._entrada.items():
            if getattr(campo, "al_escribir", False) and valores.get(campo.source) is not None:
                try:
                    campo.exigir(valores[campo.source])
                except serializers.ValidationError as error:
                    errores = errores | {nombre: [str(frase) for frase in error.detail]}
        return {n: errores[n] for n in (*self._entrada, *errores) if n in errores}

    @cached_property
    def _entrada(self) -> dict:
        return {nombre: campo for nombre, campo in self.fields.items() if not campo.read_only}

    @cached_property
    def _conocidos(self) -> frozenset:
        return frozenset(self.fields) | frozenset(getattr(getattr(self, "Meta", None), "ignorados", ()))

    def _desconocidos(self, datos):
        sobran = [nombre for nombre in datos if nombre not in self._conocidos]
        return {
            nombre: [desconocido(nombre, self._entrada if i < MAXIMO_DE_SUGERENCIAS else ())]
            for i, nombre in enumerate(sobran)
        }


class ListaDeObjetosField(fields.Estricto, serializers.ListField):
    """An array of objects that a strict serializer reads; a sentence begins with its place: `lugares[1].orden: …`."""

    default_error_messages = {
        "not_a_list": "{campo}: debe ser un arreglo",
        "max_length": "{campo}: admite {max_length} elementos como máximo",
        "objeto": "{campo}[{i}]: debe ser un objeto",
    }

    def __init__(self, *, max_length: int, **kwargs):
        super().__init__(**kwargs)
        self.maximo = max_length

    def to_internal_value(self, data):
        if not isinstance(data, list):
            self.fail("not_a_list")
        if len(data) > self.maximo:
            self.fail("max_length", max_length=self.maximo)
        valores, errores = [], []
        for i, objeto in enumerate(data):
            try:
                valores.append(self._leer(i, objeto))
            except DatosInvalidos as error:
                errores += [f"{self.field_name}[{i}].{frase}" for frases in error.campos.values() for frase in frases]
            except serializers.ValidationError as error:
                errores += error.detail
        if errores:
            raise serializers.ValidationError(errores)
        return valores

    def _leer(self, i, objeto):
        if not isinstance(objeto, dict):
            self.fail("objeto", i=i)
        return self.child.leer(objeto)


class ModeloEstricto(SerializadorEstricto, serializers.ModelSerializer):
    """Fields from the model's, with its lengths and validators; what needs a query is the verb's."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: fields.TextoField,
        models.TextField: fields.TextoLargoField,
        models.EmailField: fields.CorreoField,
        models.IntegerField: fields.EnteroField,
        models.BooleanField: fields.BanderaField,
        models.DateField: fields.FechaField,
        models.DateTimeField: fields.InstanteField,
    }
    serializer_choice_field = fields.OpcionField

    def build_standard_field(self, field_name, model_field):
        clase, opciones = super().build_standard_field(field_name, model_field)
        # A unique value is settled by the INSERT: asking first only tells what was true.
        opciones["validators"] = [v for v in opciones.get("validators", ()) if not isinstance(v, UniqueValidator)]
        if issubclass(clase, fields.TextoField) and model_field.null:
            opciones["allow_blank"] = True
        return clase, opciones


def desconocido(nombre: str, conocidos) -> str:
    parecidos = get_close_matches(nombre, conocidos, n=1) if len(nombre) <= LARGO_DE_UN_NOMBRE else []
    sugerencia = f" (¿quiso decir `{parecidos[0]}`?)" if parecidos else ""
    return f"{nombre}: no se reconoce{sugerencia}"
