"""A backup of a database that serves: what was acknowledged before it began is in it, and it is consistent."""

import json
import threading
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection
from itertools import count

import pytest

from monitor.tests.paciencia import esperar_a
from monitor.tests.test_terminal import frase

ESCRITORES = 3
ENTRE_DOS = 0.02  # seconds: who writes without pause leaves the backup little of the machine, and that takes longer
ANTES = 30  # writes that are acknowledged before the backup begins

pytestmark = pytest.mark.con_su_base


class Programa(AbstractContextManager):
    """A program that uses the API as María."""

    def __init__(self, puerto):
        self._conexion = HTTPConnection("127.0.0.1", puerto, timeout=30)
        self._headers = {"Content-Type": "application/json"}
        _, entrada = self.pedir(
            "POST", "/api/auth/login", {"username": "maria.gonzalez", "password": "mesa-redonda-58"}
        )
        self._headers["Authorization"] = f"Bearer {entrada['token']}"

    def __exit__(self, *_):
        self._conexion.close()

    def pedir(self, metodo, ruta, cuerpo=None):
        self._conexion.request(metodo, ruta, json.dumps(cuerpo), self._headers)
        respuesta = self._conexion.getresponse()
        return respuesta.status, json.loads(respuesta.read())

    def abrir(self, clave, **datos):
        return self.pedir("POST", "/api/expedientes", {"no_siniestro": clave, "fecha_ingreso": "2026-03-10"} | datos)


@contextmanager
def escribiendo(puerto):
    """Have programs open expedientes, and give the list of those that were acknowledged."""
    hechos, fin = [], threading.Event()

    def escribir(quien):
        with Programa(puerto) as programa:
            for clave in (f"CARGA-{quien}-{n}" for n in count()):
                if fin.is_set():
                    break
                estado, _ = programa.abrir(clave)
                hechos.extend([clave] if estado == 201 else [])
                fin.wait(ENTRE_DOS)

    hilos = [threading.Thread(target=escribir, args=[quien]) for quien in range(ESCRITORES)]
    for hilo in hilos:
        hilo.start()
    try:
        yield hechos
    finally:
        fin.set()
        for hilo in hilos:
            hilo.join()


@pytest.mark.lenta
def test_lo_que_se_confirmo_antes_esta_en_el_respaldo(taller, otro_taller):
    with taller.sirviendo() as puerto:
        with escribiendo(puerto) as hechos:
            esperar_a(lambda: len(hechos) >= ANTES)
            antes = set(hechos)
            respaldado = taller.manage("respaldar")
            simulacro = taller.manage("simulacro")
        [archivo] = taller.respaldos.glob("*.respaldo")
        rechazo = frase(taller.manage(f"restaurar {archivo} --reemplazar"))
    otro_taller.orden("restaurar", archivo)

    assert (respaldado.returncode, respaldado.stderr) == (0, "")
    assert (simulacro.returncode, simulacro.stderr) == (0, "")
    assert "está en uso (" in rechazo
    claves = {clave for (clave,) in otro_taller.consultar("SELECT no_siniestro FROM expediente")}
    con_historial = {clave for (clave,) in otro_taller.consultar("SELECT DISTINCT no_siniestro FROM historial_estado")}
    assert len(hechos) > len(antes)
    assert antes - claves == set()
    assert {clave for clave in claves if clave.startswith("CARGA")} - set(hechos) == set()
    assert claves == con_historial


@pytest.mark.lenta
def test_lo_restaurado_se_puede_servir(taller, otro_taller):
    """Generated columns, functions, indexes and sequences work."""
    otro_taller.orden("restaurar", taller.respaldar())

    with otro_taller.sirviendo() as puerto, Programa(puerto) as programa:
        estado, abierto = programa.abrir("S-RESTAURADO", marca="Citroën Ñandú")
        _, encontrados = programa.pedir("GET", "/api/expedientes?q=citroen+nandu")
        _, historial = programa.pedir("GET", "/api/expedientes/S-RESTAURADO/estado/historial")

    assert (estado, abierto["marca"]) == (201, "Citroën Ñandú")
    assert [fila["no_siniestro"] for fila in encontrados] == ["S-RESTAURADO"]
    [cambio] = historial
    assert cambio["estado_nuevo"] == "Ingreso"
