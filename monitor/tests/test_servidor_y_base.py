"""The real server while its database is stopped, doesn't answer or has vanished: every thread says so in time, and goes
back to work by itself."""

import http.client
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from monitor.tests.paciencia import esperar_a
from monitor.tests.postgresql import binarios, cluster_propio
from monitor.tests.servidor import sirviendo
from monitor.tests.tunel import Tunel
from monitor.usuarios.tests.factories import CLAVE

pytestmark = [pytest.mark.postgresql, pytest.mark.lenta]

# Two processes have eight threads; the second half waits for one.
A_LA_VEZ = 16
# libpq gives no server less than two seconds to answer. The rest is for this machine, which runs other tests too.
PLAZO = 4
BIEN, SIN_BASE, LISTA = (200, None), (503, "base_no_disponible"), ("GET", "/readyz", None, {})
AJUSTES = {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings"}
# What a client needs, in a database without tables: an administrator with a token and a session, and an expediente.
PREPARAR = f"""
import django, json
django.setup()
from django.core.management import call_command
from django.test import Client
from monitor.api import tokens
from monitor.usuarios.models import Usuario
from expedientes.models import Expediente
call_command("migrate", verbosity=0)
ana = Usuario.objects.registrar(username="ana", password="{CLAVE}", rol="Administrador", nombre="Ana", por=None)
Expediente.objects.abrir(dict(no_siniestro="S-1"), por=ana)
client = Client()
client.force_login(ana)
print(json.dumps([tokens.issue(ana), client.session.session_key]))
"""


class Cliente:
    """Asks for what people and programs ask, and has no more patience than PLAZO."""

    def __init__(self, servidor, token, sesion):
        self.direccion = urlsplit(servidor).netloc
        token = {"Authorization": f"Bearer {token}"}
        de_json = {"Content-Type": "application/json"}
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={sesion}"}
        self.peticiones = [
            ("GET", "/api/expedientes/S-1", None, token),
            ("GET", "/api/expedientes/S-1", None, token | {"If-None-Match": '"x"'}),
            ("GET", "/api/expedientes?por_pagina=10", None, token),
            ("PATCH", "/api/expedientes/S-1", b'{"color": "Azul"}', token | de_json),
            ("POST", "/api/auth/login", b'{"username": "ana", "password": "%b"}' % CLAVE.encode(), de_json),
            ("GET", "/api/health", None, {}),
            ("GET", "/lugar", None, token),
            ("GET", "/admin/expedientes/expediente/", None, cookie),
        ]

    def pedir(self, metodo, ruta, cuerpo, cabeceras):
        """Return the status and the code of the error. Raise TimeoutError when the answer doesn't come in time."""
        conexion = http.client.HTTPConnection(self.direccion, timeout=PLAZO)
        try:
            conexion.request(metodo, ruta, cuerpo, cabeceras)
            recibida = conexion.getresponse()
            recibida.read()
            return recibida.status, recibida.headers.get("X-Error-Code")
        finally:
            conexion.close()

    def todas(self):
        """Ask for everything at once, over all the threads, and return what was answered, each once."""
        with ThreadPoolExecutor(A_LA_VEZ) as hilos:
            veces = A_LA_VEZ // len(self.peticiones)
            return set(hilos.map(lambda peticion: self.pedir(*peticion), self.peticiones * veces))


@pytest.fixture(scope="module")
def cluster():
    """A cluster of these tests alone. Each leaves it running."""
    with cluster_propio(binarios()) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def credenciales(cluster):
    """Prepare the database, and return a token and the key of a session."""
    orden, entorno = [sys.executable, "-c", PREPARAR], {"DATABASE_URL": cluster.url(), **AJUSTES}
    preparado = subprocess.run(
        orden, cwd=settings.BASE_DIR, env=os.environ | entorno, stdout=subprocess.PIPE, check=True
    )
    return json.loads(preparado.stdout)


@pytest.fixture
def tunel(cluster):
    with Tunel(("127.0.0.1", cluster.puerto)).abierto() as tunel:
        yield tunel


@pytest.fixture
def cliente(cluster, credenciales, tmp_path):
    """A function that starts a server which reaches the cluster through a port, and gives a client of it."""
    with ExitStack() as pila:

        def cliente(puerto):
            url = urlsplit(cluster.url())._replace(netloc=f"{cluster.duenio}@127.0.0.1:{puerto}").geturl()
            servidor = pila.enter_context(sirviendo(tmp_path / "bitacora", DATABASE_URL=url, **AJUSTES))
            return Cliente(servidor, *credenciales)

        yield cliente


def test_una_base_detenida_es_503_en_todos_los_hilos_y_al_volver_ninguna_peticion_falla(cliente, cluster):
    cliente = cliente(cluster.puerto)
    for modo in ("fast", "immediate"):
        assert cliente.todas() == {BIEN}

        cluster.parar(modo)
        assert [cliente.todas() for _ in range(3)] == [{SIN_BASE}] * 3
        esperar_a(lambda: cliente.pedir(*LISTA) == SIN_BASE)

        cluster.arrancar()
        assert [cliente.todas() for _ in range(3)] == [{BIEN}] * 3


def test_una_base_que_no_contesta_es_503_a_tiempo_en_todos_los_hilos(cliente, tunel):
    cliente = cliente(tunel.puerto)
    for como in ("callar", "tragar"):
        assert cliente.todas() == {BIEN}

        getattr(tunel, como)()
        assert [cliente.todas() for _ in range(3)] == [{SIN_BASE}] * 3
        esperar_a(lambda: cliente.pedir(*LISTA) == SIN_BASE)

        tunel.volver()
        esperar_a(lambda: cliente.todas() == {BIEN})
        esperar_a(lambda: cliente.pedir(*LISTA) == BIEN)
        assert [cliente.todas() for _ in range(3)] == [{BIEN}] * 3
