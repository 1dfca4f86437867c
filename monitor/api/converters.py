"""The converters that say what a piece of a path may hold."""

import re

from django.urls import register_converter
from django.urls.converters import StringConverter

from monitor.errores import DatosInvalidos, NoEncontrado

LARGO_DE_UN_ID = 18  # digits of any id there can be


class KeyConverter(StringConverter):
    """Anything, slashes and line breaks too: a No. Siniestro as the server decoded it."""

    regex = "(?s:.+)"


class SegmentConverter(StringConverter):
    """Anything but a slash; the view says what is wrong with it."""

    regex = r"[^/]+"


register_converter(KeyConverter, "key")
register_converter(SegmentConverter, "segment")


def read_id(texto: str, no_encontrado: str) -> int:
    """`no_encontrado`: the sentence for a number that no row can have."""
    if not re.fullmatch(r"\d+", texto, re.ASCII):
        raise DatosInvalidos("ID inválido")
    if len(texto) > LARGO_DE_UN_ID:
        raise NoEncontrado(no_encontrado)
    return int(texto)
