"""The metrics of a real server: whichever of its processes is asked tells about all of them, the dead ones too."""

import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota
from monitor.tests.paciencia import esperar_a
from monitor.tests.servidor import sirviendo
from monitor.tests.test_views import de, muestras
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.una_vez

RUTA = {"method": "GET", "route": "/api/expedientes/<key:no_siniestro>"}
LECTURAS = de("monitor_http_requests_total", status="200", **RUTA)


@pytest.fixture
def servidor_aparte(transactional_db, tmp_path):
    """A server that a test may hurt."""
    with sirviendo(tmp_path / "bitacora", BASE_DE_PRUEBAS=str(connection.settings_dict["NAME"])) as url:
        yield url


def procesos_de(servidor) -> set[int]:
    """Return the workers of a server that this process started."""
    puerto = str(urlsplit(servidor).port).encode()
    ordenes = {hijo: Path(f"/proc/{hijo}/cmdline").read_bytes().split(b"\0") for hijo in hijos_de(os.getpid())}
    return {hijo for padre, orden in ordenes.items() if puerto in orden for hijo in hijos_de(padre)}


def hijos_de(pid) -> list[int]:
    hilos = Path(f"/proc/{pid}/task").iterdir()
    return [int(hijo) for hilo in hilos for hijo in (hilo / "children").read_text().split()]


def test_cuentan_todos_los_procesos_y_un_muerto_no_se_lleva_su_cuenta(servidor_aparte):
    ExpedienteFactory(no_siniestro="S-1")
    remota = Remota(servidor_aparte, UsuarioFactory(administrador=True))

    def dichas():
        """Ask each process, and return each sample with what each says."""
        leidas = [muestras(remota.pedir("GET", "/metrics").cuerpo) for _ in range(2)]
        return {clave: [leida.get(clave) for leida in leidas] for clave in leidas[0]}

    def leer_uno(veces):
        assert {remota.pedir("GET", "/api/expedientes/S-1").status for _ in range(veces)} == {200}

    leer_uno(20)
    assert dichas()[LECTURAS] == [20, 20]
    assert dichas()[de("monitor_http_statements_total", **RUTA)] == [20, 20]

    antes = procesos_de(servidor_aparte)
    os.kill(min(antes), signal.SIGKILL)
    esperar_a(lambda: len(procesos_de(servidor_aparte) - antes) == 1)
    leer_uno(10)
    assert dichas()[LECTURAS] == [30, 30]

    destino = urlsplit(servidor_aparte)
    abiertas = [socket.create_connection((destino.hostname, destino.port)) for _ in range(6)]
    esperar_a(lambda: min(dichas()[de("monitor_server_connections")]) >= 6)
    for abierta in abiertas:
        abierta.close()
    assert {len(dichas()[de(f"monitor_server_{cosa}")]) for cosa in ("busy_threads", "waiting_jobs")} == {2}
