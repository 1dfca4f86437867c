"""The rules of a single value. Models put them on their fields, so that the API and the admin say the same sentence."""

import re
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator
from django.utils.deconstruct import deconstructible

from monitor.textos import CONTROL, has_inversion, has_invisible

# In a long text people do type newline, carriage return and tab.
CONTROL_EN_TEXTO_LARGO = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

CON_CONTROL = "no se admiten caracteres de control"

ENTERO_MAXIMO = 2_147_483_647  # of a column of integers

ANIOS = range(1990, 2101)  # a date of another year is most likely a slip of who typed it


def sin_control(valor: str) -> None:
    if CONTROL.search(valor):
        raise ValidationError(CON_CONTROL, code="control")


def sin_control_en_texto_largo(valor: str) -> None:
    if CONTROL_EN_TEXTO_LARGO.search(valor):
        raise ValidationError(CON_CONTROL, code="control")


def es_de_otro_siglo(dia: date | None) -> bool:
    return dia is not None and dia.year not in ANIOS


def sin_blancos(valor: str) -> None:
    if any(caracter.isspace() for caracter in valor):
        raise ValidationError("no se admiten espacios", code="blancos")


def sin_formato(valor: str) -> None:
    if has_invisible(valor):
        raise ValidationError("tiene caracteres invisibles; bórrelo y escríbalo sin copiarlo", code="formato")


def sin_inversion(valor: str) -> None:
    if has_inversion(valor):
        frase = "tiene caracteres invisibles que invierten lo que sigue; bórrelo y escríbalo sin copiarlo"
        raise ValidationError(frase, code="inversion")


# Beyond these, some time zone can't show a moment, be it the database's or the one of the reader's browser.
PRIMER_MOMENTO = datetime(1, 1, 2, tzinfo=UTC)
ULTIMO_MOMENTO = datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)


def que_se_puede_mostrar(momento: datetime) -> None:
    if not PRIMER_MOMENTO <= momento <= ULTIMO_MOMENTO:
        raise ValidationError("está demasiado lejos; use un año entre 2 y 9998", code="lejos")


@deconstructible
class Entre(BaseValidator):
    """A rule for numbers: `Entre((minimo, maximo))`, both included."""

    code = "rango"

    def __init__(self, limite_value: tuple):
        super().__init__(limite_value, "debe estar entre {} y {}".format(*limite_value))

    def compare(self, valor, limites):
        return not limites[0] <= valor <= limites[1]
