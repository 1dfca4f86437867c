"""The states of a solicitud and how they may follow each other. The table `estado_solicitud` mirrors them."""

from django.db import models


class Estado(models.IntegerChoices):
    """A state of a solicitud. The value is its Id, the member's name is its code, and the label is its name."""

    PENDIENTE_APROBACION = 1, "Pendiente de Aprobación"
    APROBADA = 2, "Aprobada"
    RECHAZADA = 3, "Rechazada"
    CANCELADA = 4, "Cancelada"
    COMPLETADA = 5, "Completada"
    EN_PROCESO = 6, "En Proceso"

    @property
    def codigo(self) -> str:
        return self.name

    @property
    def nombre(self) -> str:
        return self.label

    @property
    def color(self) -> str:
        return COLORES[self]

    @property
    def orden(self) -> int:
        return list(Estado).index(self) + 1

    @property
    def es_estado_final(self) -> bool:
        return not TRANSICIONES[self]


COLORES: dict[Estado, str] = {
    Estado.PENDIENTE_APROBACION: "#FFA500",
    Estado.APROBADA: "#00FF00",
    Estado.RECHAZADA: "#FF0000",
    Estado.CANCELADA: "#808080",
    Estado.COMPLETADA: "#0000FF",
    Estado.EN_PROCESO: "#1E90FF",
}

# APROBADA → EN_PROCESO → COMPLETADA comes with the missions, and no verb leads there yet. A state that nothing follows
# is final.
TRANSICIONES: dict[Estado, frozenset[Estado]] = {
    Estado.PENDIENTE_APROBACION: frozenset({Estado.APROBADA, Estado.RECHAZADA, Estado.CANCELADA}),
    Estado.APROBADA: frozenset({Estado.EN_PROCESO, Estado.CANCELADA}),
    Estado.EN_PROCESO: frozenset({Estado.COMPLETADA, Estado.CANCELADA}),
    Estado.RECHAZADA: frozenset(),
    Estado.CANCELADA: frozenset(),
    Estado.COMPLETADA: frozenset(),
}


def filas() -> list[dict]:
    """Return the rows of the table `estado_solicitud`, each by column."""
    columnas = ("codigo", "nombre", "color", "orden", "es_estado_final")
    return [{"id": estado.value} | {columna: getattr(estado, columna) for columna in columnas} for estado in Estado]
