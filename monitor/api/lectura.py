"""From rows to the shapes that serializers declare, with no model instance between."""

from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet
from rest_framework import serializers

from monitor.consultas import Consulta


class VacioField(serializers.ListField):
    """An array that is always empty until a later module fills it."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)


class _Relacion(NamedTuple):
    clave: str
    posiciones: dict[str, int]  # of each of its keys in the row; the first is its primary key
    muchas: bool

    def de_fila(self, fila):
        return {clave: fila[i] for clave, i in self.posiciones.items()}

    def falta(self, fila):
        return fila[next(iter(self.posiciones.values()))] is None


class Forma:
    """The keys of a serializer, in their order, and the columns (ORM paths) they come from.

    Besides plain fields it holds `{…}` of a related row (null without one) and at most one `[{…}, …]`, whose rows come
    by a join: several rows make one object. A related row begins with its primary key.
    """

    def __init__(self, serializer: serializers.Serializer):
        campos = {n: c for n, c in serializer.fields.items() if not isinstance(c, VacioField)}
        self._vacios = [nombre for nombre in serializer.fields if nombre not in campos]
        self._claves = list(campos)
        # The first column of each key stands at its key's place, so that a row zips to a dict; the rest come after.
        self.columnas = [next(iter(_columnas(campo).values())) for campo in campos.values()]
        self._relaciones = []
        for nombre, campo in campos.items():
            primera, *otras = _columnas(campo).items()
            if isinstance(campo, serializers.BaseSerializer):
                posiciones = {primera[0]: self._claves.index(nombre)}
                for clave, columna in otras:
                    posiciones[clave] = len(self.columnas)
                    self.columnas.append(columna)
                muchas = isinstance(campo, serializers.ListSerializer)
                self._relaciones.append(_Relacion(nombre, posiciones, muchas))
        self._atributos = attrgetter(*self.columnas)

    def de_filas(self, filas: list[tuple]) -> dict:
        """One object from the rows of its join."""
        fila = filas[0]
        datos = dict(zip(self._claves, fila, strict=False))
        for relacion in self._relaciones:
            if relacion.muchas:
                datos[relacion.clave] = [relacion.de_fila(f) for f in filas if not relacion.falta(f)]
            else:
                datos[relacion.clave] = None if relacion.falta(fila) else relacion.de_fila(fila)
        for clave in self._vacios:
            datos[clave] = []
        return datos

    def de_instancia(self, instancia) -> dict:
        """Of a shape without relations."""
        return dict(zip(self._claves, self._atributos(instancia), strict=True))


class Lectura:
    """A shape and the query that reads it: `hacer(*variante)` gives the queryset (see `Consulta`)."""

    def __init__(self, forma: Forma, hacer: Callable[..., QuerySet]):
        self.forma = forma
        self._consulta = Consulta(lambda *variante: hacer(*variante).values_list(*forma.columnas))

    def uno(self, *variante, **valores) -> dict | None:
        filas = self._consulta.filas(*variante, **valores)
        return self.forma.de_filas(filas) if filas else None

    def lista(self, *variante, **valores) -> list[dict]:
        """One object a row: of a shape without a list of related rows."""
        return [self.forma.de_filas([fila]) for fila in self._consulta.filas(*variante, **valores)]


def _columnas(campo) -> dict[str, str]:
    """`{key: ORM path}`; of a plain field, itself alone."""
    if not isinstance(campo, serializers.BaseSerializer):
        return {campo.field_name: campo.source.replace(".", "__")}
    hijo = getattr(campo, "child", campo)
    return {n: f"{campo.source}__{c.source}".replace(".", "__") for n, c in hijo.fields.items()}
