"""The real settings plus a few lines. Neither `.env` nor the environment of whoever runs the tests changes them, except
for a DATABASE_URL of PostgreSQL."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

CARPETA = tempfile.mkdtemp(prefix="monitor-pruebas-")
atexit.register(shutil.rmtree, CARPETA)
SQLITE = Path(CARPETA) / "monitor.sqlite3"
DATABASE_URL = os.environ.get("DATABASE_URL", "")

VACIAS = (
    "DEBUG DEMO SALIDA_CON_CHECKLIST TIME_ZONE EMAIL_FROM PUBLIC_URL CSRF_TRUSTED_ORIGINS CORS_ORIGINS TRUSTED_PROXIES"
    " LOG_LEVEL LOG_FORMAT METRICS_TOKEN DATO_NAMES HOST PORT WORKERS SECRET_KEY_FALLBACKS JWT_SECRET_FALLBACKS"
)

os.environ.update(
    dict.fromkeys(VACIAS.split(), ""),
    SECRET_KEY="de-prueba-de-prueba-de-prueba-de-prueba",
    JWT_SECRET="de-prueba-para-tokens-de-prueba-para-tokens",
    DATABASE_URL=DATABASE_URL if DATABASE_URL.startswith("postgres") else f"sqlite:///{SQLITE}",
    ALLOWED_HOSTS="127.0.0.1,localhost,testserver",
    BACKUP_DIR=f"{CARPETA}/respaldos",
    ARCHIVOS_DIR=os.environ.get("ARCHIVOS_DE_PRUEBAS", f"{CARPETA}/archivos"),
    NUBE_URL=os.environ.get("NUBE_DE_PRUEBAS", ""),
    EMAIL_URL="memorymail://",
    HTTPS="off",
    # Playwright keeps an event loop in the thread that also calls the ORM.
    DJANGO_ALLOW_ASYNC_UNSAFE="on",
)

from monitor.settings import *  # noqa: E402, F403
from monitor.settings import DATABASES, LIMITES_DE_UNA_PETICION, STORAGES  # noqa: E402

# A server that a test starts serves the test's database. With SQLite that is a file, because two processes can't share
# one in memory.
DATABASES["default"]["NAME"] = os.environ.get("BASE_DE_PRUEBAS", DATABASES["default"]["NAME"])
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": SQLITE}
    if (plantilla := Path(os.environ.get("PLANTILLA_DE_PRUEBAS", ""))).is_file():  # see `monitor.tests.mutantes`
        shutil.copyfile(plantilla, SQLITE)

PASSWORD_HASHERS = ["monitor.usuarios.tests.hashers.HasherDePrueba"]

# Nobody waits two seconds in a test, unless it says how long.
LIMITES_DE_UNA_PETICION["lock_timeout"] = os.environ.get("ESPERA_DE_PRUEBAS", "300ms")

# Static files are served from where they are, so that nothing has to be collected before the tests.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
# Each test client makes its own middleware: listing all the files again would take a fifth of the tests' time.
WHITENOISE_AUTOREFRESH = True
