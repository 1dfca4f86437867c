"""Path converters: what a piece of a path may hold."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class ClaveConverter(StringConverter):
    """Anything, slashes and line breaks too: a No. Siniestro as the server decoded it."""

    regex = "(?s:.+)"


class SegmentoConverter(StringConverter):
    """Anything but a slash; the view says what is wrong with it."""

    regex = r"[^/]+"


register_converter(ClaveConverter, "clave")
register_converter(SegmentoConverter, "segmento")
