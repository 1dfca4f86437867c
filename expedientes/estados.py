"""The states of an expediente and how they may follow each other, and where its files are."""

from django.db import models


class Estado(models.TextChoices):
    INGRESO = "Ingreso", "Ingreso"
    RESTAURACION = "Restauracion", "Restauración"
    PENDIENTE_DE_SALIDA = "Pendiente_de_salida", "Pendiente de salida"
    SALIDA = "Salida", "Salida"


# Any other state may follow, because a unit can go back to repair. The enum has the states in their usual order.
TRANSICIONES: dict[Estado, frozenset[Estado]] = {desde: frozenset(Estado) - {desde} for desde in Estado}

ABIERTOS = tuple(estado for estado in Estado if estado != Estado.SALIDA)  # the unit is in the shop


class Ubicacion(models.TextChoices):
    LOCAL = "Local", "Local"
    NUBE = "Nube", "Nube"

    @property
    def en_palabras(self) -> str:
        return {Ubicacion.LOCAL: "En el servidor del taller", Ubicacion.NUBE: "Respaldados en la nube"}[self]
