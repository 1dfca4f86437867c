"""A real server with the settings of a production: its cookies and headers, and a change of its secrets as README.md
says to do it."""

import http.client
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from functools import cache
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection

from monitor import settings as ajustes
from monitor.tests.postgresql import puerto_libre
from monitor.tests.servidor import esperar
from monitor.tests.settings import DATABASE_URL
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory

NOMBRE = "monitor.taller.mx"
POR_HTTPS = {"Host": NOMBRE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
VIEJOS = {"SECRET_KEY": "viejo-de-las-sesiones-de-32-o-mas-1", "JWT_SECRET": "viejo-de-los-tokens-de-32-o-mas-12"}
NUEVOS = {"SECRET_KEY": "nuevo-de-las-sesiones-de-32-o-mas-1", "JWT_SECRET": "nuevo-de-los-tokens-de-32-o-mas-12"}
SECRETOS = {
    "viejos": VIEJOS,
    "nuevos y viejos": NUEVOS | {f"{nombre}_FALLBACKS": valor for nombre, valor in VIEJOS.items()},
    "nuevos": NUEVOS,
}

pytestmark = [pytest.mark.lenta, pytest.mark.una_vez]


def base_de_datos():
    nombre = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{nombre}"
    return urlsplit(DATABASE_URL)._replace(path=f"/{nombre}").geturl()


class Produccion:
    """A server behind a proxy that ends TLS, and what a browser or a program sends through it."""

    def __init__(self, puerto):
        self.puerto = puerto

    def pedir(self, metodo, ruta, datos=None, **cabeceras):
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=60)
        tipo = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{NOMBRE}/admin/login/"}
        conexion.request(metodo, ruta, datos and urlencode(datos), POR_HTTPS | tipo | cabeceras)
        recibida = conexion.getresponse()
        recibida.cuerpo = recibida.read().decode()
        conexion.close()
        return recibida

    def entrar(self, username):
        """Log in with the admin's form, and return the cookies that it gives and the headers that say them."""
        formulario = self.pedir("GET", "/admin/login/")
        galletas = cookies_de(formulario)
        token = formulario.cuerpo.split('name="csrfmiddlewaretoken" value="')[1].partition('"')[0]
        datos = {"username": username, "password": CLAVE, "csrfmiddlewaretoken": token, "next": "/admin/"}
        dentro = self.pedir("POST", "/admin/login/", datos, Cookie=enviadas(galletas))
        assert dentro.status == 302
        return galletas | cookies_de(dentro)

    def token(self, username):
        cuerpo = f'{{"username": "{username}", "password": "{CLAVE}"}}'
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=60)
        conexion.request("POST", "/api/auth/login", cuerpo, POR_HTTPS | {"Content-Type": "application/json"})
        token = conexion.getresponse().read().decode().split('"token":"')[1].partition('"')[0]
        conexion.close()
        return token

    def con_token(self, token):
        return self.pedir("GET", "/api/expedientes", Authorization=f"Bearer {token}").status

    def con_sesion(self, galletas):
        return self.pedir("GET", "/admin/", Cookie=enviadas(galletas)).status


def cookies_de(recibida):
    """Return the cookies of an answer, by name."""
    return {
        galleta.key: galleta
        for texto in recibida.headers.get_all("Set-Cookie") or []
        for galleta in SimpleCookie(texto).values()
    }


def enviadas(galletas):
    return "; ".join(f"{nombre}={galleta.value}" for nombre, galleta in galletas.items())


@contextmanager
def sirviendo(bitacora, **variables):
    puerto = puerto_libre()
    propias = dict.fromkeys(ajustes.entorno.leidas, "") | {
        "DJANGO_SETTINGS_MODULE": "monitor.tests.produccion",
        "DATABASE_URL": base_de_datos(),
        "ALLOWED_HOSTS": f"{NOMBRE},127.0.0.1",
        "TRUSTED_PROXIES": "127.0.0.1",
        "PORT": str(puerto),
        "WORKERS": "1",
    }
    with bitacora.open("w") as salida:
        proceso = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=settings.BASE_DIR,
            env=os.environ | propias | variables,
            stdout=salida,
            stderr=subprocess.STDOUT,
        )
    try:
        esperar(f"http://127.0.0.1:{puerto}", proceso, bitacora)
        yield Produccion(puerto)
    finally:
        proceso.terminate()
        proceso.wait(timeout=40)


@pytest.fixture(scope="module")
def servidores(django_db_setup, django_db_blocker, tmp_path_factory):
    carpeta = tmp_path_factory.mktemp("produccion")
    with ExitStack() as vivos, django_db_blocker.unblock():
        yield cache(lambda nombre: vivos.enter_context(sirviendo(carpeta / nombre, **SECRETOS[nombre])))


@pytest.fixture
def con_secretos(transactional_db, servidores):
    """A function that gives the server that has these secrets. The first who asks starts it, for all the tests: it
    takes longer than all that they ask of it."""
    return servidores


def test_cada_galleta_es_de_este_servidor_y_de_nadie_mas(con_secretos):
    UsuarioFactory(username="ana")
    produccion = con_secretos("viejos")
    galletas = produccion.entrar("ana")
    avisos = produccion.pedir("POST", "/admin/expedientes/expediente/", {"action": "x"}, Cookie=enviadas(galletas))
    pagina = produccion.pedir("GET", "/admin/", Cookie=enviadas(galletas))

    assert avisos.status == 403  # without the form's token
    assert set(galletas) == {"__Host-sessionid", "__Host-csrftoken"}
    for galleta in galletas.values():
        assert (galleta["secure"], galleta["httponly"], galleta["samesite"]) == (True, True, "Lax")
        assert (galleta["path"], galleta["domain"]) == ("/", "")
    assert int(galletas["__Host-sessionid"]["max-age"]) == 12 * 3600
    assert pagina.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert pagina.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in pagina.headers["Cache-Control"]


def test_los_secretos_se_cambian_sin_que_nadie_entre_otra_vez(con_secretos):
    for username in ("ana", "bea", "eva"):
        UsuarioFactory(username=username)
    produccion = con_secretos("viejos")
    token = produccion.token("ana")
    vista, olvidada = produccion.entrar("ana"), produccion.entrar("bea")
    assert (produccion.con_token(token), produccion.con_sesion(vista)) == (200, 200)

    produccion = con_secretos("nuevos y viejos")
    assert produccion.con_token(token) == 200
    nuevo, nueva = produccion.token("eva"), produccion.entrar("eva")
    pagina = produccion.pedir("GET", "/admin/", Cookie=enviadas(vista))
    renovada = vista | cookies_de(pagina)  # Django signs a session anew when its person comes
    assert (pagina.status, produccion.con_sesion(renovada)) == (200, 200)

    produccion = con_secretos("nuevos")
    assert produccion.con_token(token) == 401
    assert produccion.con_sesion(olvidada) == 302
    assert (produccion.con_token(nuevo), produccion.con_sesion(nueva)) == (200, 200)
    assert produccion.con_sesion(renovada) == 200


def test_un_secreto_que_se_cambia_de_golpe_cierra_todo(con_secretos):
    UsuarioFactory(username="ana")
    produccion = con_secretos("viejos")
    token, galletas = produccion.token("ana"), produccion.entrar("ana")

    produccion = con_secretos("nuevos")
    assert (produccion.con_token(token), produccion.con_sesion(galletas)) == (401, 302)
