"""A whole PostgreSQL, of these tests alone, that goes away and comes back under the production server."""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

from monitor.api.tests.cliente import Remota, Respuesta
from monitor.tests.postgresql import binarios, cluster_propio
from monitor.tests.servidor import sirviendo
from monitor.usuarios.tests.factories import CLAVE

pytestmark = [pytest.mark.postgresql, pytest.mark.lenta]

SIN_BASE = (503, "base_no_disponible", "5")
SIN_ESCRITURA = (503, "base_sin_escritura", "5")
PREPARAR = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createsuperuser", username="ana", interactive=False)
"""


@pytest.fixture(scope="module")
def cluster():
    """A cluster that loses nothing of what it has committed when its processes are killed. Each test leaves it
    running."""
    with cluster_propio(binarios(), synchronous_commit="on") as propio:
        entorno = os.environ | {
            "DATABASE_URL": propio.url(),
            "DJANGO_SETTINGS_MODULE": "monitor.tests.settings",
            "DJANGO_SUPERUSER_PASSWORD": CLAVE,
        }
        orden = [sys.executable, "manage.py", "shell", "--no-imports", "-c", PREPARAR]
        subprocess.run(orden, cwd=settings.BASE_DIR, env=entorno, check=True)
        yield propio


@pytest.fixture
def bitacora(tmp_path):
    return tmp_path / "bitacora"


@pytest.fixture
def base(cluster):
    """The URL of a database of this test alone, a copy of the one that was migrated."""
    nombre = f"copia_{uuid4().hex}"
    with closing(psycopg.connect(cluster.url("template1"), autocommit=True)) as conexion:
        conexion.execute(f"CREATE DATABASE {nombre} TEMPLATE postgres")
    return cluster.url(nombre)


@pytest.fixture
def remota(base, bitacora):
    with sirviendo(bitacora, DATABASE_URL=base) as url:
        remota = Remota(url)
        entrada = remota.pedir("POST", "/api/auth/login", {"username": "ana", "password": CLAVE})
        remota.cabeceras = {"Authorization": f"Bearer {entrada.json()['token']}"}
        assert crear(remota, "S-0").status == 201
        yield remota


def crear(remota, clave):
    return remota.pedir("POST", "/api/expedientes", {"no_siniestro": clave})


def dicho(recibida: Respuesta):
    return recibida.status, recibida.headers.get("X-Error-Code"), recibida.headers.get("Retry-After")


ANTES, DURANTE, DESPUES = range(3)  # when a request was sent: before the outage began, until it ended, and since then


class Hecho(NamedTuple):
    cuando: int
    clave: str
    dicho: tuple


class Clientes:
    """Some that read and some that write, each one request after another."""

    def __init__(self, remota, nombre="S"):
        self.remota, self.nombre = remota, nombre
        self.lecturas, self.altas = [], []
        self.ahora, self._fin, self._claves = ANTES, threading.Event(), count(1)

    @contextmanager
    def trabajando(self):
        hilos = [threading.Thread(target=self._leer) for _ in range(4)]
        hilos += [threading.Thread(target=self._escribir) for _ in range(4)]
        for hilo in hilos:
            hilo.start()
        try:
            yield
        finally:
            self._fin.set()
            for hilo in hilos:
                hilo.join()

    def _leer(self):
        while not self._fin.is_set():
            self._anotar(self.lecturas, "S-0", lambda clave: self.remota.pedir("GET", f"/api/expedientes/{clave}"))

    def _escribir(self):
        while not self._fin.is_set():
            self._anotar(self.altas, f"{self.nombre}-{next(self._claves)}", lambda clave: crear(self.remota, clave))

    def _anotar(self, hechos, clave, pedir):
        cuando = self.ahora
        hechos.append(Hecho(cuando, clave, dicho(pedir(clave))))

    def esperar(self, cuantos=40):
        """Return when that many more of each have been answered; the test fails after a minute."""
        meta, fin = (len(self.lecturas) + cuantos, len(self.altas) + cuantos), time.monotonic() + 60
        while len(self.lecturas) < meta[0] or len(self.altas) < meta[1]:
            assert time.monotonic() < fin, "nadie contestó en un minuto"
            time.sleep(0.01)


def dichos(hechos, *cuando) -> set:
    return {hecho.dicho for hecho in hechos if hecho.cuando in cuando}


@pytest.mark.parametrize("modo", ["fast", "immediate"])
def test_postgresql_que_vuelve_no_deja_nada_perdido_ni_fallando(cluster, remota, bitacora, modo):
    clientes = Clientes(remota)
    with clientes.trabajando():
        clientes.esperar()
        clientes.ahora = DURANTE
        cluster.parar(modo)
        clientes.esperar()
        cluster.arrancar()
        clientes.ahora = DESPUES
        clientes.esperar()

    assert dichos(clientes.lecturas, ANTES, DURANTE) == {(200, None, None), SIN_BASE}
    assert dichos(clientes.altas, ANTES, DURANTE) == {(201, None, None), SIN_BASE}
    assert dichos(clientes.lecturas, DESPUES) == {(200, None, None)}
    assert dichos(clientes.altas, DESPUES) == {(201, None, None)}
    hechas = {hecho.clave for hecho in clientes.altas if hecho.dicho[0] == 201}
    guardadas = {fila["no_siniestro"] for fila in remota.pedir("GET", "/api/expedientes").json()}
    assert hechas - guardadas == set()

    lineas = [linea for linea in bitacora.read_text().splitlines() if " INFO " not in linea]
    fallidas = sum(hecho.dicho == SIN_BASE for hecho in (*clientes.lecturas, *clientes.altas))
    assert len([linea for linea in lineas if "La base de datos no atendió al" in linea]) == fallidas
    assert len(lineas) <= fallidas + 10


@pytest.mark.parametrize("modo", ["fast", "immediate"])
def test_postgresql_que_se_reinicia_mientras_nadie_pide_no_se_nota(cluster, remota, modo):
    """Each thread still has a connection to the one that was."""
    antes = Clientes(remota, "antes")
    with antes.trabajando():
        antes.esperar()
    cluster.parar(modo)
    cluster.arrancar()

    despues = Clientes(remota, "despues")
    with despues.trabajando():
        despues.esperar()
    assert dichos(despues.lecturas, ANTES) == {(200, None, None)}
    assert dichos(despues.altas, ANTES) == {(201, None, None)}


def test_replica_se_lee_y_se_sabe_que_no_se_puede_escribir(cluster, remota):
    cluster.parar("fast")
    cluster.hacer_replica()
    cluster.arrancar()

    assert remota.pedir("GET", "/api/expedientes/S-0").status == 200
    assert dicho(crear(remota, "S-1")) == SIN_ESCRITURA
    assert dicho(remota.pedir("GET", "/api/health")) == SIN_ESCRITURA

    cluster.promover()
    assert crear(remota, "S-1").status == 201
    assert remota.pedir("GET", "/api/health").status == 200
