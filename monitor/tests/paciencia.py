"""The time that tests wait for what happens elsewhere. It is long: what they tell apart is whether it ever happens, and
the machine may have other work."""

import time

import pytest

PACIENCIA = 60  # seconds


def esperar_a(condicion):
    """Return once the condition holds; the test fails when it doesn't in time."""
    fin = time.monotonic() + PACIENCIA
    while not condicion():
        if time.monotonic() > fin:
            pytest.fail(f"no pasó en {PACIENCIA} segundos")
        time.sleep(0.02)
