"""The settings of the tests, with the mail server that a test has opened at the port in `BUZON`."""

import os

from monitor.entorno import ajustes_de_correo, correo
from monitor.tests.settings import *  # noqa: F403

globals().update(ajustes_de_correo(correo(f"smtp://127.0.0.1:{os.environ['BUZON']}")))
