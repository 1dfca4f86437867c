import io
import logging

import pytest

from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401


@pytest.fixture
def bitacora():
    """The log as an operator reads it: what the process's own handler writes."""
    propio = next(
        h for h in logging.getLogger().handlers if any(type(f).__name__ == "RequestFilter" for f in h.filters)
    )
    # `setStream` would flush the one of before, which an earlier test's capture may have closed.
    anterior, propio.stream = propio.stream, io.StringIO()
    yield propio.stream
    propio.stream = anterior
