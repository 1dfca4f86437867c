"""The checklist, the survey and the comments in a real browser: a telephone beside the car, and a finger that signs."""

import pytest
from playwright.sync_api import expect

from expedientes.checklist.models import Checklist
from expedientes.comentarios.models import Comentario
from expedientes.levantamientos.models import Levantamiento
from expedientes.tests.anexos import ComentarioFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.tests.mano import Mano
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.una_vez

TELEFONO = {"width": 360, "height": 740}
BASE = "/admin/expedientes/expediente/SIN-1/"


@pytest.fixture
def raul(servidor):
    ExpedienteFactory(no_siniestro="SIN-1", marca="Nissan", modelo="Versa")
    return UsuarioFactory(username="raul", nombre="Raúl Díaz", rol="Tecnico")


def test_junto_al_auto_se_revisa_se_firma_y_queda(mano: Mano, servidor, raul):
    pagina = mano.pagina
    pagina.set_viewport_size(TELEFONO)
    mano.entrar(raul, servidor, f"{BASE}checklist/")
    primero, segundo = (pagina.locator(".punto").nth(i) for i in (0, 1))

    for marca in ("MA", "OK"):
        mano.clic(primero.get_by_text(marca, exact=True))
    for _ in range(2):  # the second press takes the mark off
        mano.clic(segundo.get_by_text("RE", exact=True))
    lienzo = pagina.locator("#firma")
    lienzo.scroll_into_view_if_needed()
    caja = lienzo.bounding_box()
    pagina.mouse.move(caja["x"] + 20, caja["y"] + 20)
    pagina.mouse.down()
    pagina.mouse.move(caja["x"] + 150, caja["y"] + 60)
    pagina.mouse.up()
    mano.clic(pagina.get_by_role("button", name="Guardar"))

    expect(pagina.get_by_text("Se guardó: checklist de salida de SIN-1.")).to_be_visible()
    checklist = Checklist.objects.get()
    assert list(checklist.items.values_list("valor", flat=True)[:2]) == ["OK", None]
    assert checklist.firma_quien_recibe.startswith("data:image/png;base64,")
    assert pagina.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # What was signed is drawn again, and is erased with a press.
    dibujado = "document.getElementById('firma').getContext('2d').getImageData(0, 0, 600, 200).data.some(Boolean)"
    pagina.wait_for_function(dibujado)
    mano.clic(pagina.get_by_role("button", name="Borrar firma"))
    mano.clic(pagina.get_by_role("button", name="Guardar"))
    pagina.wait_for_function(f"!({dibujado})")
    checklist.refresh_from_db()
    assert checklist.firma_quien_recibe is None


def test_el_total_se_ve_mientras_se_escribe(mano: Mano, servidor, raul):
    pagina = mano.pagina
    mano.entrar(raul, servidor, f"{BASE}levantamiento/")

    for renglon, (concepto, costo) in enumerate([("Fascia", "1,500.50"), ("Descuento", "-0.6")], start=1):
        mano.escribir(pagina.get_by_label(f"Concepto, renglón {renglon}", exact=True), concepto)
        mano.escribir(pagina.get_by_label(f"Costo, renglón {renglon}", exact=True), costo)
    expect(pagina.locator("#total")).to_have_text("$1,499.90")
    dudoso = pagina.get_by_label("Costo, renglón 3", exact=True)
    for costo in ("12,50", "1 2", "1,2,3"):
        mano.escribir(dudoso, costo)
        expect(pagina.locator("#total")).to_have_text("$1,499.90")
        expect(dudoso).to_have_attribute("aria-invalid", "true")
    dudoso.fill("")
    expect(pagina.locator("[aria-invalid]")).to_have_count(0)
    mano.clic(pagina.get_by_role("button", name="Agregar renglón"))
    mano.escribir(pagina.get_by_label("Concepto, renglón 6"), "Pintura")
    mano.clic(pagina.get_by_role("button", name="Guardar"))

    expect(pagina.get_by_text("Se guardó: levantamiento de daños de SIN-1.")).to_be_visible()
    assert list(Levantamiento.objects.get().conceptos.values_list("concepto", flat=True)) == [
        *("Fascia", "Descuento", "Pintura")
    ]


def test_se_comenta_con_dos_clics(mano: Mano, servidor, raul):
    pagina = mano.pagina
    mano.entrar(raul, servidor, f"{BASE}change/")

    mano.escribir(pagina.get_by_label("Comentario nuevo"), "Llegó la fascia")
    mano.clic(pagina.get_by_role("button", name="Comentar"))

    expect(pagina.locator(".dicho")).to_have_text("Llegó la fascia")
    assert (mano.clics, Comentario.objects.get().usuario) == (2, raul)


def test_un_comentario_se_elimina_con_dos_toques_y_se_dice_ahi(mano: Mano, servidor):
    ComentarioFactory(no_siniestro=ExpedienteFactory(no_siniestro="SIN-1").pk, comentario="Llegó la fascia")
    pagina = mano.pagina
    pagina.set_viewport_size(TELEFONO)
    mano.entrar(UsuarioFactory(administrador=True), servidor, f"{BASE}change/")
    quitar = pagina.locator("#comentarios .quitar summary")
    assert quitar.bounding_box()["height"] >= 24

    mano.clic(quitar)
    assert Comentario.objects.exists()
    Comentario.objects.all().delete()
    mano.clic(pagina.get_by_role("button", name="Sí, eliminar"))

    expect(pagina.locator("#comentarios").get_by_text("Comentario no encontrado")).to_be_in_viewport()
    assert mano.clics == 2
