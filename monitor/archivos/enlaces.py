"""Links that open one file for a few minutes, to whoever has them. Each is its maker's: it dies with their tokens.

A link says who made it, and which tokens were good then, and is signed together with the path that it opens.
"""

import time
from typing import NamedTuple

from django.core.signing import BadSignature, Signer

DURA = 5 * 60  # seconds
SAL = "monitor.archivos.enlaces"


class Firma(NamedTuple):
    """The signed part of a link: who made it, the version of their tokens then, and until when it is good, in seconds
    since 1970."""

    usuario: int
    version: int
    vence: int


def firmar(ruta: str, firma: Firma) -> str:
    dicho = "-".join(map(str, firma))
    return f"{dicho}:{_firmante().signature(f'{dicho}:{ruta}')}"


def leer(ruta: str, firmado: str) -> Firma | None:
    """Return what a link to a path says, or None when nobody signed it so, or it isn't good any more."""
    dicho, _, firma = firmado.partition(":")
    try:
        _firmante().unsign(f"{dicho}:{ruta}:{firma}")
    except BadSignature:
        return None
    leida = Firma(*map(int, dicho.split("-")))
    return leida if leida.vence > time.time() else None


def _firmante() -> Signer:
    return Signer(salt=SAL)
