"""The values that the text of a cell means in each column."""

import re

from django.core.exceptions import ValidationError
from django.db import models

from catalogos.base import Catalogo
from catalogos.importacion.archivo import citar
from monitor.textos import fold

SI_O_NO = dict.fromkeys("si verdadero true 1".split(), True) | dict.fromkeys("no falso false 0".split(), False)
# «1.0» is one, «1.000» is a thousand, and so is «1,000.0».
MILES = re.compile(
    r"([-+]?[1-9][0-9]{0,2}(?:(?P<sep>[., ’'])[0-9]{3})(?:(?P=sep)[0-9]{3}){0,4})(?:(?!(?P=sep))[.,]0+)?"
)
ENTERO = re.compile(r"([-+]?[0-9]{1,18})(?:[.,]0+)?")
DECIMAL = re.compile(r"[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:E[-+]?[0-9]{1,3})?", re.IGNORECASE)

DE_EXCEL = re.compile(r"#(?:#+|N/[AD]|¡?(?:REF|VALOR|VALUE|NUM|DIV/0|NULO|NULL)!|¿?(?:NOMBRE|NAME)\?)")


def valor(campo: models.Field, celda: str):
    """Return what `celda` means for a field: the field's default when it is empty, and an id for a reference. Raise
    ValidationError, whose sentence doesn't name the column."""
    if not celda:
        return campo.get_default()
    if DE_EXCEL.fullmatch(celda):
        raise ValidationError(f"{citar(celda)} es un error de Excel: corrija la celda y guárdelo otra vez")
    if campo.is_relation:
        return _referencia(campo.related_model, celda)
    if isinstance(campo, models.BooleanField):
        return _si_o_no(celda)
    if isinstance(campo, models.IntegerField):
        return _entero(celda)
    if isinstance(campo, models.FloatField):
        return _decimal(celda)
    return campo.to_python(celda)


def _referencia(modelo, celda):
    natural = modelo._meta.get_field(modelo.clave).to_python(celda) if issubclass(modelo, Catalogo) else celda
    try:
        return modelo._default_manager.get_by_natural_key(natural).pk
    except modelo.DoesNotExist as error:
        raise ValidationError(f"no existe {citar(celda)}") from error


def _si_o_no(celda):
    if fold(celda) not in SI_O_NO:
        raise ValidationError(f"{citar(celda)} no se entiende: escriba sí o no")
    return SI_O_NO[fold(celda)]


def _entero(celda):
    entero = MILES.fullmatch(celda) or ENTERO.fullmatch(celda)
    if entero is None:
        raise ValidationError(f"{citar(celda)} no es un número entero")
    return int(re.sub("[., ’']", "", entero[1]))


def _decimal(celda):
    """Return a number whose decimals come after a point or a comma. Coordinates have no thousands to separate. Raise
    ValidationError when it isn't a number."""
    if not DECIMAL.fullmatch(celda):
        raise ValidationError(f"{citar(celda)} no es un número")
    return float(celda.replace(",", "."))
