"""What only the second dialect has: the envelope of a success, partial updates, lists by page number."""

from collections.abc import Callable

from django.db.models import QuerySet
from rest_framework import serializers

from monitor.api.dialects import ENVUELTO
from monitor.api.fields import TextoField
from monitor.api.params import EnteroEnTextoField, Parametros
from monitor.api.serializers import SerializadorEstricto
from monitor.api.shapes import Forma
from monitor.api.viewsets import Vista
from monitor.db.queries import Consulta
from monitor.errores import DatosInvalidos

POR_PAGINA = 10
POR_PAGINA_MAXIMO = 100
SIN_CAMBIOS = "No se proporcionaron campos para actualizar"


class VistaEnvuelta(Vista):
    dialecto = ENVUELTO

    def exito(self, mensaje: str, datos, status=200, headers=None):
        return self.responder(self.dialecto.exito(mensaje, datos), status, headers)


def leer_cambios(serializer: SerializadorEstricto, datos: dict) -> dict:
    """What a PUT changes: null for a text or a required field is like not sent."""
    enviados = {n: v for n, v in datos.items() if v is not None or not _ignora_nulos(serializer.fields.get(n))}
    cambios = serializer.leer(enviados, parcial=True)
    if not cambios:
        raise DatosInvalidos(SIN_CAMBIOS)
    return cambios


def _ignora_nulos(campo: serializers.Field | None) -> bool:
    return campo is not None and (campo.required or isinstance(campo, TextoField))


def paginacion() -> dict:
    """The parameters of a page, for `Parametros`."""
    return {
        "pagina": EnteroEnTextoField(min_value=1),
        "por_pagina": EnteroEnTextoField(min_value=1, max_value=POR_PAGINA_MAXIMO),
    }


class ListaPorPagina:
    """The rows of an ordered queryset by page number, in two statements; beyond the last page there are none, with the
    true total.

    `hacer(*variante)` gives the queryset that is counted (see `Consulta`); `mostrar` adds what only the shape needs.
    """

    def __init__(
        self, forma: Forma, parametros: Parametros, hacer: Callable[..., QuerySet], mostrar=lambda filas: filas
    ):
        self._forma, self._parametros, self._hacer, self._mostrar = forma, parametros, hacer, mostrar
        self._cuenta = Consulta(lambda *variante: hacer(*variante).order_by().values_list("pk"))
        self._filas = Consulta(lambda *variante: mostrar(hacer(*variante)).values_list(*forma.columnas))

    def pagina(self, leidos: dict, *variante, **valores) -> dict:
        """`leidos`: what `parametros` read of the request; `valores`: of the queryset's own `Parametro`."""
        lista = self if self._parametros.sin_filtros(leidos) else self._filtrada(leidos)
        pagina, por_pagina = leidos.get("pagina", 1), leidos.get("por_pagina", POR_PAGINA)
        tramo = ((pagina - 1) * por_pagina, por_pagina)
        return {
            "total": lista._cuenta.cuantas(*variante, **valores),
            "pagina": pagina,
            "porPagina": por_pagina,
            "registros": self._forma.lista(lista._filas.filas(*variante, tramo=tramo, **valores)),
        }

    def _filtrada(self, leidos) -> "ListaPorPagina":
        def hacer(*variante):
            return self._parametros.filtrar(self._hacer(*variante), leidos)

        return ListaPorPagina(self._forma, self._parametros, hacer, self._mostrar)
