"""The states of a transport request: they belong to the code. The table `estado_solicitud` mirrors them."""

from django.db import models


class Estado(models.IntegerChoices):
    """The value is the state's Id, the member's name its code."""

    PENDIENTE_APROBACION = 1, "Pendiente de Aprobación"
    APROBADA = 2, "Aprobada"
    RECHAZADA = 3, "Rechazada"
    CANCELADA = 4, "Cancelada"
    COMPLETADA = 5, "Completada"
    EN_PROCESO = 6, "En Proceso"


COLORES: dict[Estado, str] = {
    Estado.PENDIENTE_APROBACION: "#FFA500",
    Estado.APROBADA: "#00FF00",
    Estado.RECHAZADA: "#FF0000",
    Estado.CANCELADA: "#808080",
    Estado.COMPLETADA: "#0000FF",
    Estado.EN_PROCESO: "#1E90FF",
}
FINALES = frozenset({Estado.RECHAZADA, Estado.CANCELADA, Estado.COMPLETADA})


def filas() -> list[dict]:
    """What the table holds."""
    return [
        {
            "id": estado.value,
            "codigo": estado.name,
            "nombre": estado.label,
            "color": COLORES[estado],
            "orden": orden,
            "es_estado_final": estado in FINALES,
        }
        for orden, estado in enumerate(Estado, start=1)
    ]
