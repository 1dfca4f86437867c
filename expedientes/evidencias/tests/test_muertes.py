"""Processes that die while they receive files: nothing that was confirmed is lost, altered or there twice."""

import http.client
import os
import signal
import threading
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from django.db import connection

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.revision import filas_con_problemas, huerfanos, limpiar
from expedientes.evidencias.tests.conftest import guardados
from expedientes.evidencias.tests.formas import con_archivo, subir
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota
from monitor.archivos.tests.muestras import caja
from monitor.tests.conexiones import esperar_a
from monitor.tests.memoria import procesos
from monitor.tests.servidor import sirviendo
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = [pytest.mark.una_vez, pytest.mark.lenta]

MUERTES = 6
QUIENES = 4
DATOS = bytes(range(256)) * 8192  # 2 MiB


def video(cual: str) -> bytes:
    return caja(b"ftyp", b"isom\0\0\0\0") + caja(b"mdat", DATOS) + caja(b"moov", cual.encode())


class Remitente(threading.Thread):
    """Somebody who sends one file after another, and each again until it is confirmed."""

    def __init__(self, url, usuario, cual):
        super().__init__()
        self.remota, self.cual, self.confirmadas, self.fin = Remota(url, usuario), cual, {}, threading.Event()

    def run(self):
        n = 0
        while not self.fin.is_set():
            contenido = video(f"{self.cual}-{n}")
            with suppress(OSError, http.client.HTTPException):
                recibida = subir(self.remota, "S-1", con_archivo(contenido), **{"Idempotency-Key": f"{self.cual}-{n}"})
                if recibida.status == 201:
                    self.confirmadas[recibida.json()["id"]] = sha256(contenido).hexdigest()
                    n += 1


def matar_uno(url) -> bool:
    """Kill a process of the server, and return whether there was one: one that was killed before may be on its way."""
    for proceso in procesos(url)[:1]:
        with suppress(ProcessLookupError):
            os.kill(proceso, signal.SIGKILL)
            return True
    return False


def test_lo_confirmado_esta_una_vez_y_como_llego(transactional_db, tmp_path, almacen):
    ExpedienteFactory(no_siniestro="S-1")
    entorno = {"BASE_DE_PRUEBAS": str(connection.settings_dict["NAME"]), "ARCHIVOS_DE_PRUEBAS": str(almacen.raiz)}
    with sirviendo(tmp_path / "bitacora", **entorno) as url:
        assert urlsplit(url).port
        remitentes = [Remitente(url, UsuarioFactory(), n) for n in range(QUIENES)]
        for remitente in remitentes:
            remitente.start()
        for muerte in range(MUERTES):
            esperar_a(lambda n=muerte: sum(len(r.confirmadas) for r in remitentes) > 3 * n)
            esperar_a(lambda: matar_uno(url))
        for remitente in remitentes:
            remitente.fin.set()
        for remitente in remitentes:
            remitente.join()

    confirmadas = {pk: huella for r in remitentes for pk, huella in r.confirmadas.items()}
    filas = dict(Evidencia.objects.values_list("pk", "sha256"))
    assert len(confirmadas) > 3 * (MUERTES - 1)
    assert confirmadas.items() <= filas.items()
    assert len(set(filas.values())) == len(filas)
    assert list(filas_con_problemas()) == []
    for ruta in guardados(almacen):
        os.utime(ruta, (0, 0))
    limpiar(list(huerfanos()))
    assert len(guardados(almacen)) == len(filas)
