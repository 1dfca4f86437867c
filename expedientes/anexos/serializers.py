"""The parts that the bodies and the answers of annexes have in common."""

from rest_framework import serializers

from monitor.api.fields import StrictTextField
from monitor.api.serializers import StrictModelSerializer

CLAVE = "expediente.no_siniestro"


def no_siniestro(falta: str) -> StrictTextField:
    """Return the field of a body that names the expediente. `falta` is the sentence for when it doesn't."""
    return StrictTextField(source=CLAVE, trim=True, error_messages=dict.fromkeys(("required", "null", "blank"), falta))


def el_suyo() -> serializers.CharField:
    """Return the field of an answer that says which expediente it is of."""
    return serializers.CharField(source=CLAVE, read_only=True)


class AnexoEntrada(StrictModelSerializer):
    """The body of an annex. What comes back in answers may be sent again, and is then ignored."""

    def read_apart(self, datos: dict, *, partial: bool = False) -> tuple[str | None, dict]:
        """Return the number of the expediente that the body names, and the other values by source."""
        valores = self.read(datos, partial=partial)
        return valores.pop(CLAVE, None), valores
