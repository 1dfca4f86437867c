"""Jobs of a working day with expedientes, in a real browser, with the clicks that a person needs."""

from playwright.sync_api import expect

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory

LISTA = "/admin/expedientes/expediente/"


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
