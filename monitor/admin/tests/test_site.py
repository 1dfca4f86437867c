"""The admin site: its login, its error pages, its index and what every page carries; and the pages of the insurers, the
plainest."""

import html
import re
from io import BytesIO
from ipaddress import ip_network
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from django.contrib.auth.hashers import get_hasher
from django.contrib.staticfiles import finders
from django.test import Client
from django.test.client import FakePayload

from catalogos.models import Aseguradora
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.tests.formularios import campos_de, enviar, frases
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory

pytestmark = [pytest.mark.django_db, pytest.mark.una_vez]

ENTRADA = "/admin/login/"
INVALIDAS = "Credenciales inválidas. Revise su usuario y su contraseña; las mayúsculas cuentan."
ASEGURADORAS = "/admin/catalogos/aseguradora/"
TRAITS = ({"administrador": True}, {}, {"tecnico": True})


def entrar(client, username, password):
    return client.post(f"{ENTRADA}?next=/admin/", {"username": username, "password": password, "next": "/admin/"})


def errores(response):
    return [str(frase) for frase in response.context["form"].non_field_errors()]


# --- Login ---


@pytest.mark.parametrize("trait", TRAITS)
def test_entrar_con_cualquier_rol(client, trait):
    usuario = UsuarioFactory(**trait, username="ana", nombre="Ana Ruiz")

    response = entrar(client, "ana", CLAVE)

    assert (response.status_code, response.url) == (302, "/admin/")
    assert "Ana Ruiz" in client.get("/admin/").content.decode()
    assert client.session["_auth_user_id"] == str(usuario.pk)


@pytest.mark.parametrize(
    ("username", "password"),
    [("ana", "otra"), ("ANA", CLAVE), ("nadie", CLAVE), ("inactiva", CLAVE), ("ana", f"{CLAVE} "), ("\ufb01n", CLAVE)],
)
def test_entrar_mal_dice_siempre_lo_mismo(client, username, password):
    UsuarioFactory(username="ana")
    UsuarioFactory(username="inactiva", inactivo=True)
    UsuarioFactory(username="fin")

    response = entrar(client, username, password)

    assert (response.status_code, errores(response)) == (200, [INVALIDAS])
    assert "_auth_user_id" not in client.session


def test_entrar_con_letras_que_unicode_tiene_por_iguales(client):
    UsuarioFactory(username="\ufb01n")

    assert entrar(client, "\ufb01n", CLAVE).status_code == 302


def test_sexto_intento_espera_aunque_la_clave_sea_buena(client):
    UsuarioFactory(username="ana")
    for _ in range(5):
        entrar(client, "ana", "otra")

    response = entrar(client, "ana", CLAVE)

    assert response.status_code == 200
    assert errores(response) == ["Demasiados intentos fallidos. Espere 15 min e intente de nuevo"]
    assert entrar(client, "bea", "otra").context["form"].non_field_errors() == [INVALIDAS]


@pytest.mark.parametrize("username", ["", " ", "a\0b", "x" * 200])
def test_entrar_con_un_usuario_imposible_no_es_un_error_interno(client, username):
    assert entrar(client, username, CLAVE).status_code == 200


def test_entrada_fallida_por_el_formulario_se_apunta(client, caplog):
    UsuarioFactory(username="ana")
    entrar(client, "ana", "otra")

    avisos = [registro.getMessage() for registro in caplog.records if registro.levelname == "WARNING"]
    assert avisos == ["Acceso fallido de 'ana' desde 127.0.0.1: credenciales_invalidas"]


@pytest.mark.parametrize("trait", TRAITS)
def test_sesion_no_revive_cuando_se_activa_otra_vez_al_usuario(client, trait):
    usuario = UsuarioFactory(**trait)
    UsuarioFactory(administrador=True)
    client.force_login(usuario)
    for activo in (False, True):
        Usuario.objects.actualizar(usuario.pk, {"is_active": activo}, por=None)

    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(("antes", "despues"), [("Administrador", "Operador"), ("Operador", "Tecnico")])
