"""The converters that say what a piece of a path may hold."""

import re

from django.urls import register_converter
from django.urls.converters import StringConverter

from monitor.errores import DatosInvalidos, NoEncontrado
from monitor.textos import composed

ID_INVALIDO = "ID inválido"
LARGO_DE_UN_ID = 18  # the digits of the longest id that is looked for


class KeyConverter(StringConverter):
    """A No. Siniestro as the server decoded it, composed as it is kept: any text, with slashes and line breaks too."""

    regex = "(?s:.+)"

    def to_python(self, value):
        return composed(value)


class SegmentConverter(StringConverter):
    """Any text without a slash; the view says what is wrong with it."""

    regex = r"[^/]+"


register_converter(KeyConverter, "key")
register_converter(SegmentConverter, "segment")


def read_id(texto: str, no_encontrado: str, invalido: str = ID_INVALIDO) -> int:
    """Return the id that a piece of a path holds. Raise DatosInvalidos with the sentence `invalido` when it isn't a
    number, and NoEncontrado with the sentence `no_encontrado` when it is longer than any id."""
    if not re.fullmatch(r"\d+", texto, re.ASCII):
        raise DatosInvalidos(invalido, codigo="id_invalido")
    if len(texto) > LARGO_DE_UN_ID:
        raise NoEncontrado(no_encontrado)
    return int(texto)
