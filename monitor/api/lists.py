"""Lists by cursor: a page costs the same at any depth; the whole list goes out in batches, with bounded memory."""

import base64
import logging
from itertools import chain
from operator import itemgetter

import orjson
from django.db.models import F, QuerySet
from django.http import HttpResponse, StreamingHttpResponse

from monitor.api.conexion import cortar
from monitor.api.dialects import CACHE
from monitor.api.identity import ConsultaConIdentidad, Credencial, solo_para_quien_pide
from monitor.api.shapes import Forma
from monitor.db.queries import DespuesDe, Parametro, es_limite
from monitor.errores import DatosInvalidos

log = logging.getLogger(__name__)

POR_PAGINA_MAXIMO = 1000
LOTE = 1000  # rows in memory at once when the whole list is streamed
CURSOR_INVALIDO = "cursor: no es válido; use el del encabezado Link"


class ListaPorCursor:
    """The rows of `queryset` as `forma` shows them, by the columns of `orden`: ascending, not null, the last unique.

    Its queries read who asks together with the rows.
    """

    def __init__(self, forma: Forma, queryset: QuerySet, orden: tuple[str, ...]):
        self._forma, self._queryset, self._orden = forma, queryset, orden
        self._columnas = [queryset.model._meta.get_field(nombre) for nombre in orden]
        ademas = [nombre for nombre in orden if nombre not in forma.columnas]
        self._leidas = [*forma.columnas, *ademas]
        self._posicion = itemgetter(*(self._leidas.index(nombre) for nombre in orden))
        self._consulta = ConsultaConIdentidad(self._hacer)

    def _hacer(self, limite: int, con_cursor: bool) -> QuerySet:
        queryset = solo_para_quien_pide(self._queryset).order_by(*self._orden)
        if con_cursor:
            limites = [Parametro(campo.name, campo) for campo in self._columnas]
            queryset = queryset.filter(DespuesDe([F(nombre) for nombre in self._orden], limites))
        return queryset.values_list(*self._leidas)[:limite]

    def filas(self, limite: int, desde: tuple | None, quien: Credencial) -> list[tuple]:
        valores = dict(zip(self._orden, desde or (), strict=bool(desde)))
        return self._consulta.filas(limite, desde is not None, quien=quien, **valores)

    def posicion(self, fila: tuple) -> tuple:
        return self._posicion(fila)

    def objetos(self, filas: list[tuple]) -> list[dict]:
        return self._forma.lista(filas)

    def leer_cursor(self, texto: str) -> tuple:
        try:
            valores = orjson.loads(base64.urlsafe_b64decode(texto + "=" * (-len(texto) % 4)))
        except ValueError as error:
            raise DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}) from error
        if not es_limite(self._columnas, valores):
            raise DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]})
        return tuple(valores)


def escribir_cursor(posicion: tuple) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(posicion)).decode().rstrip("=")


def responder_pagina(vista, lista: ListaPorCursor, por_pagina: int, cursor: str | None) -> HttpResponse:
    """One page; `Link: …; rel="next"` while there are more, with the request's own filters."""
    desde = lista.leer_cursor(cursor) if cursor else None
    filas = lista.filas(por_pagina + 1, desde, vista.quien)
    response = vista.responder(lista.objetos(filas[:por_pagina]))
    if len(filas) > por_pagina:
        parametros = vista.request.GET.copy()
        parametros["cursor"] = escribir_cursor(lista.posicion(filas[por_pagina - 1]))
        response.headers["Link"] = f'<{vista.request.path}?{parametros.urlencode()}>; rel="next"'
    return response


def responder_completa(vista, lista: ListaPorCursor) -> HttpResponse:
    """Streamed. Each batch is a statement of its own: no transaction waits for a slow client.

    The first is read before answering, so that an error can still be an answer; a later one breaks the connection.
    """
    lotes = _lotes(lista, vista.quien)
    primero = next(lotes, [])
    trozos = _arreglo(vista.dialecto.json(lista.objetos(lote)) for lote in chain([primero], lotes))
    headers = {"Cache-Control": CACHE}
    entero = _entero_o_cortado(trozos, vista.request.vecino)
    return StreamingHttpResponse(entero, content_type="application/json", headers=headers)


def _entero_o_cortado(trozos, vecino):
    try:
        yield from trozos
    except Exception:
        log.exception("La lista completa quedó a medias; se corta la conexión con %s", vecino)
        cortar(vecino)
        raise


def _lotes(lista, quien):
    desde = None
    while filas := lista.filas(LOTE, desde, quien):
        yield filas
        desde = lista.posicion(filas[-1])
        if len(filas) < LOTE:
            return


def _arreglo(lotes):
    """Of the JSON arrays of each batch, one array."""
    yield b"["
    for i, lote in enumerate(lotes):
        yield (b"," if i else b"") + lote[1:-1]
    yield b"]"
