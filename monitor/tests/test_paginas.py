"""Every kind of page, in a browser that obeys our policies: nothing that a page needs is refused, and none has a script
or a style of its own for which a policy would have to give way. The API's own page is in
`monitor/api/tests/test_openapi.py`."""

from urllib.parse import quote

import pytest
from django.contrib.admin import site
from django.urls import reverse
from playwright.sync_api import expect
from post_office.models import Email

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests import mundo
from monitor.tests.mano import Mano
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

pytestmark = pytest.mark.una_vez

VISTAS_DE_TODOS = ("changelist", "add")
VISTAS_DE_UNO = ("change", "delete", "history")
SUELTAS = (
    "/",
    "/admin/",
    "/admin/password_change/",
    "/admin/password_change/done/",
    "/admin/no/existe/",
    "/admin/buscar/?q=SIN",
    "/admin/expedientes/expediente/importar/",
    "/admin/panel/",
    "/admin/expedientes/expediente/?nada=1",
    "/admin/expedientes/expediente/add/?_popup=1",
    "/admin/solicitudes/solicitud/add/?_popup=1",
    "/admin/expedientes/expediente/recibir/",
    f"/admin/expedientes/expediente/{quote(mundo.CLAVE)}/no-siniestro/",
)


def poblar():
    """Make rows of every kind, and return an administrator who may see them."""
    maria = mundo.crear().maria
    SolicitudFactory()  # with its mails
    ExpedienteFactory(no_siniestro="ARCHIVADO", completo=True)
    Expediente.objects.archivar("ARCHIVADO", por=maria)
    return maria


@pytest.fixture
def persona(transactional_db):
    return poblar()


def filas():
    """Return a row of each model of the admin that has one."""
    propias = {Expediente: mundo.CLAVE, ExpedienteArchivado: ExpedienteArchivado.objects.get().pk}
    for modelo in site._registry:
        fila = modelo._default_manager.first()
        if fila is not None:
            yield modelo, propias.get(modelo, fila.pk)


def paginas():
    """Return every page of the admin that exists for some row, and those that are of none."""
    rutas = {f"/admin/{modelo._meta.app_label}/" for modelo in site._registry}
    rutas |= {reverse(f"admin:{v}") for propio in site._registry.values() for _, v in getattr(propio, "en_el_menu", ())}
    for modelo in site._registry:
        prefijo = f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}"
        rutas |= {reverse(f"{prefijo}_{vista}") for vista in VISTAS_DE_TODOS}
    for modelo, clave in filas():
        prefijo = f"admin:{modelo._meta.app_label}_{modelo._meta.model_name}"
        rutas |= {reverse(f"{prefijo}_{vista}", args=[clave]) for vista in VISTAS_DE_UNO}
    return [*SUELTAS, *sorted(rutas)]


@pytest.mark.lenta
def test_ninguna_pagina_necesita_lo_que_su_politica_niega(pagina, servidor, persona):
    """The fixture `pagina` fails the test for any error in the console. No page asks another host for anything, and
    none is wider than a phone."""
    Mano(pagina).entrar(persona, servidor)
    ajenas = []
    pagina.on("request", lambda pedida: pedida.url.startswith((servidor, "data:")) or ajenas.append(pedida.url))
    pagina.set_viewport_size({"width": 360, "height": 740})
    vistas = paginas()
    assert len(vistas) > 50
    for ruta in vistas:
        recibida = pagina.goto(ruta)
        assert recibida.status in (200, 403, 404), ruta
        assert "frame-ancestors 'none'" in recibida.headers["content-security-policy"], ruta
        assert pagina.evaluate("document.documentElement.scrollWidth") <= 360, ruta
    assert ajenas == []


@pytest.mark.lenta
def test_lo_que_hacen_los_guiones_del_admin_tampoco(pagina, servidor, persona):
    """Menus, calendars, windows and rows that scripts add."""
    Mano(pagina).entrar(persona, servidor, "/admin/solicitudes/solicitud/add/")
    agregar = pagina.locator(".add-row a")
    if agregar.count():
        agregar.first.click()
    for atajo in pagina.locator(".datetimeshortcuts a").all()[:4]:
        atajo.click()
    pagina.locator("#toggle-nav-sidebar").click()
    pagina.locator(".theme-toggle").first.click()
    pagina.goto("/admin/expedientes/expediente/")
    pagina.locator("#action-toggle").check()
    pagina.get_by_label("Acción:").select_option(value="delete_selected")
    pagina.get_by_role("button", name="Ejecutar").click()
    expect(pagina.get_by_role("button", name="Sí, archivar")).to_be_visible()
    solicitud = Solicitud.objects.get(aprobador=persona)
    pagina.goto(f"/admin/solicitudes/solicitud/{solicitud.pk}/change/")
    pagina.get_by_role("button", name="Rechazar…").click()
    expect(pagina.get_by_label("Motivo:")).to_be_visible()


@pytest.mark.lenta
def test_un_correo_se_ve_con_sus_estilos_y_sin_guiones(navegador, servidor, persona):
    correo = Email.objects.first()
    correo.html_message += '<script>top.document.title = "tomado"</script>'
    correo.save()
    with navegador.new_context(base_url=servidor, locale="es-MX") as contexto:
        pagina = contexto.new_page()
        Mano(pagina).entrar(persona, servidor)
        with pagina.expect_console_message(lambda mensaje: mensaje.text.startswith("Blocked script execution")):
            pagina.goto(f"/admin/post_office/email/{correo.pk}/change/")

        dentro = pagina.frame_locator("iframe[title=Correo]")
        expect(dentro.locator("h1")).to_have_css("font-size", "20px")
        assert "tomado" not in pagina.title()


@pytest.mark.lenta
def test_un_guion_que_se_colara_no_corre(navegador, servidor, persona):
    """A hole in a template would still do nothing: the browser refuses what is written in the page."""
    with navegador.new_context(base_url=servidor, locale="es-MX") as contexto:
        pagina = contexto.new_page()
        Mano(pagina).entrar(persona, servidor)
        with pagina.expect_console_message(lambda mensaje: "Content Security Policy" in mensaje.text):
            pagina.evaluate(
                """() => {
                    const guion = document.createElement("script");
                    guion.textContent = "window.tomado = 1";
                    document.body.append(guion);
                    document.body.insertAdjacentHTML("beforeend", '<a id="trampa" onclick="window.tomado = 2">x</a>');
                    document.getElementById("trampa").click();
                }"""
            )

        assert pagina.evaluate("window.tomado") is None
