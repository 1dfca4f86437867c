import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from monitor.tests.paciencia import esperar_a
from monitor.tests.postgresql import puerto_libre


class Servidor:
    """The server of programa.py. Its limits are small, so that what is slow is cut soon."""

    LIMITES = {
        "HEAD_TIME": 1,
        "BODY_TIME": 1,
        "READ_TIME": 1,
        "IDLE_TIME": 2,
        "GRACE": 1,
        "TURN_TIME": 1,
        "STREAMS": 4,
        "BODIES": 20_000,
        "IN_MEMORY": 1024,
        "FILES": 300_000,
        "FILES_OF_STRANGERS": 100_000,
        "SLOWEST": 20_000,
        "CONNECTIONS": 50,
    }

    def __init__(self, carpeta, pila):
        self.puerto, self.bitacora, self._pila = puerto_libre(), carpeta / "bitacora", pila
        self.bitacora.touch()
        programa = Path(__file__).with_name("programa.py")
        orden = [sys.executable, programa, str(self.puerto), json.dumps(self.LIMITES), self.bitacora]
        self.proceso = pila.enter_context(subprocess.Popen(orden, stderr=subprocess.DEVNULL, start_new_session=True))
        pila.callback(self._matar)

    def _matar(self):
        """Kill the parent and the workers, which would outlive it if it were broken."""
        with suppress(ProcessLookupError):
            os.killpg(self.proceso.pid, signal.SIGKILL)

    def conectar(self, *textos: str | bytes) -> socket.socket:
        """Open a connection and send the texts."""
        conexion = self._pila.enter_context(socket.create_connection(("127.0.0.1", self.puerto), timeout=10))
        for texto in textos:
            conexion.sendall(texto.encode() if isinstance(texto, str) else texto)
        return conexion

    def pedir(self, ruta, metodo="GET", cuerpo=None, headers=()):
        conexion = http.client.HTTPConnection("127.0.0.1", self.puerto, timeout=10)
        conexion.request(metodo, ruta, cuerpo, dict(headers))
        respuesta = conexion.getresponse()
        respuesta.cuerpo = respuesta.read()
        conexion.close()
        return respuesta

    def soltar(self):
        """Let those that wait at /espera go on."""
        self.bitacora.with_suffix(".suelto").touch()

    def hechos(self) -> list[str]:
        return self.bitacora.read_text().splitlines()

    def conexiones(self) -> int:
        """Return how many connections the workers hold."""
        hijos = Path(f"/proc/{self.proceso.pid}/task/{self.proceso.pid}/children").read_text().split()
        return sum(_es_un_socket(fd) for hijo in hijos for fd in Path(f"/proc/{hijo}/fd").iterdir())

    def escucha(self):
        try:
            self.conectar().close()
        except ConnectionRefusedError:
            return False
        return True

    def pids(self) -> set[int]:
        """Return the workers that answer."""
        return {json.loads(self.pedir("/hola").cuerpo)["pid"] for _ in range(8)}

    def contesta(self):
        try:
            self.pedir("/hola")
        except OSError:
            return False
        return True


def _es_un_socket(descriptor: Path) -> bool:
    try:
        return descriptor.readlink().name.startswith("socket:")
    except FileNotFoundError:  # it has been closed meanwhile
        return False


@pytest.fixture
def servidor_propio(tmp_path):
    with ExitStack() as pila:
        servidor = Servidor(tmp_path, pila)
        esperar_a(servidor.contesta)
        esperar_a(lambda: len(servidor.pids()) == 2)
        yield servidor


def todo(conexion: socket.socket) -> bytes:
    """Read until the server closes the connection, or cuts it."""
    partes = []
    try:
        while parte := conexion.recv(65536):
            partes.append(parte)
    except ConnectionResetError:
        pass
    return b"".join(partes)
