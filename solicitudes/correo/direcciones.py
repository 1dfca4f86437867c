"""Writing an address so that whoever reads it finds that address and no other."""

import re

from django.utils.encoding import punycode

# This may stand before the @ as it is (RFC 5322's dot-atom). Anything else goes in quotes.
SIN_COMILLAS = re.compile(r"[-!#$%&'*+/=?^_`{|}~0-9A-Za-z]+(\.[-!#$%&'*+/=?^_`{|}~0-9A-Za-z]+)*")
IMPRIMIBLE = re.compile(r"[ -~]*")


def escrita(direccion: str) -> str:
    """Return the address as a header and the server take it, in ASCII. Raise ValueError when it can't be written.

    A backslash goes before each `=?`, because without it some readers take `=?utf-8?q?…?=` for an encoded word and
    decode it.
    """
    local, arroba, dominio = direccion.rpartition("@")
    local, dominio = _sin_comillas(local), punycode(dominio)
    if not (arroba and local and dominio and IMPRIMIBLE.fullmatch(local + dominio)):
        raise ValueError(f"no se puede escribir la dirección {direccion!r}")
    if SIN_COMILLAS.fullmatch(local) and "=?" not in local:
        return f"{local}@{dominio}"
    citado = re.sub(r'([\\"]|=(?=\?))', r"\\\1", local)
    return f'"{citado}"@{dominio}'


def _sin_comillas(local: str) -> str:
    return re.sub(r"\\(.)", r"\1", local[1:-1]) if len(local) > 1 and local[0] == local[-1] == '"' else local
