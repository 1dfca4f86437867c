"""The kinds of mail about a solicitud, and how long each kind is worth delivering."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from solicitudes.estados import Estado


class Aviso(StrEnum):
    REGISTRADA = "registrada"
    PENDIENTE = "pendiente"
    CAMBIADA = "cambiada"
    YA_NO_SOLICITA = "ya no solicita"
    YA_NO_APRUEBA = "ya no aprueba"
    APROBADA = "aprobada"
    RECHAZADA = "rechazada"
    CANCELADA = "cancelada"
    ELIMINADA = "eliminada"


class Situacion(NamedTuple):
    """The present state of a solicitud, as far as the mails about it depend on it."""

    estado_id: int
    eliminado: bool
    solicitante_id: int
    aprobador_id: int


def _espera_de(parte: str) -> Callable[[Situacion, int], bool]:
    """Return the condition that the solicitud waits for approval and the person still has that part in it."""

    def espera(hoy, persona):
        pendiente = hoy.estado_id == Estado.PENDIENTE_APROBACION and not hoy.eliminado
        return pendiente and getattr(hoy, parte) == persona

    return espera


# The kinds that aren't here stay true, whatever changes later.
MIENTRAS: dict[Aviso, Callable[[Situacion, int], bool]] = {
    Aviso.REGISTRADA: _espera_de("solicitante_id"),
    Aviso.PENDIENTE: _espera_de("aprobador_id"),
    Aviso.CAMBIADA: _espera_de("aprobador_id"),
    Aviso.YA_NO_SOLICITA: lambda hoy, persona: hoy.solicitante_id != persona,
    Aviso.YA_NO_APRUEBA: lambda hoy, persona: hoy.aprobador_id != persona,
    Aviso.APROBADA: lambda hoy, persona: hoy.estado_id != Estado.CANCELADA,
}


def vigente(aviso: Aviso, hoy: Situacion, persona: int) -> bool:
    """Return whether the mail still tells this person the truth: no later change has overtaken it."""
    return aviso not in MIENTRAS or MIENTRAS[aviso](hoy, persona)
