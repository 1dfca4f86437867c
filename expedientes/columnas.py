"""The columns that expedientes and their annexes have in common: each may be null while nobody has said it."""

from django.db import models

from monitor.db.fields import LineField, LongTextField
from monitor.validadores import sin_control, sin_control_en_texto_largo


def texto(nombre: str, largo: int = 255) -> LineField:
    return LineField(nombre, max_length=largo, null=True, blank=True, validators=[sin_control])


def texto_largo(nombre: str, largo: int | None = None) -> LongTextField:
    return LongTextField(nombre, max_length=largo, null=True, blank=True, validators=[sin_control_en_texto_largo])


def fecha(nombre: str) -> models.DateField:
    return models.DateField(nombre, null=True, blank=True)


def bandera(nombre: str) -> models.BooleanField:
    """Return the column of something that is so, isn't, or nobody has said."""
    return models.BooleanField(nombre, null=True, blank=True)


def dinero(nombre: str) -> models.DecimalField:
    """Return the column of an exact amount, which may be negative."""
    return models.DecimalField(nombre, max_digits=14, decimal_places=2, null=True, blank=True)
