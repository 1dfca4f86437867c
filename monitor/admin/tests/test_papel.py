"""The printed pages, as Chromium makes a PDF of them."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from catalogos.tests.factories import AseguradoraFactory, LugarFactory
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory, parada

pytestmark = pytest.mark.una_vez

EXPEDIENTE = "/admin/expedientes/expediente/"


def hojas(pagina) -> int:
    """Return how many sheets the page takes on paper."""
    return len(re.findall(rb"/Type /Page\b", pagina.pdf(prefer_css_page_size=True)))


@pytest.fixture
def impresa(mano, servidor):
    """Give a function that opens a page of the admin as the printer sees it."""
    jefa = UsuarioFactory(administrador=True, nombre="María González")

    def abrir(ruta):
        mano.entrar(jefa, servidor, ruta)
        mano.pagina.emulate_media(media="print")
        return mano.pagina

    return abrir


def a_la_vista(pagina, selector) -> list[str]:
    vistos = pagina.locator(selector).filter(visible=True)
    return [texto for texto in vistos.all_inner_texts() if texto.strip()]


def test_un_expediente_es_una_hoja_que_se_firma(impresa):
    aseguradora = AseguradoraFactory(nombre="Quálitas")
    ExpedienteFactory(completo=True, no_siniestro="04264817203", aseguradora=aseguradora, observaciones="Golpe. " * 40)
    jefa = UsuarioFactory(administrador=True, nombre="Juan Pérez")
    for estado in ("Restauracion", "Pendiente_de_salida", "Salida"):
        Expediente.objects.cambiar_estado("04264817203", estado, por=jefa)

    pagina = impresa(f"{EXPEDIENTE}04264817203/change/")

    hoja = pagina.locator(".hoja").inner_text()
    for texto in ("04264817203", "Salida", "Ángela Muñoz", "55 1234 5678", "Quálitas", "15/01/2024", "Juan Pérez"):
        assert texto in hoja
    assert a_la_vista(pagina, ".firmas div") == ["Asesor", "Cliente: entrega la unidad", "Cliente: recibe la unidad"]
    assert a_la_vista(pagina, "nav, form, button, input, #header") == []
    assert hojas(pagina) == 1


def test_una_solicitud_es_una_hoja_que_se_firma(impresa):
    lugares = [parada(n, LugarFactory(nombre=f"Sede {n}"), es_origen=not n) for n in range(4)]
    solicitud = SolicitudFactory(lugares=lugares, asunto="Traslado del archivo")
    Solicitud.objects.aprobar(solicitud.pk, por=solicitud.aprobador, motivo="Hay unidad")

    pagina = impresa(f"/admin/solicitudes/solicitud/{solicitud.pk}/change/")

    hoja = pagina.locator(".hoja").inner_text()
    for texto in ("Traslado del archivo", "Sede 3", "Hay unidad", str(solicitud.solicitante), "Aprobada"):
        assert texto in hoja
    assert len(a_la_vista(pagina, ".firmas div")) == 3
    assert hojas(pagina) == 1


def test_una_lista_es_una_tabla_con_todas_sus_columnas(impresa):
    for n in range(20):
        ExpedienteFactory(completo=True, no_siniestro=f"SIN-{n:03}", fecha_ingreso=date(2024, 1, 1 + n))

    pagina = impresa(EXPEDIENTE)
    en_pantalla = pagina.locator("#result_list thead th:not(.action-checkbox-column)").count()

    assert pagina.locator("#result_list thead th:visible").count() == en_pantalla
    assert pagina.locator("#result_list tbody tr:visible").count() == 20
    assert pagina.locator("#result_list").bounding_box()["width"] > 0.95 * pagina.viewport_size["width"]
    assert a_la_vista(pagina, "nav, #toolbar, .filtros, .actions, .object-tools, .paginator, button") == []
    assert hojas(pagina) == 1


def test_en_la_pantalla_no_hay_hoja(impresa):
    ExpedienteFactory(no_siniestro="SIN-1")

    pagina = impresa(f"{EXPEDIENTE}SIN-1/change/")
    pagina.emulate_media(media="screen")

    expect(pagina.locator(".hoja")).to_be_hidden()
    expect(pagina.locator("#id_color")).to_be_visible()
