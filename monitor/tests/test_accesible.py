"""Every kind of page by the rules of axe, for who can't see it well or at all: in light and in dark, on a desk and on
a phone."""

import django
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from expedientes.archivo import ExpedienteArchivado
from monitor.tests.test_paginas import poblar
from solicitudes.models import Solicitud

EXPEDIENTES = "/admin/expedientes/expediente/"
SUYAS = f"{EXPEDIENTES}SIN_2F2023_2F7/"
TIPOS = (
    "/",
    "/admin/",
    "/admin/catalogos/",
    "/admin/buscar/?q=SIN",
    "/admin/no/existe/",
    "/admin/password_change/",
    "/admin/tablero/",
    "/admin/panel/",
    f"{EXPEDIENTES}?q=SIN&taller=abiertos",
    f"{EXPEDIENTES}add/",
    f"{EXPEDIENTES}recibir/",
    f"{SUYAS}change/",
    f"{SUYAS}delete/",
    f"{SUYAS}history/",
    f"{SUYAS}no-siniestro/",
    f"{SUYAS}levantamiento/",
    f"{SUYAS}checklist/",
    f"{EXPEDIENTES}importar/",
    "/admin/importacion/importacion/",
    "/admin/catalogos/lugar/",
    "/admin/catalogos/departamento/add/?_popup=1",
    "/admin/solicitudes/solicitud/",
    "/admin/solicitudes/solicitud/add/",
    "/admin/usuarios/usuario/add/",
    "/admin/usuarios/llave/",
    "/admin/post_office/email/",
)
DE_COLORES = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}


@pytest.fixture
def persona(transactional_db):
    return poblar()


class Ojos:
    """Look at the page as it is, and note what axe finds wrong in it."""

    def __init__(self, pagina):
        self.pagina, self.faltas = pagina, set()
        pagina.emulate_media(reduced_motion="reduce")  # a colour halfway to another isn't one of ours

    def ver(self, ruta=None):
        if ruta:
            self.pagina.goto(ruta)
        self._mirar("light", 1366, 768, {"resultTypes": ["violations"]}, Axe().axe_script)
        self._mirar("dark", 360, 740, DE_COLORES)

    def _mirar(self, tema, ancho, alto, opciones, guion="0"):
        self.pagina.emulate_media(color_scheme=tema)
        self.pagina.set_viewport_size({"width": ancho, "height": alto})
        self.pagina.evaluate(guion)
        for falta in self.pagina.evaluate("opciones => axe.run(opciones).then(visto => visto.violations)", opciones):
            self.faltas |= {(self.pagina.url, tema, falta["id"], str(nodo["target"])) for nodo in falta["nodes"]}


@pytest.mark.lenta
@pytest.mark.una_vez
# Those of the styles with which axe tries things out, which it doesn't on the pages of Django 6.1.
@pytest.mark.con_rechazos(quiza=django.VERSION >= (6, 1))
def test_ninguna_clase_de_pagina_tiene_faltas(pagina, persona, mano, servidor):
    ojos = Ojos(pagina)
    ojos.ver("/admin/login/")
    mano.entrar(persona, servidor)
    for ruta in TIPOS:
        ojos.ver(ruta)
    ojos.ver(f"/admin/expedientes/expedientearchivado/{ExpedienteArchivado.objects.get().pk}/change/")
    pagina.set_viewport_size({"width": 1366, "height": 768})
    pagina.goto(f"/admin/solicitudes/solicitud/{Solicitud.objects.get(aprobador=persona).pk}/change/")
    ojos.ver()
    pagina.get_by_role("button", name="Rechazar…").click()
    expect(pagina.get_by_label("Motivo:")).to_be_visible()
    ojos.ver()
    pagina.get_by_role("button", name="Rechazar").click()  # without a motive: the page comes back and says so
    expect(pagina.locator(".errornote, .errorlist").first).to_be_visible()
    ojos.ver()

    assert ojos.faltas == set()