def test_sesion_termina_cuando_baja_el_rol_y_el_token_no(client, antes, despues):
    usuario = UsuarioFactory(rol=antes)
    otro = UsuarioFactory(administrador=True)
    client.force_login(usuario)
    api = Api(usuario)
    assert client.get("/admin/").status_code == 200

    Usuario.objects.actualizar(usuario.pk, {"rol": despues}, por=otro)

    assert client.get("/admin/").url == f"{ENTRADA}?next=/admin/"
    assert api.get("/api/expedientes").status_code == 200


def test_sesion_termina_con_el_logout_de_la_api(client):
    usuario = UsuarioFactory()
    client.force_login(usuario)

    Api(usuario).post("/api/auth/logout")

    assert client.get("/admin/").url == f"{ENTRADA}?next=/admin/"


def test_sesion_termina_cuando_otro_cambia_la_clave(client):
    usuario = UsuarioFactory()
    client.force_login(usuario)

    Api(UsuarioFactory(administrador=True)).put(f"/api/usuarios/{usuario.pk}", {"password": "otra-mesa-61"})

    assert client.get("/admin/").url == f"{ENTRADA}?next=/admin/"


def test_entrar_con_un_hash_viejo_lo_renueva_y_no_termina_ninguna_sesion(client):
    viejo = "argon2" + PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(CLAVE)
    usuario = UsuarioFactory(username="ana", password=viejo)
    otra = Client()
    otra.force_login(usuario)

    entrar(client, "ana", CLAVE)

    assert not get_hasher().must_update(Usuario.objects.get(pk=usuario.pk).password)
    assert [cliente.get("/admin/").status_code for cliente in (client, otra)] == [200, 200]


def test_salir_termina_la_sesion_tambien_en_el_servidor(client):
    client.force_login(UsuarioFactory())
    robada = Client()
    robada.cookies = client.cookies.copy()

    response = client.post("/admin/logout/")

    assert response.status_code == 200
    assert robada.get("/admin/").status_code == 302


def test_al_salir_el_navegador_olvida(client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    client.force_login(UsuarioFactory())

    response = client.post("/admin/logout/", headers={"X-Forwarded-Proto": "https"})

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    "destino", ["https://malo.example.org/", "//malo.example.org", "/\\malo.example.org", "javascript:1"]
)
def test_entrar_no_lleva_a_otro_sitio(client, destino):
    UsuarioFactory(username="ana")

    response = client.post(ENTRADA, {"username": "ana", "password": CLAVE, "next": destino})

    assert (response.status_code, response.url) == (302, "/admin/")


def test_las_claves_no_se_ven_y_se_pueden_pegar(client):
    entrada = client.get(ENTRADA).content.decode()
    client.force_login(UsuarioFactory(administrador=True))
    paginas = [entrada, *(client.get(url).content.decode() for url in (PROPIA, "/admin/usuarios/usuario/add/"))]

    campos = [re.findall(r"<input[^>]*password[^>]*>", pagina) for pagina in paginas]
    assert [len(varios) for varios in campos] == [1, 3, 2]
    for campo in (campo for varios in campos for campo in varios):
        assert 'type="password"' in campo
        assert re.search(r'autocomplete="(current|new)-password"', campo)
    assert not [pagina for pagina in paginas if "onpaste" in pagina]


def test_al_entrar_cambia_la_sesion(client):
    UsuarioFactory(username="ana")
    client.cookies["sessionid"] = "0" * 32  # somebody else's choice
    entrar(client, "ana", CLAVE)

    assert client.session.session_key != "0" * 32
    assert client.get("/admin/").status_code == 200


def test_sesion_termina_en_cuanto_se_desactiva_al_usuario(client):
    usuario = UsuarioFactory()
    client.force_login(usuario)
    Usuario.objects.actualizar(usuario.pk, {"is_active": False}, por=None)

    response = client.get("/admin/")

    assert (response.status_code, response.url) == (302, f"{ENTRADA}?next=/admin/")


