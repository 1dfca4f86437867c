"""The changes to a row since a person saw it, as the forms of the admin tell them (`monitor.admin.stale`)."""

import orjson

from monitor.admin.stale import Ajeno
from monitor.cambios.cadena import Encadenado
from monitor.cambios.linea import ESTADO, Historia, leer
from monitor.cambios.models import Cambio

MUCHOS = 50  # of the newest changes, and of the newest states, are told


def ajenos(fila: Encadenado, historia: Historia | None, desde: int, *, para) -> list[Ajeno]:
    """Return what was changed, states too, since the row's chain had `desde` links, the newest first. `para` is who
    reads it."""
    leidos = [*_en_sus_campos(fila, desde), *(_en_su_estado(fila, historia, desde) if historia else ())]
    return sorted(
        (
            Ajeno(columna, *campo, _quien(suceso.persona, para), suceso.fecha)
            for suceso, columnas in leidos
            for columna, campo in zip(columnas, suceso.campos, strict=True)
        ),
        key=lambda ajeno: ajeno.momento,
        reverse=True,
    )


def _en_sus_campos(fila, desde):
    suyos = Cambio.objects.filter(objeto=fila._meta.db_table, uid=fila.uid, eslabon__gt=desde)
    cambios = list(suyos.select_related("usuario").order_by("-eslabon")[:MUCHOS])
    return zip(leer(cambios), (orjson.loads(cambio.cambios) for cambio in cambios), strict=True)


def _en_su_estado(fila, historia, desde):
    pasos = getattr(fila, historia.relacion).filter(eslabon__gt=desde).select_related("cambiado_por")
    return [(historia.leer(paso), [ESTADO]) for paso in pasos.order_by("-eslabon")[:MUCHOS]]


def _quien(persona, para) -> str:
    """Return who changed something, as whoever reads it would say. Nobody is a dash."""
    if persona == para:
        return "usted en otra página"
    return "alguien" if persona == "—" else str(persona)
