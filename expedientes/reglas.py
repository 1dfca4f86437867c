"""Doubts about the dates of an expediente: what no rule forbids, and is seldom meant."""

from collections.abc import Iterator

from django.db import models
from django.utils.text import capfirst

from monitor.validadores import ANIOS, es_de_otro_siglo

TRAS_EL_INGRESO = ("unidad_terminada", "fecha_entrega")  # what can't be before the unit came
ANTES_DEL_INGRESO = "{} es anterior a la fecha de ingreso: revise las dos."
DE_OTRO_SIGLO = f"{{}}: el año {{}} no está entre {ANIOS.start} y {ANIOS.stop - 1}; revíselo."


def dudas_de(expediente: models.Model) -> list[str]:
    """Return the sentences about its dates, of which no door refuses any."""
    return [*_de_otro_siglo(expediente), *_al_reves(expediente)]


def _de_otro_siglo(expediente) -> Iterator[str]:
    for campo in expediente._meta.concrete_fields:
        if isinstance(campo, models.DateField) and campo.editable:
            valor = getattr(expediente, campo.attname)
            if es_de_otro_siglo(valor):
                yield DE_OTRO_SIGLO.format(capfirst(campo.verbose_name), valor.year)


def _al_reves(expediente) -> Iterator[str]:
    for nombre in TRAS_EL_INGRESO:
        dia = getattr(expediente, nombre)
        if dia and expediente.fecha_ingreso and dia < expediente.fecha_ingreso:
            yield ANTES_DEL_INGRESO.format(capfirst(expediente._meta.get_field(nombre).verbose_name))