@pytest.mark.parametrize("url", [ENTRADA, f"{ASEGURADORAS}add/"])
def test_sin_token_de_csrf_no_se_escribe(url):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UsuarioFactory(administrador=True))

    response = client.post(url, {"nombre": "AXA"})

    assert response.status_code == 403
    assert Aseguradora.objects.count() == 0


def test_formulario_sin_token_de_csrf_lo_dice_en_espanol(client):
    response = Client(enforce_csrf_checks=True).post(ENTRADA, {"username": "ana"})

    assert response.status_code == 403
    assert "<h1>El formulario caducó</h1>" in response.content.decode()
    assert "recárguela y envíe de nuevo" in response.content.decode()


def test_error_interno_es_una_pagina_que_dice_que_hacer(client, monkeypatch):
    client.force_login(UsuarioFactory(administrador=True))
    client.raise_request_exception = False
    monkeypatch.setattr("catalogos.admin.CatalogoAdmin.get_fields", lambda *_: 1 / 0)

    response = client.get(f"{ASEGURADORAS}add/")

    assert response.status_code == 500
    assert "<h1>Error interno</h1>" in response.content.decode()
    assert response["X-Request-ID"] in response.content.decode()


def test_formulario_con_demasiados_campos_lo_dice():
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    client.force_login(UsuarioFactory(administrador=True))

    response = client.post(f"{ASEGURADORAS}add/", {f"c{n}": "x" for n in range(12_001)})

    assert response.status_code == 400
    assert "demasiados campos" in response.content.decode()


# --- Large forms ---

MIB = 1024 * 1024


@pytest.fixture
def leidos(monkeypatch):
    """The list of what was read of the bodies of HTTP requests."""
    leidos, leer = [], FakePayload.read

    def contar(self, *cuantos):
        leidos.append(leer(self, *cuantos))
        return leidos[-1]

    monkeypatch.setattr(FakePayload, "read", contar)
    return leidos


