"""The job of a person who has a file of Excel, in a real browser: from the first page to all of it being here."""

import re

import pytest
from playwright.sync_api import expect

from catalogos.models import Aseguradora, Lugar
from expedientes.models import Expediente
from monitor.importacion.models import Importacion
from monitor.importacion.tests.ayuda import libro
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.una_vez


@pytest.fixture
def con_un_archivo(mano, servidor):
    """Return a function that takes a file to where its rows go, as far as the button that does it, and returns it."""

    def llevar(lista, modelo, archivo, contenido):
        mano.entrar(UsuarioFactory(administrador=True), servidor)
        mano.clic(mano.pagina.locator(f".model-{modelo}").get_by_role("link", name=lista).first)
        mano.clic(mano.pagina.get_by_role("link", name="Importar"))
        mano.subir(mano.pagina.get_by_label("Archivo de Excel"), archivo, contenido)
        return mano.pagina.get_by_role("button", name=re.compile("^Importar"))

    return llevar


def test_treinta_aseguradoras_de_un_libro_de_excel_y_deshacerlas(con_un_archivo, mano):
    contenido = libro(["Nombre"], *([f"Seguros {n}"] for n in range(30)))
    boton = con_un_archivo("Aseguradoras", "aseguradora", "aseguradoras.xlsx", contenido)
    expect(boton).to_have_value("Importar 30 filas")
    mano.clic(boton)

    expect(mano.pagina.locator(".messagelist li")).to_contain_text("30 nuevas")
    assert (Aseguradora.objects.count(), mano.clics <= 4, mano.paginas <= 4) == (30, True, True), mano.clics
    mano.clic(mano.pagina.get_by_role("button", name="Deshacer la importación"))
    expect(mano.pagina.locator(".messagelist li")).to_contain_text("Se deshizo")
    assert not Aseguradora.objects.vigentes().exists()


def test_los_363_lugares_que_no_tenian_codigo(con_un_archivo, mano):
    filas = "".join(f";Lugar {n};Calle {n}, colonia Centro;FALSO\r\n" for n in range(363))
    titulos = "Código;Nombre;Dirección;Es punto frecuente"
    boton = con_un_archivo("Lugares", "lugar", "lugares.csv", f"{titulos}\r\n{filas}".encode("cp1252"))
    expect(boton).to_have_value("Importar 363 filas")
    mano.clic(boton)

    expect(mano.pagina.locator(".messagelist li")).to_contain_text("363 nuevas")
    assert (Lugar.objects.filter(codigo=None).count(), mano.clics <= 4) == (363, True), mano.clics


def test_los_expedientes_del_ano_pasado_se_ven_avanzar(con_un_archivo, mano):
    """A long one: the page tells how far it is, without anything that the browser would have to ask for."""
    larga = "Granizo en el toldo. " * 10  # an import is a long one by its bytes
    filas = "".join(f"V-{n};Nissan;Cliente número {n};01/02/2025;Salida;{larga}\r\n" for n in range(150))
    titulos = "No. Siniestro;Marca;Nombre del cliente;Fecha de ingreso;Estado;Observaciones"
    boton = con_un_archivo("Expedientes", "expediente", "viejos.csv", f"\ufeff{titulos}\r\n{filas}".encode())
    expect(boton).to_have_value("Importar 150 filas")
    avances = mano.pagina.locator(".avance")
    expect(avances.first).to_contain_text("100 de 150 filas")
    expect(avances.last).to_contain_text("150 de 150 filas")
    expect(avances.last).to_be_hidden()
    mano.clic(boton)

    expect(mano.pagina.locator(".final")).to_contain_text("Se importó «viejos.csv»: 150 nuevas.")
    assert (Expediente.objects.filter(estado="Salida").count(), mano.clics <= 4) == (150, True), mano.clics
    mano.pagina.get_by_role("link", name="Ver lo importado").click()
    mano.clic(mano.pagina.get_by_role("button", name="Deshacer la importación"))
    expect(mano.pagina.locator(".final")).to_contain_text("Se deshizo la importación")
    assert (Expediente.objects.count(), Importacion.objects.get().deshecha_en is not None) == (0, True)
