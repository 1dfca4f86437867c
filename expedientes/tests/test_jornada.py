"""Jobs of a working day at the front desk, in a real browser: each has a most of clicks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.una_vez

LISTA = "/admin/expedientes/expediente/"


@pytest.fixture
def en_el_mostrador(mano, servidor):
    """Give the hand of somebody at the first page, and the page."""

    def sentarse(usuario=None):
        mano.entrar(usuario or UsuarioFactory(), servidor)
        return mano, mano.pagina

    return sentarse


def test_hallar_por_placa_marcar_dos_documentos_y_pasar_a_pendiente(en_el_mostrador):
    ExpedienteFactory(no_siniestro="SIN-1", placas="YEJ-790-X")
    ExpedienteFactory(no_siniestro="SIN-2", placas="VFA-521-P")
    mano, pagina = en_el_mostrador()

    mano.clic(pagina.locator(".model-expediente").get_by_role("link", name="Expedientes"))
    mano.escribir(pagina.locator("#searchbar"), "790")
    mano.teclas("Enter")
    mano.clic(pagina.get_by_role("link", name="SIN-1"))
    mano.clic(pagina.get_by_role("radiogroup", name="Orden de admisión").get_by_label("Sí"))
    mano.clic(pagina.get_by_role("radiogroup", name="Finiquito").get_by_label("Sí"))
    mano.clic(pagina.get_by_role("button", name="Pendiente de salida"))

    expect(pagina.locator(".messagelist li")).to_contain_text("pasó a Pendiente de salida")
    expediente = Expediente.objects.get(pk="SIN-1")
    assert (expediente.estado, expediente.documentos_que_faltan) == ("Pendiente_de_salida", 6)
    assert (mano.clics <= 6, mano.paginas <= 5) == (True, True), (mano.clics, mano.paginas)


@pytest.mark.parametrize(
    ("cifra", "claves"), [("atrasados", ["TARDE", "AYER"]), ("en Restauración", ["VIEJO", "NUEVO"])]
)
def test_cuales_estan_atrasados_y_cuales_llevan_mas_en_restauracion(en_el_mostrador, cifra, claves):
    hoy = timezone.localdate()
    for clave, dias in {"AYER": 1, "TARDE": 9}.items():
        ExpedienteFactory(no_siniestro=clave, fecha_entrega=hoy - timedelta(days=dias))
    for clave, dias in {"NUEVO": 0, "VIEJO": 5}.items():
        ExpedienteFactory(no_siniestro=clave, fecha_entrega=hoy + timedelta(days=1))
        Expediente.objects.cambiar_estado(clave, "Restauracion", por=UsuarioFactory())
        Expediente.objects.filter(pk=clave).update(en_estado_desde=timezone.now() - timedelta(days=dias))
    mano, pagina = en_el_mostrador()

    mano.clic(pagina.locator(".cifras").get_by_role("link", name=cifra))

    expect(pagina.locator("#result_list .field-no_siniestro")).to_have_text(claves)
    assert mano.clics == 1


def test_quien_cambio_el_telefono_del_cliente(mano, servidor):
    """A program changed it among many other changes, more than fit in the first page of the line of time."""
    ana, programa = UsuarioFactory(nombre="Ana Ruiz"), UsuarioFactory(nombre="Sistema de AXA")
    expediente = ExpedienteFactory(no_siniestro="SIN-1", telefono_cliente="555-0100", por=ana)
    Expediente.objects.actualizar(expediente.pk, {"telefono_cliente": "555-0199"}, por=programa)
    for n in range(30):
        Expediente.objects.actualizar(expediente.pk, {"color": f"color {n}"}, por=ana)
    mano.entrar(ana, servidor, LISTA)
    pagina = mano.pagina

    mano.clic(pagina.get_by_role("link", name="SIN-1"))
    mano.elegir(pagina.get_by_label("Campo:"), "Teléfono del cliente")

    filas = pagina.locator("#linea tbody tr")
    expect(filas).to_have_count(2)
    expect(filas.first).to_contain_text("Sistema de AXA")
    expect(filas.first).to_contain_text("Teléfono del cliente: 555-0100 → 555-0199")
    assert mano.clics <= 3
