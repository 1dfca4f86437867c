"""Jobs of a working day with solicitudes, in a real browser, with the clicks that a person needs."""

import pytest
from playwright.sync_api import expect

from catalogos.tests.factories import (
    DepartamentoFactory,
    LugarFactory,
    TipoPrioridadSolicitudFactory,
    TipoServicioSolicitudFactory,
)
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory, manana

ESPERAN = "Esperan mi decisión"

pytestmark = pytest.mark.una_vez


@pytest.fixture
def taller(transactional_db):
    """The rows to choose from, two of each kind, so that none is chosen by itself."""
    UsuarioFactory(nombre="María González")
    for departamento in ("Logística", "Compras"):
        DepartamentoFactory(nombre=departamento)
    for prioridad in ("Normal", "Urgente"):
        TipoPrioridadSolicitudFactory(nombre=prioridad)
    for servicio in ("Transporte de personal", "Carga"):
        TipoServicioSolicitudFactory(nombre=servicio)
    for lugar in ("Sede Central", "Oficina Regional Norte", "Almacén de Ñuñoa"):
        LugarFactory(nombre=lugar)


def lugar(pagina, n):
    return pagina.get_by_label("Lugar:").nth(n)


def guardar(mano):
    mano.clic(mano.pagina.get_by_role("button", name="Guardar", exact=True))


def recorrido(solicitud):
    return [
        (p.lugar.nombre, p.es_origen, p.hora_retorno and f"{p.hora_retorno:%H:%M}") for p in solicitud.lugares_en_orden
    ]


def pedir(mano, *, primera):
    """Ask for transport from the first page; the first time, all is chosen."""
    pagina = mano.pagina
    mano.clic(pagina.get_by_role("row", name="Solicitudes").get_by_role("link", name="Agregar"))
    if primera:
        mano.elegir(pagina.get_by_label("Departamento:"), "Logística")
        mano.elegir(pagina.get_by_label("Aprobador:"), "María González")
        mano.elegir(pagina.get_by_label("Tipo de servicio:"), "Carga")
        mano.elegir(pagina.get_by_label("Prioridad:"), "Normal")
    mano.escribir(pagina.get_by_label("Asunto:"), "Refacciones a la sede")
    mano.escribir(pagina.get_by_label("Fecha del servicio:"), f"{manana():%d/%m/%Y}")
    mano.escribir(pagina.get_by_label("Hora del servicio:"), "8:00")
    mano.escribir(lugar(pagina, 0), "sede")
    mano.escribir(lugar(pagina, 1), "regional")
    mano.clic(pagina.get_by_role("button", name="Agregar lugar"))
    expect(lugar(pagina, 2)).to_be_focused()
    pagina.keyboard.type("nunoa")
    mano.escribir(pagina.get_by_label("regresa a Sede Central, a las").last, "17:30")
    guardar(mano)
    expect(pagina.locator(".messagelist .success")).to_contain_text("Se agregó: SOL-")


def test_pedir_transporte_con_tres_lugares_y_regreso(mano, servidor, taller):
    juan = UsuarioFactory(nombre="Juan Pérez", tecnico=True)
    mano.entrar(juan, servidor)

    pedir(mano, primera=True)

    solicitud = Solicitud.objects.get()
    assert (solicitud.solicitante, str(solicitud.aprobador), solicitud.cantidad_pasajeros) == (
        juan,
        "María González",
        1,
    )
    assert recorrido(solicitud) == [
        ("Sede Central", True, None), ("Oficina Regional Norte", False, None), ("Almacén de Ñuñoa", False, "17:30")
    ]  # fmt: skip
    assert mano.clics <= 18

    mano.pagina.goto("/admin/")
    mano.clics = 0
    pedir(mano, primera=False)
    assert mano.clics <= 10


def test_los_lugares_se_agregan_se_mueven_y_se_quitan_sin_volver_a_cargar(mano, servidor):
    jefa = UsuarioFactory(administrador=True)
    solicitud = SolicitudFactory(solicitante=jefa)
    a, _ = (parada.lugar.nombre for parada in solicitud.lugares_en_orden)
    c = LugarFactory(nombre="Zacatecas").nombre
    mano.entrar(jefa, servidor, f"/admin/solicitudes/solicitud/{solicitud.pk}/change/")
    pagina = mano.pagina

    mano.clic(pagina.get_by_role("button", name="Agregar lugar"))
    expect(lugar(pagina, 2)).to_be_focused()
    pagina.keyboard.type("zaca")
    mano.teclas("Enter")
    expect(lugar(pagina, 2)).to_have_value(c)
    expect(lugar(pagina, 3)).to_be_focused()
    mano.arrastrar(pagina.get_by_role("button", name=f"Mover {c}"), pagina.get_by_role("button", name=f"Mover {a}"))
    expect(lugar(pagina, 0)).to_have_value(c)
    pagina.get_by_role("button", name=f"Mover {a}").focus()
    mano.teclas("ArrowDown")
    expect(pagina.get_by_role("button", name=f"Mover {a}")).to_be_focused()
    mano.clic(pagina.get_by_role("button", name="Quitar").nth(1))
    guardar(mano)

    expect(pagina.locator(".messagelist .success")).to_contain_text("Se guardó")
    assert mano.paginas == 1
    assert [(nombre, origen) for nombre, origen, _ in recorrido(Solicitud.objects.get())] == [
        (c, True), (a, False)
    ]  # fmt: skip


def test_aprobar_una_y_rechazar_otra_con_motivo(mano, servidor):
    maria = UsuarioFactory(nombre="María González")
    una, otra = SolicitudFactory(aprobador=maria), SolicitudFactory(aprobador=maria)
    SolicitudFactory()
    mano.entrar(maria, servidor)
    pagina = mano.pagina

    mano.clic(pagina.get_by_role("link", name="2 esperan mi decisión"))
    mano.clic(pagina.get_by_role("link", name=una.codigo))
    mano.clic(pagina.get_by_role("button", name="Aprobar…"))
    expect(pagina.locator(".decision")).to_contain_text("08:00 h")
    mano.clic(pagina.get_by_role("button", name="Aprobar"))
    mano.clic(pagina.get_by_role("link", name=otra.codigo))
    mano.clic(pagina.get_by_role("button", name="Rechazar…"))
    expect(pagina.get_by_label("Motivo:")).to_be_focused()
    pagina.keyboard.type("No hay unidad")
    mano.clic(pagina.get_by_role("button", name="Rechazar"))

    expect(pagina.get_by_role("link", name=f"{ESPERAN}: 0")).to_be_visible()
    assert pagina.url.endswith("?pendientes=mias")
    una.refresh_from_db(), otra.refresh_from_db()
    assert (una.estado.nombre, otra.estado.nombre) == ("Aprobada", "Rechazada")
    assert otra.historico.last().motivo == "No hay unidad"
    assert mano.clics <= 8
