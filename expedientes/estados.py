"""The states of an expediente and how they may follow each other, and where its files are."""

from django.db import models


class Estado(models.TextChoices):
    INGRESO = "Ingreso", "Ingreso"
    RESTAURACION = "Restauracion", "Restauración"
    PENDIENTE_DE_SALIDA = "Pendiente_de_salida", "Pendiente de salida"
    SALIDA = "Salida", "Salida"


# Any other state may follow, because a unit can go back to repair. The enum has the states in their usual order.
TRANSICIONES: dict[Estado, frozenset[Estado]] = {desde: frozenset(Estado) - {desde} for desde in Estado}

ESTADO_INVALIDO = f"Estado inválido. Valores permitidos: {', '.join(Estado.values)}"
MISMO_ESTADO = "El expediente ya se encuentra en ese estado"

ABIERTOS = tuple(estado for estado in Estado if estado != Estado.SALIDA)  # the unit is in the shop


class Ubicacion(models.TextChoices):
    LOCAL = "Local", "Local"
    NUBE = "Nube", "Nube"

    @property
    def en_palabras(self) -> str:
        return {Ubicacion.LOCAL: "En el servidor del taller", Ubicacion.NUBE: "Respaldados en la nube"}[self]


EN_LA_NUBE = "toda_en_la_nube"  # what a read of an expediente calls the following
# Whether an expediente has evidence and all of it is in the cloud, as a part of a SELECT of its row.
_SUYA = "SELECT 1 FROM evidencia e WHERE e.no_siniestro = expediente.no_siniestro"
TODA_EN_LA_NUBE = (
    f"EXISTS ({_SUYA}) AND NOT EXISTS ({_SUYA} AND e.ubicacion_almacenamiento <> '{Ubicacion.NUBE.value}')"
)


def ubicacion_de(expediente: models.Model, estado: str) -> Ubicacion:
    """Return where the files of an expediente in this state are. It was read with EN_LA_NUBE."""
    return Ubicacion.NUBE if estado == Estado.SALIDA and getattr(expediente, EN_LA_NUBE) else Ubicacion.LOCAL