@pytest.mark.parametrize("tipo", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"])
@pytest.mark.parametrize(
    ("con_sesion", "tamano", "limite"), [(False, 64 * 1024 + 1, "64.0 KB"), (True, 8 * MIB + 1, "8.0 MB")]
)
def test_formulario_demasiado_grande_se_rechaza_sin_leerlo(client, leidos, tipo, con_sesion, tamano, limite):
    if con_sesion:
        client.force_login(UsuarioFactory())

    response = client.post(ENTRADA, b"x" * tamano, content_type=tipo)

    assert (response.status_code, response["Connection"], leidos) == (413, "close", [])
    assert f"pasa de {limite}" in html.unescape(response.content.decode()).replace("\xa0", " ")


@pytest.mark.parametrize("ruta", [ENTRADA, "/nada", "/api/auth/login"])
def test_ningun_archivo_llega_al_disco(ruta, monkeypatch):
    monkeypatch.setattr("tempfile.NamedTemporaryFile", lambda *_, **__: pytest.fail("se escribió en el disco"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(UsuarioFactory())
    client.cookies["csrftoken"] = "a" * 32

    response = client.post(ruta, {"csrfmiddlewaretoken": "a" * 32, "archivo": BytesIO(b"x" * 6 * MIB)})

    assert response.status_code < 500


# --- One's own password ---

PROPIA = "/admin/password_change/"
NUEVA = {"new_password1": "llave-de-cruz-14", "new_password2": "llave-de-cruz-14"}


def test_cambiar_la_propia_clave_no_deshace_lo_que_otro_cambio(client, monkeypatch):
    usuario = UsuarioFactory(nombre="Ana")
    client.force_login(usuario)
    version = usuario.version_token
    actualizar = Usuario.objects.actualizar

    def despues_de_otro(manager, pk, cambios, *, por):
        actualizar(pk, {"nombre": "Ana Ruiz"}, por=por)
        return actualizar(pk, cambios, por=por)

    monkeypatch.setattr(type(Usuario.objects), "actualizar", despues_de_otro)
    response = client.post(PROPIA, {"old_password": CLAVE} | NUEVA)

    assert (response.status_code, response.url) == (302, "/admin/password_change/done/")
    despues = Usuario.objects.get(pk=usuario.pk)
    assert despues.check_password("llave-de-cruz-14")
    assert (despues.nombre, despues.version_token) == ("Ana Ruiz", version + 1)
    assert client.get("/admin/").status_code == 200


def test_clave_anterior_equivocada_cuenta_como_un_acceso_fallido(client, caplog):
    usuario = UsuarioFactory(username="ana")
    client.force_login(usuario)

    def cambiar(anterior):
        response = client.post(PROPIA, {"old_password": anterior} | NUEVA)
        return [] if response.status_code == 302 else response.context["form"].errors["old_password"]

    incorrecta = ["Ésa no es su contraseña actual. Escríbala otra vez."]
    assert [cambiar("otra") for _ in range(5)] == [incorrecta] * 5
    assert cambiar(CLAVE) == ["Demasiados intentos fallidos. Espere 15 min e intente de nuevo"]
    assert "Acceso fallido de 'ana' desde 127.0.0.1: credenciales_invalidas" in caplog.messages
    assert Usuario.objects.get(pk=usuario.pk).check_password(CLAVE)


# --- Pages ---


@pytest.mark.parametrize(
    ("trait", "apps"),
    [
        (TRAITS[0], ["Taller", "Transporte", "Catálogos", "Administración"]),
        (TRAITS[1], ["Taller", "Transporte", "Catálogos"]),
        (TRAITS[2], ["Taller", "Transporte", "Catálogos"]),
    ],
)
def test_el_menu_va_por_trabajos(client, trait, apps):
    client.force_login(UsuarioFactory(**trait))

    menu = {app["name"]: [una["name"] for una in app["models"]] for app in client.get("/admin/").context["app_list"]}

    assert list(menu) == apps
    assert menu["Taller"] == [
        "Tablero",
        "Panel",
        "Expedientes",
        *(["Expedientes archivados", "Respaldos en la nube"] if trait == TRAITS[0] else []),
    ]
    assert menu["Transporte"] == ["Solicitudes"]
    assert menu.get("Administración", ["Llaves", "Usuarios", "Correos"]) == ["Llaves", "Usuarios", "Correos"]


@pytest.mark.parametrize(
    ("url", "status", "titulo"),
    [
        ("/admin/nada/", 404, "Página no encontrada"),
        ("/admin/usuarios/", 404, "Página no encontrada"),
        ("/admin/usuarios/usuario/", 403, "Sin permiso"),
        (f"{ASEGURADORAS}?_to_field=x", 400, "Petición inválida"),
    ],
)
def test_errores_son_paginas_en_espanol(client, url, status, titulo):
    client.force_login(UsuarioFactory(tecnico=True))

    response = client.get(url)

    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{titulo}</h1>" in response.content.decode()


def sin_csrf(client):
    return Client(enforce_csrf_checks=True).post(ENTRADA)


def con_error_interno(client):
    client.raise_request_exception = False
    with patch("catalogos.admin.CatalogoAdmin.get_fields", side_effect=ZeroDivisionError):
        return client.get(f"{ASEGURADORAS}add/")


@pytest.mark.parametrize(
    ("status", "pedir"),
    [
        (400, lambda client: client.get(f"{ASEGURADORAS}?_to_field=x")),
        (400, lambda client: client.post(f"{ASEGURADORAS}add/", {f"c{n}": "x" for n in range(12_001)})),
        (403, lambda client: client.get("/admin/expedientes/expedientearchivado/")),
        (403, sin_csrf),
        (404, lambda client: client.get("/admin/nada/")),
        (413, lambda client: client.post(ENTRADA, b"x" * (8 * MIB + 1), content_type="text/plain")),
        (500, con_error_interno),
    ],
)
def test_toda_pagina_de_error_habla_espanol_y_tiene_por_donde_volver(client, status, pedir):
    client.force_login(UsuarioFactory())

    response = pedir(client)

    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert '<html lang="es' in response.content.decode()
    assert '<a href="/admin/">Volver al inicio</a>' in response.content.decode()


def test_direccion_desconocida_sin_sesion_lleva_a_la_entrada(client):
    assert client.get("/admin/nada/").url == f"{ENTRADA}?next=/admin/nada/"


@pytest.mark.parametrize("url", [ENTRADA, "/admin/", ASEGURADORAS, f"{ASEGURADORAS}add/", PROPIA])
def test_ningun_guion_va_en_la_pagina_y_todo_lo_que_pide_existe(client, url):
    if url != ENTRADA:
        client.force_login(UsuarioFactory(administrador=True))

    pagina = client.get(url).content.decode()

    assert re.findall(r"<script(?![^>]*src=)[^>]*>|\son\w+=\"|javascript:", pagina) == []
    estaticos = re.findall(r'(?:src|<link[^>]*href)="/static/([^"]+)"', pagina)
    assert "monitor/icono.svg" in estaticos
    assert [estatico for estatico in estaticos if finders.find(estatico) is None] == []


# --- Insurers ---

SI, NO = 200, 403


@pytest.mark.parametrize(
    ("vista", "trait", "status"),
    [
        (vista, trait, status)
        for vista, fila in {
            "": (SI, SI, SI), "add/": (SI, SI, NO), "{pk}/change/": (SI, SI, SI), "{pk}/delete/": (SI, NO, NO)
        }.items()
        for trait, status in zip(TRAITS, fila, strict=True)
    ],
)  # fmt: skip
def test_aseguradoras_por_rol(client, vista, trait, status):
    client.force_login(UsuarioFactory(**trait))

    assert client.get(ASEGURADORAS + vista.format(pk=AseguradoraFactory().pk)).status_code == status


def test_aseguradoras_se_agregan_cambian_y_buscan(client):
    client.force_login(UsuarioFactory())
    enviar(client, f"{ASEGURADORAS}add/", nombre=" Quálitas ")
    aseguradora = Aseguradora.objects.get()
    assert aseguradora.nombre == "Quálitas"

    enviar(client, f"{ASEGURADORAS}{aseguradora.pk}/change/", nombre="Quálitas México")

    def con(q):
        return [fila.nombre for fila in client.get(ASEGURADORAS, {"q": q}).context["cl"].result_list]

    assert con("qualitas MEXICO") == ["Quálitas México"]
    assert con("hdi") == []


def test_aseguradora_repetida_dice_lo_que_dice_el_verbo(client):
    client.force_login(UsuarioFactory())
    AseguradoraFactory(nombre="AXA")

    response = enviar(client, f"{ASEGURADORAS}add/", nombre="axa")

    assert frases(response) == ["Ya existe una aseguradora con el nombre 'axa'"]
    assert campos_de(response)["nombre"] == "axa"
    assert Aseguradora.objects.count() == 1


def test_aseguradora_en_uso_no_se_elimina(client):
    client.force_login(UsuarioFactory(administrador=True))
    en_uso, libre = AseguradoraFactory(nombre="AXA"), AseguradoraFactory(nombre="HDI")
    ExpedienteFactory(aseguradora=en_uso)

    response = client.post(f"{ASEGURADORAS}{en_uso.pk}/delete/", {"post": "yes"}, follow=True)
    client.post(f"{ASEGURADORAS}{libre.pk}/delete/", {"post": "yes"})

    assert response.redirect_chain == [(ASEGURADORAS, 302)]
    assert frases(response) == ["No se puede eliminar esta aseguradora porque tiene expedientes activos asociados"]
    assert list(Aseguradora.objects.vigentes().values_list("nombre", flat=True)) == ["AXA"]
