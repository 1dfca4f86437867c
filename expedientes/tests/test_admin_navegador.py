"""A working day in a real browser, against the real server. Whatever a page asks for exists, and nothing comes from
outside."""

import re

import pytest
from playwright.sync_api import expect

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory

pytestmark = pytest.mark.una_vez

LISTA = "/admin/expedientes/expediente/"
ANCHOS = (1280, 1366)  # of the commonest screens


@pytest.fixture
def respuestas(pagina, servidor):
    """Give the list of what pages asked for that didn't exist or wasn't ours, and check at the end that it is empty."""
    malas = []
    pagina.on("response", lambda r: malas.append((r.status, r.url)) if r.status >= 400 else None)
    pagina.on("request", lambda r: malas.append(("ajena", r.url)) if not r.url.startswith(servidor) else None)
    yield malas
    assert malas == []


def mensaje(pagina):
    return pagina.locator(".messagelist li")


def test_un_dia_de_trabajo(pagina, respuestas):
    pagina.goto("/admin/")
    pagina.get_by_label("Usuario:").fill(UsuarioFactory(administrador=True).username)
    pagina.get_by_label("Contraseña:").fill(CLAVE)
    pagina.get_by_role("button", name="Identificarse").click()
    pagina.get_by_role("link", name="Agregar").first.click()
    pagina.get_by_label("No. Siniestro:").fill("SIN/2024/9")
    pagina.get_by_label("Marca:").fill("<script>alert(1)</script>")
    pagina.locator(".field-fecha_ingreso .datetimeshortcuts a").first.click()
    # An insurer that doesn't exist yet is added without leaving the form.
    with pagina.expect_popup() as ventana:
        pagina.locator("#add_id_aseguradora").click()
    ventana.value.get_by_label("Nombre:").fill("Quálitas")
    ventana.value.get_by_role("button", name="Guardar", exact=True).click()
    expect(pagina.get_by_label("Aseguradora:", exact=True).locator("option:checked")).to_have_text("Quálitas")
    pagina.get_by_role("button", name="Guardar", exact=True).click()

    pagina.get_by_role("link", name="SIN/2024/9").last.click()
    pagina.get_by_label("Observaciones:").fill("Granizo\nen el toldo")
    pagina.get_by_role("button", name="Restauración").click()
    expect(mensaje(pagina)).to_have_text("El expediente pasó a Restauración.")
    expect(pagina.locator(".historial tbody tr").first).to_contain_text("Estado: Ingreso → Restauración")
    expediente = Expediente.objects.select_related("aseguradora").get()
    assert (expediente.marca, expediente.observaciones, expediente.estado, expediente.aseguradora.nombre) == (
        "<script>alert(1)</script>", "Granizo\nen el toldo", "Restauracion", "Quálitas"
    )  # fmt: skip
    assert expediente.fecha_ingreso is not None

    pagina.get_by_text("Archivar", exact=True).click()  # a link that Django 6.1 calls a button
    pagina.get_by_role("button", name="Sí, archivar").click()
    pagina.get_by_role("link", name="Expedientes archivados").click()
    pagina.get_by_role("link", name="SIN/2024/9").click()
    expect(pagina.locator("dd", has_text="<script>alert(1)</script>")).to_be_visible()
    assert (Expediente.objects.count(), ExpedienteArchivado.objects.count()) == (0, 1)


def test_la_tecla_entrar_guarda_sin_cambiar_de_estado(mano, pagina, servidor, respuestas):
    ExpedienteFactory(no_siniestro="SIN-1")
    mano.entrar(UsuarioFactory(), servidor, f"{LISTA}SIN-1/change/")

    pagina.get_by_label("Marca:").fill("Audi")
    pagina.get_by_label("Marca:").press("Enter")

    expect(mensaje(pagina)).to_have_text("Se guardó: SIN-1.")
    assert Expediente.objects.values_list("marca", "estado").get() == ("Audi", "Ingreso")


def test_cambiar_el_estado_de_varios_desde_la_lista(mano, pagina, servidor, respuestas):
    for clave in ("A", "B", "C"):
        ExpedienteFactory(no_siniestro=clave)
    mano.entrar(UsuarioFactory(), servidor, LISTA)

    for clave in ("A", "C"):
        pagina.get_by_role("row", name=re.compile(rf"\b{clave}\b")).get_by_role("checkbox").check()
    expect(pagina.locator(".action-counter")).to_contain_text("2 de 3")
    pagina.get_by_label("Acción:").select_option(label="Pasar a Salida")
    pagina.get_by_role("button", name="Ejecutar").click()

    expect(mensaje(pagina)).to_have_text("Pasaron a Salida: 2 expedientes.")
    assert dict(Expediente.objects.values_list("pk", "estado")) == {"A": "Salida", "B": "Ingreso", "C": "Salida"}


def test_lo_que_se_ve_al_guardar_queda_a_la_vista(mano, pagina, servidor, respuestas):
    """The buttons don't scroll away, and the columns of the list fit a common screen."""
    ExpedienteFactory(
        completo=True,
        no_siniestro="04264817203",
        nombre_cliente="Transportes del Bajío, S.A. de C.V.",
        aseguradora=AseguradoraFactory(nombre="Qualitas"),
        estado="Pendiente_de_salida",
    )
    mano.entrar(UsuarioFactory(), servidor, f"{LISTA}04264817203/change/")
    for ancho in ANCHOS:
        pagina.set_viewport_size({"width": ancho, "height": 768})
        expect(pagina.get_by_role("button", name="Guardar", exact=True)).to_be_in_viewport()
    pagina.goto(LISTA)
    for ancho in ANCHOS:
        pagina.set_viewport_size({"width": ancho, "height": 768})
        expect(pagina.locator("#result_list .field-entrega")).to_be_in_viewport(ratio=1)
