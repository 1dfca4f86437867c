"""The rules of dates and places. Each gives its sentences, which begin with the path in the body of what is wrong."""

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils import timezone

from monitor.errores import ReglaIncumplida
from monitor.origen import ahora
from monitor.validadores import es_de_otro_siglo

FECHA_PASADA = "no puede ser una fecha pasada; use hoy o una posterior"
SIN_LUGARES = "debe haber al menos un lugar"
ORDEN_REPETIDO = "el orden de cada lugar debe ser único"
ORDEN_CON_SALTOS = "el orden de los lugares debe ser consecutivo desde 0"
VARIOS_ORIGENES = "sólo puede haber un origen"
RETORNO_EN_ORIGEN = "el origen no puede requerir retorno"
RETORNO_SIN_HORA = "es obligatoria cuando se requiere retorno"
HORA_SIN_RETORNO = "sólo se indica cuando se requiere retorno"

FECHA_LEJANA = "La fecha del servicio es del año {}: revísela."
UN_SOLO_LUGAR = "Tiene un solo lugar: revise si falta a dónde va."
SIN_ORIGEN = "Ningún lugar es el origen: revise de dónde sale."


def exigir_reglas(datos: dict) -> None:
    """Raise ReglaIncumplida with the sentence of every rule that `datos` breaks. `datos` comes by attname, and what
    isn't in it isn't judged."""
    frases = []
    if "fecha_servicio" in datos and datos["fecha_servicio"] < timezone.localdate(ahora()):
        frases.append(f"fechaServicioRequerido: {FECHA_PASADA}")
    if "lugares" in datos:
        frases += _de_lugares(datos["lugares"])
    if frases:
        raise ReglaIncumplida(frases)


def _de_lugares(lugares: list[dict]) -> list[str]:
    if not lugares:
        return [f"lugares: {SIN_LUGARES}"]
    reglas = (_orden, _origen, _retorno)
    return [f"lugares[{i}].{frase}" for regla in reglas for i, frase in regla(lugares)]


def dudas_de(dia: date, lugares: Sequence) -> list[str]:
    """Return the sentences about what no rule forbids in the day and the places of a solicitud, and is seldom meant."""
    sin_origen = bool(lugares) and not any(lugar.es_origen for lugar in lugares)
    lejana = [FECHA_LEJANA.format(dia.year)] * es_de_otro_siglo(dia)
    return lejana + [UN_SOLO_LUGAR] * (len(lugares) == 1) + [SIN_ORIGEN] * sin_origen


def _orden(lugares) -> Iterator[tuple[int, str]]:
    vistos = set()
    for i, lugar in enumerate(lugares):
        if lugar["orden"] in vistos:
            yield i, f"orden: {ORDEN_REPETIDO}"
        elif not 0 <= lugar["orden"] < len(lugares):
            yield i, f"orden: {ORDEN_CON_SALTOS}"
        vistos.add(lugar["orden"])


def _origen(lugares) -> Iterator[tuple[int, str]]:
    origenes = [i for i, lugar in enumerate(lugares) if lugar["es_origen"]]
    for i in origenes[1:]:
        yield i, f"esOrigen: {VARIOS_ORIGENES}"


def _retorno(lugares) -> Iterator[tuple[int, str]]:
    for i, lugar in enumerate(lugares):
        if lugar["requiere_retorno"] and lugar["es_origen"]:
            yield i, f"requiereRetorno: {RETORNO_EN_ORIGEN}"
        if lugar["requiere_retorno"] and lugar["hora_retorno"] is None:
            yield i, f"horaEstimadaRetorno: {RETORNO_SIN_HORA}"
        if not lugar["requiere_retorno"] and lugar["hora_retorno"] is not None:
            yield i, f"horaEstimadaRetorno: {HORA_SIN_RETORNO}"
