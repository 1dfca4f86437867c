"""The text that a person typed, in a real browser, when the session ends, when somebody else is faster, and when they
leave."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.admin.verbs import RECUPERADO
from monitor.tests.mano import Mano
from monitor.tests.paciencia import esperar_a
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

pytestmark = pytest.mark.una_vez

URL = "/admin/expedientes/expediente/SIN-1/change/"


@pytest.fixture
def ana(servidor):
    return UsuarioFactory(username="ana", nombre="Ana Ruiz", administrador=True)


@pytest.fixture
def abierto(mano: Mano, servidor, ana):
    """The page of an expediente, on which Ana typed something."""
    ExpedienteFactory(no_siniestro="SIN-1", color="Rojo")
    mano.entrar(ana, servidor, URL)
    mano.escribir(mano.pagina.get_by_label("Color:"), "Azul")
    mano.escribir(mano.pagina.get_by_label("Observaciones:"), "Granizo")
    return mano.pagina


def guardar(pagina):
    pagina.get_by_role("button", name="Guardar", exact=True).click()


def identificarse(pagina, usuario):
    pagina.get_by_label("Usuario:").fill(usuario.username)
    pagina.get_by_label("Contraseña:").fill(CLAVE)
    pagina.get_by_role("button", name="Identificarse").click()


def avisos(pagina):
    return pagina.locator(".messagelist li")


def nada_pendiente(pagina):
    """Return whether the tab keeps nothing typed: the page's module says so a moment after its text is there. Django
    keeps there which filters are open."""
    return pagina.evaluate("Object.keys(sessionStorage).every(llave => llave.startsWith('django.'))")


def guardado():
    return Expediente.objects.values_list("color", "observaciones").get()


# --- The session ended ---


def test_quien_entra_de_nuevo_encuentra_lo_que_escribio(abierto, ana):
    Session.objects.all().delete()
    guardar(abierto)
    expect(abierto.get_by_text("Lo que escribió no se guardó")).to_be_visible()

    identificarse(abierto, ana)

    expect(avisos(abierto)).to_have_text(RECUPERADO)
    expect(abierto.get_by_label("Color:")).to_have_value("Azul")
    expect(abierto.get_by_label("Observaciones:")).to_have_value("Granizo")
    assert guardado() == ("Rojo", None)
    guardar(abierto)
    expect(abierto.locator("#result_list")).to_be_visible()
    assert guardado() == ("Azul", "Granizo")
    esperar_a(lambda: nada_pendiente(abierto))


def test_a_quien_es_otro_no_se_le_da_lo_que_no_escribio(abierto):
    Session.objects.all().delete()
    guardar(abierto)

    identificarse(abierto, UsuarioFactory(username="bea"))

    expect(abierto.get_by_label("Color:")).to_have_value("Rojo")
    expect(avisos(abierto)).to_have_count(0)
    esperar_a(lambda: nada_pendiente(abierto))
    assert guardado() == ("Rojo", None)


def test_lo_que_otro_cambio_mientras_tanto_se_elige(abierto, ana):
    Session.objects.all().delete()
    guardar(abierto)
    Expediente.objects.actualizar("SIN-1", {"color": "Verde"}, por=UsuarioFactory(nombre="María González"))

    identificarse(abierto, ana)

    expect(abierto.get_by_role("radiogroup", name="Color: con cuál se queda")).to_contain_text(
        "Tomar el de María González: «Verde»"
    )
    abierto.get_by_label("Dejar el suyo").check()
    guardar(abierto)
    expect(abierto.locator("#result_list")).to_be_visible()
    assert guardado() == ("Azul", "Granizo")


def test_una_solicitud_nueva_vuelve_con_sus_lugares(mano, servidor, ana):
    solicitud = SolicitudFactory(asunto="Viaje a la sede")
    mano.entrar(ana, servidor, f"/admin/solicitudes/solicitud/{solicitud.pk}/change/")
    pagina = mano.pagina
    pagina.get_by_role("button", name="Agregar lugar").click()
    pagina.get_by_label("indicaciones").last.fill("Por la puerta de atrás")
    Session.objects.all().delete()
    guardar(pagina)

    identificarse(pagina, ana)

    expect(avisos(pagina)).to_have_text(RECUPERADO)
    expect(pagina.locator(".paradas").get_by_label("indicaciones").last).to_have_value("Por la puerta de atrás")


def test_una_unidad_que_no_se_recibio_vuelve_y_se_recibe_una_vez(mano, servidor, ana):
    mano.entrar(ana, servidor, "/admin/expedientes/expediente/recibir/")
    pagina = mano.pagina
    pagina.get_by_label("Placas:").fill("YEJ-790-X")
    Session.objects.all().delete()
    pagina.get_by_role("button", name="Recibir unidad").click()

    identificarse(pagina, ana)

    expect(avisos(pagina)).to_have_text(RECUPERADO)
    expect(pagina.get_by_label("Placas:")).to_have_value("YEJ-790-X")
    assert not Expediente.objects.exists()
    pagina.get_by_role("button", name="Recibir unidad").click()
    expect(avisos(pagina)).to_contain_text("Se recibió la unidad")
    assert Expediente.objects.get().placas == "YEJ-790-X"


def test_el_motivo_vuelve_sin_decidir(mano, servidor, ana):
    solicitud = SolicitudFactory()
    mano.entrar(ana, servidor, f"/admin/solicitudes/solicitud/{solicitud.pk}/change/")
    pagina = mano.pagina
    pagina.get_by_role("button", name="Rechazar…").click()
    pagina.get_by_label("Motivo:").fill("No hay unidad")
    Session.objects.all().delete()
    pagina.get_by_role("button", name="Rechazar", exact=True).click()

    identificarse(pagina, ana)

    expect(pagina.get_by_label("Motivo:")).to_have_value("No hay unidad")
    assert Solicitud.objects.get().estado_id == 1


def test_las_claves_no_se_guardan_en_el_navegador(mano, servidor, ana):
    mano.entrar(ana, servidor, "/admin/usuarios/usuario/add/")
    pagina = mano.pagina
    pagina.locator("[name=username]").fill("bea")
    for clave in pagina.locator("[type=password]").all():
        clave.fill("mesa-redonda-58")
    Session.objects.all().delete()
    guardar(pagina)
    expect(pagina.get_by_label("Usuario:")).to_be_visible()

    guardado = pagina.evaluate("JSON.stringify(sessionStorage)")
    assert "bea" in guardado
    assert "mesa-redonda-58" not in guardado


def test_salir_olvida_lo_que_no_llego(abierto, ana):
    abierto.context.clear_cookies(name="csrftoken")
    guardar(abierto)
    expect(abierto.get_by_role("heading", name="El formulario caducó")).to_be_visible()
    abierto.goto("/admin/")
    abierto.get_by_role("button", name="Cerrar sesión").click()

    esperar_a(lambda: nada_pendiente(abierto))


# --- The token of the form is lost ---


def test_sin_token_de_csrf_el_formulario_vuelve_lleno(abierto):
    abierto.context.clear_cookies(name="csrftoken")
    guardar(abierto)

    abierto.get_by_role("link", name="volver al formulario").click()

    expect(avisos(abierto)).to_have_text(RECUPERADO)
    expect(abierto.get_by_label("Color:")).to_have_value("Azul")
    guardar(abierto)
    expect(abierto.locator("#result_list")).to_be_visible()
    assert guardado() == ("Azul", "Granizo")


# --- Somebody else is faster ---


def test_dos_que_cambian_lo_mismo_eligen_con_dos_clics(abierto, mano):
    Expediente.objects.actualizar("SIN-1", {"color": "Verde"}, por=UsuarioFactory(nombre="María González"))
    mano.clics = 0
    mano.clic(abierto.get_by_role("button", name="Guardar", exact=True))
    mano.clic(abierto.get_by_label("Tomar el de María González: «Verde»"))
    mano.clic(abierto.get_by_role("button", name="Guardar", exact=True))

    expect(abierto.locator("#result_list")).to_be_visible()
    assert (guardado(), mano.clics) == (("Verde", "Granizo"), 3)


def test_boton_de_estado_de_una_pagina_vieja_se_pulsa_dos_veces(abierto):
    Expediente.objects.cambiar_estado("SIN-1", "Restauracion", por=UsuarioFactory(nombre="María González"))
    abierto.get_by_role("button", name="Pendiente de salida").click()
    expect(abierto.locator(".errorlist")).to_contain_text("Estado: Ingreso → Restauración (María González, hace")

    abierto.get_by_role("button", name="Pendiente de salida").click()

    expect(avisos(abierto)).to_have_text("El expediente pasó a Pendiente de salida.")
    assert guardado() == ("Azul", "Granizo")


def test_aprobar_guarda_antes_lo_que_se_cambio(mano, servidor, ana):
    solicitud = SolicitudFactory()
    mano.entrar(ana, servidor, f"/admin/solicitudes/solicitud/{solicitud.pk}/change/")
    pagina = mano.pagina
    mano.escribir(pagina.locator("#id_observaciones"), "Con silla de ruedas")
    mano.clic(pagina.get_by_role("button", name="Aprobar…"))
    mano.clic(pagina.get_by_role("button", name="Aprobar", exact=True))

    expect(avisos(pagina)).to_contain_text("Se aprobaron: 1 solicitud.")
    assert Solicitud.objects.values_list("observaciones", "estado_id").get() == ("Con silla de ruedas", 2)


# --- Leaving ---


@pytest.fixture
def preguntas(mano):
    """The list of what the browser asked before it left a page; it stays."""
    dichas = []

    def quedarse(dialogo):
        dichas.append(dialogo.type)
        dialogo.dismiss()

    mano.pagina.on("dialog", quedarse)
    return dichas


def test_salir_de_un_formulario_cambiado_pregunta(abierto, preguntas):
    abierto.get_by_role("link", name="Inicio").first.click()

    expect(abierto.get_by_label("Color:")).to_have_value("Azul")
    assert preguntas == ["beforeunload"]


def test_salir_de_un_formulario_intacto_o_guardarlo_no_pregunta(abierto, preguntas):
    guardar(abierto)
    expect(abierto.locator("#result_list")).to_be_visible()
    abierto.goto(URL)
    abierto.get_by_label("Color:").focus()
    abierto.get_by_role("link", name="Inicio").first.click()

    expect(abierto.locator(".app-list, #content-main .module").first).to_be_visible()
    assert preguntas == []


def test_salir_de_un_formulario_que_volvio_con_errores_pregunta(abierto, preguntas):
    abierto.get_by_label("Correo del cliente:").fill("sin arroba")
    guardar(abierto)
    expect(abierto.locator(".errorlist").first).to_be_visible()

    abierto.get_by_role("link", name="Inicio").first.click()

    expect(abierto.get_by_label("Color:")).to_have_value("Azul")
    assert preguntas == ["beforeunload"]
