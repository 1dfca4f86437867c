"""The production server as a process of its own, for tests that need a real one."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings

from monitor.tests.postgresql import puerto_libre


@contextmanager
def sirviendo(bitacora: Path, **entorno: str):
    """Start `manage.py serve` with two workers, which writes its log in a file, and give its URL once it answers."""
    puerto = puerto_libre()
    comando = ["manage.py", "serve", "--host", "127.0.0.1", "--port", str(puerto), "--workers", "2"]
    with bitacora.open("w") as salida:
        proceso = subprocess.Popen(
            [sys.executable, *comando],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings"} | entorno,
            stdout=salida,
            stderr=subprocess.STDOUT,
        )
    try:
        yield esperar(f"http://127.0.0.1:{puerto}", proceso, bitacora)
    finally:
        proceso.terminate()
        proceso.wait(timeout=40)  # a little longer than the server gives its workers


def esperar(url, proceso, bitacora, segundos=30):
    """Return the URL once the server answers; the test fails after `segundos`, or when the process ends."""
    fin = time.monotonic() + segundos
    while time.monotonic() < fin and proceso.poll() is None:
        try:
            with urlopen(f"{url}/api/health"):
                return url
        except URLError:
            time.sleep(0.1)
    return pytest.fail(f"El servidor no respondió:\n{bitacora.read_text()}")
