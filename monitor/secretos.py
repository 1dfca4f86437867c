"""The keys of programs as texts: how one is made, and what is kept of it."""

import secrets
import string
from hashlib import sha256

PREFIJO = "mon_"  # by it a key is told from a token, and whoever looks for leaked secrets finds it
AL_AZAR = 40  # characters after the prefix: 238 bits, which nobody guesses
VISIBLES = 8  # the characters that are kept as they are, so that people recognise a key
ALFABETO = string.ascii_letters + string.digits


def nueva_llave() -> str:
    return PREFIJO + "".join(secrets.choice(ALFABETO) for _ in range(AL_AZAR))


def huella(llave: str) -> str:
    """Return what is kept of a key, and what it is looked up by.

    SHA-256 without salt is enough: a slow hash makes up for a secret that people can remember and others can guess, and
    a salt for one that two people choose alike. No key is either; and each HTTP request computes this once.
    """
    return sha256(llave.encode()).hexdigest()
