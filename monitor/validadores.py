"""Rules of a single value that models put on their fields, so that the API and the admin say the same sentence."""

import re

from django.core.exceptions import ValidationError

# Cc: C0, DEL and C1; newline, carriage return and tab are what people type in a long text.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_EN_TEXTO_LARGO = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

CON_CONTROL = "no se admiten caracteres de control"


def sin_control(valor: str) -> None:
    if CONTROL.search(valor):
        raise ValidationError(CON_CONTROL, code="control")


def sin_control_en_texto_largo(valor: str) -> None:
    if CONTROL_EN_TEXTO_LARGO.search(valor):
        raise ValidationError(CON_CONTROL, code="control")
