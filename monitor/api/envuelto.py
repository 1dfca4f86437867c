"""What only the second dialect has: the envelope of a success, partial updates, lists by page number."""

from django.db.models import QuerySet
from rest_framework import serializers

from monitor.api.campos import TextoField
from monitor.api.dialectos import ENVUELTO
from monitor.api.lectura import Forma
from monitor.api.parametros import EnteroEnTextoField
from monitor.api.serializers import SerializadorEstricto
from monitor.api.vistas import Vista
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


def pagina_de(forma: Forma, queryset: QuerySet, valores: dict) -> dict:
    """A page of an ordered queryset, in two statements; beyond the last one it is empty, with the true total."""
    pagina, por_pagina = valores.get("pagina", 1), valores.get("por_pagina", POR_PAGINA)
    desde = (pagina - 1) * por_pagina
    filas = queryset.values_list(*forma.columnas)[desde : desde + por_pagina]
    return {
        "total": queryset.count(),
        "pagina": pagina,
        "porPagina": por_pagina,
        "registros": forma.lista(list(filas)),
    }
