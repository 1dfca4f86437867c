"""The list of what changed in one row, newest first, by cursor as the list of expedientes."""

from functools import cache

from rest_framework import serializers

from monitor.api.dialects import Dialect
from monitor.api.lists import CursorList, cursor_params, seal_of
from monitor.api.params import QueryParams
from monitor.api.shapes import Shape
from monitor.cambios.cadena import Encadenado
from monitor.cambios.models import Cambio
from monitor.cambios.serializers import CambioSerializer, Traductor

PAGINA = QueryParams(**cursor_params())


class CambiosList(CursorList):
    """The changes of a row. `serializer` has the names that the API gives its columns."""

    def __init__(self, fila: Encadenado, serializer: serializers.Serializer, dialect: Dialect):
        suyos = Cambio.objects.filter(objeto=fila._meta.db_table, uid=fila.uid)
        super().__init__(_forma(dialect), suyos, ("-id",), seal_of("cambios", {"de": fila.uid.hex}))
        self._traductor = _traductor(serializer, type(fila), dialect)

    def objects(self, rows):
        cambios = super().objects(rows)
        for cambio in cambios:
            cambio["cambios"] = self._traductor.traducir(cambio["cambios"])
        return cambios


@cache
def _forma(dialect: Dialect) -> Shape:
    return Shape(CambioSerializer(), dialect)


_traductor = cache(Traductor)
