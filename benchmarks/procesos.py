"""Processes that are killed without warning and started again, as systemd would."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from monitor.tests.postgresql import Cluster

PLAZO = 60  # seconds in which what was started again must answer


def hijos(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(hijo) for hijo in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def matar(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def esperar(condicion, que: str) -> None:
    """Return once the condition holds. Raise TimeoutError, naming what didn't come, after PLAZO."""
    fin = time.monotonic() + PLAZO
    while not condicion():
        if time.monotonic() > fin:
            raise TimeoutError(f"{que} no volvió en {PLAZO} s")
        time.sleep(0.02)


class Orden:
    """One of our commands, which runs until it is killed."""

    def __init__(self, bitacora: Path, entorno: dict, *argumentos: str):
        self.bitacora, self.entorno = bitacora, entorno
        self.orden = [sys.executable, "manage.py", *argumentos]
        self.proceso = None

    def lanzar(self):
        with self.bitacora.open("a") as salida:
            self.proceso = subprocess.Popen(
                self.orden, env=os.environ | self.entorno, stdout=salida, stderr=salida, start_new_session=True
            )

    def vigilar(self):
        """Start it again if it has ended by itself."""
        if self.proceso.poll() is not None:
            self.lanzar()

    def matar(self):
        matar(self.proceso.pid)
        self.proceso.wait()

    def terminar(self):
        """End it as systemd would; it may have ended already."""
        self.proceso.terminate()
        self.proceso.wait(timeout=PLAZO)


class Nube(Orden):
    """The server of S3, whose objects stay in a folder (`cubeta`)."""

    def __init__(self, bitacora: Path, carpeta: Path, puerto: int):
        super().__init__(bitacora, {})
        self.orden = [sys.executable, "-m", "benchmarks.cubeta", str(carpeta), str(puerto)]


class Servidor(Orden):
    def __init__(self, bitacora: Path, entorno: dict, puerto: int):
        super().__init__(bitacora, entorno, "serve", "--port", str(puerto), "--workers", "2")
        self.url = f"http://127.0.0.1:{puerto}/api/health"

    def lanzar(self):
        super().lanzar()
        self.esperar()

    def esperar(self):
        esperar(self.contesta, "el servidor")

    def contesta(self) -> bool:
        """Return whether the server answers, and its database too. One that ended is started again, because the address
        may have been busy when it began."""
        try:
            with urlopen(self.url, timeout=5):
                return True
        except (HTTPError, URLError, OSError):
            if self.proceso.poll() is not None:
                super().lanzar()
            return False

    def matar_trabajador(self, azar: Random):
        esperar(lambda: hijos(self.proceso.pid), "un proceso del servidor")
        matar(azar.choice(hijos(self.proceso.pid)))

    def matar_todo(self):
        with suppress(ProcessLookupError):
            os.killpg(self.proceso.pid, signal.SIGKILL)
        self.proceso.wait()


class Postgresql(Cluster):
    @property
    def pid(self) -> int:
        return int((self.datos / "postmaster.pid").read_text().split()[0])

    def matar_uno(self, azar: Random):
        """Kill one of its processes other than the first, which then starts all the others again."""
        esperar(lambda: hijos(self.pid), "un proceso de PostgreSQL")
        matar(azar.choice(hijos(self.pid)))

    def matar_todo(self, azar: Random):
        """Kill the first process, and half of the time the others with it: else they end by themselves when they see
        it."""
        pid = self.pid
        otros = hijos(pid)
        matar(pid, *(otros if azar.random() < 0.5 else ()))
        esperar(lambda: not vivo(pid), "el final de PostgreSQL")
        esperar(self._arranca, "PostgreSQL")

    def _arranca(self) -> bool:
        """Return whether it starts: not while processes of the former one still run, which pg_ctl then says."""
        with suppress(subprocess.CalledProcessError):
            self.arrancar()
            return True
        return False


def vivo(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
