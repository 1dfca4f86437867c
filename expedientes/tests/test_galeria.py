"""The gallery on an expediente's page: what it shows, to whom, and what a person does there with mouse, keyboard and
phone."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.conftest import almacen  # noqa: F401
from expedientes.evidencias.tests.factories import EvidenciaFactory
from expedientes.evidencias.tests.formas import FOTO, con_archivo, subida, subir
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api, respuesta
from monitor.archivos.tests.muestras import PDF, imagen
from monitor.tests.formularios import campos_de
from monitor.usuarios.tests.factories import UsuarioFactory

PAGINA = "/admin/expedientes/expediente/SIN_2F1/change/"
RUTA = "/admin/expedientes/expediente/SIN_2F1/evidencia"


@pytest.fixture
def expediente(db):
    return ExpedienteFactory(no_siniestro="SIN/1")


def test_muestra_cada_una_con_lo_que_se_sabe(client, como_operador, expediente, almacen):  # noqa: F811
    foto = subida(Api(como_operador), "SIN/1", con_archivo(FOTO, "golpe <b>.jpg"))
    papel = subida(Api(como_operador), "SIN/1", con_archivo(PDF, "póliza.pdf"))

    pagina = client.get(PAGINA).content.decode()

    assert "Fotos y documentos (2)" in pagina
    assert "golpe &lt;b&gt;.jpg" in pagina
    assert f'src="{RUTA}/{foto["id"]}/miniatura/"' in pagina
    assert f'href="{RUTA}/{papel["id"]}/archivo/" data-imagen="no"' in pagina
    assert "María González, " in pagina
    assert "Sí, eliminar" not in pagina
    assert client.get(f"{RUTA}/{foto['id']}/archivo/").content == FOTO
    assert client.get(f"{RUTA}/{foto['id']}/miniatura/").headers["Content-Type"] == "image/jpeg"
    assert client.get(f"{RUTA}/{papel['id']}/miniatura/").status_code == 404
    for no_hay in (papel["id"] + 9, 9**30):
        assert client.get(f"{RUTA}/{no_hay}/archivo/").status_code == 404
    assert "Evidencia:" in pagina  # the line of time tells it


def test_tecnico_ve_y_no_sube(client, expediente, almacen):  # noqa: F811
    foto = subida(Api(UsuarioFactory()), "SIN/1")
    client.force_login(UsuarioFactory(tecnico=True))

    pagina = client.get(PAGINA).content.decode()
    assert ("miniatura/" in pagina, "Tomar foto" in pagina, "Sí, eliminar" in pagina) == (True, False, False)
    assert client.get(f"{RUTA}/{foto['id']}/archivo/").content == FOTO
    assert client.post(f"{RUTA}/permiso/").status_code == 403
    assert client.post(f"{RUTA}/{foto['id']}/eliminar/").status_code == 403
    client.logout()
    for ruta in (f"{RUTA}/{foto['id']}/archivo/", f"{RUTA}/{foto['id']}/miniatura/"):
        assert client.get(ruta).status_code == 302
    assert client.post(f"{RUTA}/permiso/").status_code == 302


def test_permiso_sirve_para_subir_y_no_se_guarda(client, como_operador, expediente, almacen):  # noqa: F811
    recibido = client.post(f"{RUTA}/permiso/")
    assert recibido.headers["Cache-Control"] == "no-store"

    con_ese = con_permiso(client, como_operador)
    assert subida(con_ese, "SIN/1")["subido_por"] == como_operador.pk
    assert client.get(f"{RUTA}/permiso/").status_code == 405


def con_permiso(client, usuario):
    """Return what calls the API as the page does, with the permit and the cookie of the session."""
    sesion = client.cookies[settings.SESSION_COOKIE_NAME].value
    api = Api(usuario, HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={sesion}")
    api.token = client.post(f"{RUTA}/permiso/").json()["token"]
    return api


def test_el_permiso_no_sirve_para_nada_mas(client, como_administrador, expediente, almacen):  # noqa: F811
    foto, otro = subida(Api(como_administrador), "SIN/1"), ExpedienteFactory(no_siniestro="SIN-2")
    con_ese = con_permiso(client, como_administrador)

    for metodo, ruta in (
        ("GET", "/api/usuarios"),
        ("GET", "/api/expedientes"),
        ("GET", "/api/expedientes/SIN%2F1/evidencias"),
        ("DELETE", "/api/expedientes/SIN%2F1/evidencias"),
        ("POST", f"/api/expedientes/SIN%2F1/evidencias/{foto['id']}/enlace"),
        ("GET", foto["ruta"]),
        ("POST", "/api/auth/logout"),
        ("GET", "/metrics"),
    ):
        assert con_ese.pedir(metodo, ruta).status_code == 401, ruta
    assert subir(con_ese, otro.pk).status_code == 401
    assert subir(con_ese, "SIN/1").status_code == 201


def test_el_permiso_muere_con_la_sesion(client, como_administrador, expediente, almacen):  # noqa: F811
    con_ese = con_permiso(client, como_administrador)
    robado = Api(como_administrador)
    robado.token = con_ese.token
    assert subir(robado, "SIN/1").status_code == 401
    assert subir(con_ese, "SIN/1").status_code == 201

    client.post("/admin/logout/")

    assert respuesta(subir(con_ese, "SIN/1")) == (401, {"error": "Token inválido o expirado"})
    client.force_login(como_administrador)
    assert subir(con_permiso(client, como_administrador), "SIN/1").status_code == 201
    assert subir(con_ese, "SIN/1").status_code == 401


def test_administrador_elimina(client, como_administrador, expediente, almacen):  # noqa: F811
    foto = subida(Api(como_administrador), "SIN/1")
    assert "Sí, eliminar" in client.get(PAGINA).content.decode()

    pagina = client.post(f"{RUTA}/{foto['id']}/eliminar/", follow=True)
    assert pagina.redirect_chain == [(f"{PAGINA}#evidencia", 302)]
    frase = "Se eliminó «foto.jpg». Durante 30 días se puede recuperar: pida a quien opera el servidor la evidencia"
    arriba, suya = en_su_seccion(pagina)
    assert f"{frase} {foto['id']}." in suya
    assert frase not in arriba
    for no_hay in (foto["id"], 9**30):
        arriba, suya = en_su_seccion(client.post(f"{RUTA}/{no_hay}/eliminar/", follow=True))
        assert ("Evidencia no encontrada." in suya, "Evidencia no encontrada." in arriba) == (True, False)


def en_su_seccion(respuesta):
    """Return what a page has above the gallery, and in it."""
    arriba, suya = respuesta.content.decode().split('id="evidencia"')
    return arriba, suya.split("</section>")[0]


def test_lo_que_no_se_guardo_no_esconde_las_fotos(client, como_operador, expediente, almacen):  # noqa: F811
    foto = subida(Api(como_operador), "SIN/1")

    rechazada = client.post(PAGINA, campos_de(client.get(PAGINA)) | {"fecha_ingreso": "ayer"}).content.decode()

    assert "No se guardó." in rechazada
    assert '<p class="por-corregir"><a href="#id_fecha_ingreso">Fecha de ingreso</a></p>' in rechazada
    assert f'src="{RUTA}/{foto["id"]}/miniatura/"' in rechazada
    assert '<label for="camara">Tomar foto</label>' in rechazada
    assert "Escriba un comentario" in rechazada


def test_la_pagina_cuesta_lo_mismo_con_cien_fotos(client, como_operador, expediente, django_assert_max_num_queries):
    EvidenciaFactory.create_batch(100, expediente=expediente)

    with django_assert_max_num_queries(15):
        pagina = client.get(PAGINA).content.decode()
    assert pagina.count("miniatura/") == 100


def test_una_foto_que_llego_no_detiene_a_quien_cambia_el_estado(client, como_operador, expediente, almacen):  # noqa: F811
    """It is no reason to look again before a decision, and what else was changed is."""
    visto = re.search(r'name="_visto" value="([^"]+)"', client.get(PAGINA).content.decode())[1]
    subida(Api(como_operador), "SIN/1")

    client.post(PAGINA, {"_visto": visto, "_estado": "Restauracion"})
    assert Expediente.objects.get().estado == "Restauracion"
    Expediente.objects.actualizar("SIN/1", {"color": "azul"}, por=UsuarioFactory())
    client.post(PAGINA, {"_visto": visto, "_estado": "Salida"})
    assert Expediente.objects.get().estado == "Restauracion"


# --- In a browser ---


def elegir(pagina, caja, *archivos):
    """Choose files in a box; each is (name, bytes)."""
    enviados = [{"name": n, "mimeType": "application/octet-stream", "buffer": b} for n, b in archivos]
    pagina.locator(caja).set_input_files(enviados)


@pytest.mark.una_vez
def test_lo_que_se_suelta_fuera_de_la_caja_tambien_se_sube(mano, servidor, expediente):
    pagina = mano.pagina
    mano.entrar(UsuarioFactory(), servidor, PAGINA)
    pagina.get_by_label("Color:").fill("azul")

    soltado = pagina.evaluate_handle("""() => {
        const datos = new DataTransfer();
        datos.items.add(new File(["Golpe en la puerta"], "golpe.txt"));
        return datos;
    }""")
    for evento in ("dragover", "drop"):
        pagina.locator(".breadcrumbs").dispatch_event(evento, {"dataTransfer": soltado})

    expect(pagina.locator("#evidencia .fotos .nombre")).to_have_text("golpe.txt")
    expect(pagina.get_by_label("Color:")).to_have_value("azul")


@pytest.mark.una_vez
@pytest.mark.con_rechazos  # the browser tells of the connection that is cut
def test_subir_varias_verlas_enteras_y_reintentar(mano, servidor, expediente):
    pagina, operador = mano.pagina, UsuarioFactory()
    mano.entrar(operador, servidor, PAGINA)
    pagina.get_by_label("Color:").fill("azul")  # nothing of the form is lost
    fotos = pagina.locator("#evidencia .fotos a")

    elegir(pagina, "#fotos", *((f"{n}.png", imagen("PNG", 80 + n)) for n in range(5)))
    expect(fotos).to_have_count(5)
    expect(pagina.locator(".subidas li")).to_have_count(0)
    expect(pagina.get_by_label("Color:")).to_have_value("azul")
    elegir(pagina, "#documentos", ("malo.exe", b"\x7fELF" + bytes(20)), ("poliza.pdf", PDF))
    expect(fotos).to_have_count(6)
    expect(pagina.locator(".subidas li")).to_contain_text("Tipo de archivo no permitido")
    pagina.get_by_role("button", name="Quitar").click()
    expect(pagina.locator(".subidas li")).to_have_count(0)

    # The connection fails after the file arrived: it is sent again by its key, and there is one.
    def cortar(ruta):
        ruta.fetch()
        ruta.abort()

    pagina.route("**/api/expedientes/**", cortar, times=1)
    mano.clics = 0
    with pagina.expect_file_chooser() as elegida:
        mano.clic(pagina.locator(".object-tools").get_by_text("Tomar foto"))
    elegida.value.set_files({"name": "camara.jpg", "mimeType": "image/jpeg", "buffer": FOTO})  # the second tap
    assert mano.clics == 1
    expect(fotos).to_have_count(7)
    assert sorted(Evidencia.objects.values_list("tipo", flat=True)) == ["documento"] + ["evidencia"] * 6

    # By keyboard: whole, to the next ones, and back where one was.
    fotos.first.focus()
    pagina.keyboard.press("Enter")
    visor = pagina.locator("#visor")
    expect(visor).to_be_visible()
    expect(visor.locator(".pie")).to_contain_text("1 de 6 · camara.jpg")
    pagina.keyboard.press("ArrowRight")
    expect(visor.locator(".pie")).to_contain_text("2 de 6")
    pagina.keyboard.press("ArrowLeft")
    pagina.keyboard.press("ArrowLeft")
    expect(visor.locator(".pie")).to_contain_text("6 de 6")
    expect(visor.locator("img")).not_to_have_js_property("naturalWidth", 0)
    pagina.keyboard.press("Escape")
    expect(visor).to_be_hidden()
    expect(fotos.last).to_be_focused()


@pytest.mark.una_vez
def test_la_que_el_navegador_no_sabe_mostrar_se_ve_en_pequeno(mano, servidor, expediente):
    """Only Safari shows the photos of an iPhone; of all of them there is a thumbnail."""
    pagina = mano.pagina
    mano.entrar(UsuarioFactory(), servidor, PAGINA)
    elegir(pagina, "#fotos", ("de_iphone.heic", imagen("HEIF")), ("otra.jpg", FOTO))
    expect(pagina.locator("#evidencia .fotos a")).to_have_count(2)
    vista = pagina.locator("#visor img")

    pagina.locator("#evidencia .fotos").get_by_text("de_iphone.heic").click()
    expect(vista).to_have_attribute("src", re.compile("/miniatura/$"))
    expect(vista).not_to_have_js_property("naturalWidth", 0)
    pagina.keyboard.press("ArrowRight")
    expect(vista).to_have_attribute("src", re.compile("/archivo/$"))
    expect(vista).not_to_have_js_property("naturalWidth", 0)
