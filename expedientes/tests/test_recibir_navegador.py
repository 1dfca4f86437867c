"""Receiving a unit in a real browser, as they do it at the counter: the claim number comes days later."""

import pytest
from playwright.sync_api import expect

from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from expedientes.tests.test_admin_navegador import mensaje, respuestas  # noqa: F401
from monitor.usuarios.tests.factories import UsuarioFactory

CLICS = 10  # the goal of the job, all eight boxes filled in

pytestmark = [pytest.mark.usefixtures("respuestas"), pytest.mark.una_vez]


@pytest.fixture
def en_el_mostrador(mano, servidor):
    AseguradoraFactory(nombre="HDI")
    AseguradoraFactory(nombre="AXA")
    mano.entrar(UsuarioFactory(), servidor)
    return mano


def recibida():
    return Expediente.objects.values_list(
        "placas", "marca", "modelo", "nombre_cliente", "telefono_cliente", "aseguradora__nombre", "observaciones"
    ).get()


NADA = "Al escribir las placas, aquí se dice si la unidad ya está en el taller o ya vino."
UNIDAD = ("ABC-12-34", "Nissan", "Versa", "Ángela Muñoz", "55 1234 5678", "AXA", "Llega en grúa")


def test_recibir_con_el_raton(en_el_mostrador, pagina):
    mano = en_el_mostrador
    pagina.set_viewport_size({"width": 1366, "height": 768})
    mano.clic(pagina.get_by_role("link", name="Recibir unidad"))
    # The boxes and the button are on one screen, and the first box has the cursor.
    for nombre in ("Placas:", "Observaciones:", "Fecha de entrega prometida:"):
        expect(pagina.get_by_label(nombre)).to_be_in_viewport(ratio=1)
    expect(pagina.get_by_role("button", name="Recibir unidad")).to_be_in_viewport(ratio=1)
    expect(pagina.get_by_label("Placas:")).to_be_focused()
    pagina.keyboard.type(UNIDAD[0])
    mano.escribir(pagina.get_by_label("Marca:"), UNIDAD[1])
    mano.escribir(pagina.get_by_label("Modelo:"), UNIDAD[2])
    mano.escribir(pagina.get_by_label("Nombre del cliente:"), UNIDAD[3])
    mano.escribir(pagina.get_by_label("Teléfono del cliente:"), UNIDAD[4])
    mano.elegir(pagina.get_by_label("Aseguradora:", exact=True), UNIDAD[5])
    mano.escribir(pagina.get_by_label("Observaciones:"), UNIDAD[6])
    mano.clic(pagina.get_by_role("button", name="Recibir unidad"))

    expect(mensaje(pagina)).to_contain_text("Se recibió la unidad con el número provisional TALLER-")
    assert recibida() == UNIDAD
    assert (mano.clics <= CLICS, mano.paginas) == (True, 2)  # the form, and the expediente


def test_recibir_con_el_teclado(en_el_mostrador, pagina):
    mano = en_el_mostrador
    mano.tabular(pagina.get_by_role("link", name="Recibir unidad"))
    mano.teclas("Enter")
    expect(pagina.get_by_label("Placas:")).to_be_focused()
    for nombre, valor in zip(
        ("Placas:", "Marca:", "Modelo:", "Nombre del cliente:", "Teléfono del cliente:", "Aseguradora:"),
        UNIDAD[:6],
        strict=True,
    ):
        mano.tabular(pagina.get_by_label(nombre, exact=True))
        pagina.keyboard.type(valor)
    mano.tabular(pagina.get_by_label("Fecha de entrega prometida:"))
    pagina.keyboard.type("24/12/2026")
    mano.tabular(pagina.get_by_label("Observaciones:"))
    pagina.keyboard.type(UNIDAD[6])
    mano.tabular(pagina.get_by_role("button", name="Recibir unidad"))
    mano.teclas("Enter")

    expect(mensaje(pagina)).to_contain_text("Se recibió la unidad")
    assert (recibida(), mano.clics) == (UNIDAD, 0)
    assert Expediente.objects.get().fecha_entrega.isoformat() == "2026-12-24"


def test_al_dejar_las_placas_se_sabe_quien_las_tiene(en_el_mostrador, pagina):
    mano = en_el_mostrador
    ExpedienteFactory(no_siniestro="SIN-1", placas="YEJ-790-X", nombre_cliente="<b>Ana</b>")
    pagina.goto("/admin/expedientes/expediente/recibir/")
    avisos = pagina.locator("#avisos-de-placas li")
    expect(avisos).to_have_text([NADA])
    alto = pagina.get_by_label("Marca:").bounding_box()["y"]

    pagina.keyboard.type("yej790x")
    mano.teclas("Tab")
    expect(avisos).to_have_text(["Ya está en el taller, con estas placas: SIN-1, <b>Ana</b>, Ingreso"])
    assert pagina.get_by_label("Marca:").bounding_box()["y"] == alto  # nothing moves while somebody clicks
    with pagina.context.expect_page() as otra:
        avisos.get_by_role("link").click()
    expect(otra.value).to_have_url(f"{pagina.url.partition('/admin')[0]}/admin/expedientes/expediente/SIN-1/change/")
    otra.value.close()

    mano.escribir(pagina.get_by_label("Placas:"), "OTRAS")
    mano.teclas("Tab")
    expect(avisos).to_have_text([NADA])
    mano.escribir(pagina.get_by_label("Placas:"), "YEJ 790 X")
    mano.teclas("Enter")  # a warning isn't in the way
    expect(mensaje(pagina)).to_contain_text("Se recibió la unidad")


def test_dos_clics_en_el_boton_reciben_una_unidad(en_el_mostrador, pagina):
    pagina.goto("/admin/expedientes/expediente/recibir/")
    pagina.keyboard.type("ABC-12-34")

    pagina.get_by_role("button", name="Recibir unidad").dblclick()

    expect(mensaje(pagina).first).to_contain_text("Se recibió la unidad")
    assert Expediente.objects.count() == 1


def test_poner_el_numero_de_la_aseguradora(en_el_mostrador, pagina):
    mano = en_el_mostrador
    expediente = Expediente.objects.recibir({"placas": "ABC"}, por=UsuarioFactory())
    pagina.goto(f"/admin/expedientes/expediente/{expediente.pk}/change/")

    mano.clic(pagina.get_by_role("link", name="Poner No. Siniestro"))
    expect(pagina.get_by_label("No. Siniestro:")).to_be_focused()
    pagina.keyboard.type("AXA/2026/9")
    mano.teclas("Enter")

    expect(mensaje(pagina)).to_contain_text(f"El expediente {expediente.pk} ahora es AXA/2026/9.")
    assert Expediente.objects.get().pk == "AXA/2026/9"
