"""The search for an order of concurrent calls that explains what each was answered: one call at a time, each between
the moment when it was made and the moment when its answer came. The search is Wing and Gong's, with Lowe's memory of
what was tried."""

import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import Any


class SinRespuesta(Exception):
    """Nobody knows whether the call was carried out."""


@dataclass
class Llamada:
    """A call with its answer, and the moments when it began and ended. One whose answer never came may have been
    carried out at any moment since, or never."""

    que: Any
    desde: float
    respuesta: Any = None
    hasta: float = inf

    def __str__(self):
        return f"{self.desde * 1000:9.3f} {self.hasta * 1000:9.3f} ms  {self.que} → {self.respuesta}"


# Returns what the model answers to a call, and its next state.
Paso = Callable[[Hashable, Any], tuple[Any, Hashable]]


def orden_que_explica(historia: Sequence[Llamada], estado: Hashable, paso: Paso) -> list[Llamada] | None:
    """Return the calls in an order in which the model, from `estado` on, gives every answer that came; None when there
    is no such order."""
    exigidas = frozenset(i for i, llamada in enumerate(historia) if llamada.hasta < inf)
    pendientes, vistos = [((), frozenset(), estado)], set()
    while pendientes:
        orden, hechas, estado = pendientes.pop()
        if exigidas <= hechas:
            return [historia[i] for i in orden]
        for i in _siguientes(historia, hechas):
            respuesta, despues = paso(estado, historia[i].que)
            clave = (hechas | {i}, despues)
            if clave not in vistos and (historia[i].hasta == inf or historia[i].respuesta == respuesta):
                vistos.add(clave)
                pendientes.append(((*orden, i), *clave))
    return None


def _siguientes(historia, hechas):
    """Return the calls that may come next: those that began before any of the others had ended."""
    faltan = [i for i in range(len(historia)) if i not in hechas]
    limite = min(historia[i].hasta for i in faltan)
    return [i for i in faltan if historia[i].desde <= limite]


def grabar(guiones: Sequence[Sequence[Any]], hacer: Callable[[Any], Any]) -> list[Llamada]:
    """Carry out the scripts at once, each in a thread and its calls in turn, and return the history. `hacer` makes a
    call and returns its answer, or raises SinRespuesta."""
    inicio, historia = time.monotonic(), []

    def seguir(guion):
        for que in guion:
            llamada = Llamada(que, time.monotonic() - inicio)
            historia.append(llamada)
            try:
                llamada.respuesta = hacer(que)
            except SinRespuesta:
                continue
            llamada.hasta = time.monotonic() - inicio

    with ThreadPoolExecutor(len(guiones)) as hilos:
        list(hilos.map(seguir, guiones))
    return historia


def exigir_orden(historia: Sequence[Llamada], estado: Hashable, paso: Paso) -> None:
    """Fail, showing the history, unless some order explains it."""
    if orden_que_explica(historia, estado, paso) is None:
        renglones = "\n".join(map(str, sorted(historia, key=lambda llamada: llamada.desde)))
        raise AssertionError(f"Ningún orden explica esta historia, que empezó en {estado}:\n{renglones}")
