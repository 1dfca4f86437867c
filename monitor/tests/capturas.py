"""`make capturas`: takes the pictures of the README from the demo, in a real browser.

The demo is made again in a database of its own. From one day to another only the dates in the pictures change.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import django

CARPETA = Path(__file__).resolve().parents[2] / "docs" / "capturas"
QUIEN = "maria.gonzalez"
PESO = 150 * 1024  # the most that a picture of the README may weigh
# The name of each picture, its page, and the size of the screen.
CAPTURAS = (
    ("tablero", "/admin/tablero/", (1280, 620)),
    ("expedientes", "/admin/expedientes/expediente/?taller=abiertos", (1280, 720)),
    ("panel", "/admin/panel/", (1280, 720)),
    ("telefono", "/admin/expedientes/expediente/?taller=abiertos", (360, 740)),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as carpeta:
        base = str(Path(carpeta) / "demo.sqlite3")
        os.environ |= {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings", "DATABASE_URL": "", "BASE_DE_PRUEBAS": base}
        django.setup()
        tomar(Path(carpeta), base)


def tomar(carpeta: Path, base: str) -> None:
    from django.conf import settings
    from django.core.management import call_command

    from monitor.tests.servidor import sirviendo

    call_command("migrate", verbosity=0)
    with sirviendo(carpeta / "bitacora", BASE_DE_PRUEBAS=base) as url:
        settings.DEMO = True  # the server refuses to start with people whose passwords are public
        call_command("seed_catalogos", "--con-ejemplos", verbosity=0)
        call_command("seed_demo", verbosity=0)
        retratar(url)


def retratar(url: str) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or sys.exit("Falta Chromium (en Debian: apt-get install chromium).")
    CARPETA.mkdir(parents=True, exist_ok=True)
    galletas = galletas_de(url)
    with sync_playwright() as playwright:
        navegador = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        contexto = navegador.new_context(base_url=url, locale="es-MX", reduced_motion="reduce")
        contexto.add_cookies(galletas)
        for nombre, ruta, (ancho, alto) in CAPTURAS:
            pagina = contexto.new_page()
            pagina.set_viewport_size({"width": ancho, "height": alto})
            pagina.goto(ruta, wait_until="networkidle")
            pagina.screenshot(path=CARPETA / f"{nombre}.png")
            pagina.close()
        navegador.close()


def galletas_de(url: str) -> list[dict]:
    """Return the cookies of a person who came in."""
    from django.test import Client

    from monitor.usuarios.models import Usuario

    cliente = Client()
    cliente.force_login(Usuario.objects.get(username=QUIEN))
    return [{"name": nombre, "value": galleta.value, "url": url} for nombre, galleta in cliente.cookies.items()]


if __name__ == "__main__":
    main()
