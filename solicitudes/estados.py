"""How the states of a request may follow each other. The states themselves are a catalogue's."""

from catalogos.estados_solicitud import FINALES, Estado

# APROBADA → EN_PROCESO → COMPLETADA comes with the missions; no verb leads there yet.
TRANSICIONES: dict[Estado, frozenset[Estado]] = {
    Estado.PENDIENTE_APROBACION: frozenset({Estado.APROBADA, Estado.RECHAZADA, Estado.CANCELADA}),
    Estado.APROBADA: frozenset({Estado.EN_PROCESO, Estado.CANCELADA}),
    Estado.EN_PROCESO: frozenset({Estado.COMPLETADA, Estado.CANCELADA}),
    **dict.fromkeys(FINALES, frozenset()),
}
