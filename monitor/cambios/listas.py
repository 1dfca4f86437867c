"""Lists by cursor: what changed in one row, newest first; and the rows that were written since somebody last asked, in
the order of their writing."""

from datetime import datetime
from functools import cache

from django.http import HttpResponse
from rest_framework import serializers

from monitor.api.dialects import DIRECT, Dialect
from monitor.api.lists import UNTIL, CursorList, cursor_params, seal_of
from monitor.api.params import MomentParam, QueryParams
from monitor.api.shapes import Shape
from monitor.cambios.cadena import Encadenado
from monitor.cambios.models import Cambio
from monitor.cambios.serializers import CambioSerializer, Traductor

PAGINA = QueryParams(**cursor_params())
DESDE = QueryParams(desde=MomentParam(), **cursor_params())
HASTA_DICE = (
    "Hasta cuándo está todo en la lista: lo que se envía la próxima vez. Lo que se escribió después viene entonces,"
    " aunque ya se pudiera leer."
)


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


def con_hasta(response: HttpResponse, hasta: datetime) -> HttpResponse:
    """Return the answer, a list of what was written before a moment, with that moment: from there on the client asks
    the next time."""
    response.headers[UNTIL] = DIRECT.moment(hasta)
    return response


@cache
def _forma(dialect: Dialect) -> Shape:
    return Shape(CambioSerializer(), dialect)


_traductor = cache(Traductor)
