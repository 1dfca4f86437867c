"""The servers that are measured: the production server, as `make serve` starts it, and another one on the same
tables."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psycopg

from benchmarks.base import ARCHIVOS, evaluar
from benchmarks.escenarios import Escenario, escenarios
from monitor.tests.memoria import memoria
from monitor.tests.postgresql import puerto_libre

WORKERS = 2


@dataclass
class Servidor:
    url: str
    proceso: subprocess.Popen
    entorno: dict[str, str]
    expedientes: int

    @cached_property
    def posicion(self) -> tuple:
        """The place in the list of the expediente in the middle."""
        with self.conectar() as conexion:
            mitad = "SELECT orden_ingreso, no_siniestro FROM expediente ORDER BY 1, 2 OFFSET %s LIMIT 1"
            return conexion.execute(mitad, [self.expedientes // 2]).fetchone()

    @cached_property
    def _llaves(self) -> dict[str, str]:
        return json.loads(evaluar("proyecto", f"llaves({self.posicion!r})", self.entorno))

    @property
    def token(self) -> str:
        return self._llaves["token"]

    @property
    def sesion(self) -> str:
        return self._llaves["sesion"]

    @cached_property
    def escenarios(self) -> list[Escenario]:
        return escenarios(
            expedientes=self.expedientes,
            posicion=self.posicion,
            cursor=self._llaves["cursor"],
            etag=self.pedir(Escenario("", f"/api/expedientes/{self.clave}")).headers["ETag"],
            clave=self.clave,
            sesion=self.sesion,
        )

    @property
    def clave(self) -> str:
        """Return the key of an expediente that no scenario writes to."""
        return f"B-{self.expedientes - 1:07d}"

    def escenario(self, nombre: str) -> Escenario:
        return next(escenario for escenario in self.escenarios if escenario.nombre == nombre)

    def conectar(self, **opciones):
        return psycopg.connect(self.entorno["DATABASE_URL"], application_name="benchmarks", **opciones)

    def alistar(self, escenario: Escenario):
        """Leave the database as the scenario asks to find it."""
        if escenario.antes:
            with self.conectar() as conexion:
                conexion.execute(escenario.antes)
        if escenario.tirar:
            with self.conectar() as conexion:
                borradas = "DELETE FROM evidencia WHERE no_siniestro = %s RETURNING lugar"
                for (lugar,) in conexion.execute(borradas, [escenario.tirar]).fetchall():
                    (ARCHIVOS / "originales" / lugar).unlink()

    def headers(self, escenario: Escenario) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | escenario.headers

    def pedir(self, escenario: Escenario, **valores: str):
        """Send one HTTP request and return the response, with its body in `cuerpo`. `valores` are what wrk.lua would
        fill in."""

        def poner(texto):
            for nombre, valor in valores.items():
                texto = texto.replace(f"{{{nombre}}}", valor)
            return texto

        headers = {nombre: poner(valor) for nombre, valor in self.headers(escenario).items()}
        cuerpo = poner(escenario.texto).encode() or None
        peticion = Request(self.url + poner(escenario.ruta), cuerpo, headers, method=escenario.metodo)
        try:
            respuesta = urlopen(peticion)
        except HTTPError as error:  # urllib raises it for a 304 too
            if error.code != 304:
                raise
            respuesta = error
        with respuesta:
            respuesta.cuerpo = respuesta.read()
        return respuesta

    def trabajadores(self) -> list[int]:
        pid = self.proceso.pid
        return [int(hijo) for hijo in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def memoria(self) -> float:
        """Return the resident memory of the largest worker, in MB."""
        return memoria(self.trabajadores())


@contextmanager
def monitor(entorno: dict, direccion: str, expedientes: int):
    puerto, propio = puerto_libre(), entorno | {"DATABASE_URL": direccion}
    orden = [sys.executable, "manage.py", "serve", "--port", str(puerto), "--workers", str(WORKERS)]
    with corriendo(orden, propio, puerto) as (url, proceso):
        yield Servidor(url, proceso, propio, expedientes)


@contextmanager
def otro(monitor: Servidor):
    """Give the server that CONTRA or CONTRA_COMANDO names, on Monitor's tables and with its tokens, or None."""
    if os.environ.get("CONTRA"):
        yield Servidor(os.environ["CONTRA"], monitor.proceso, monitor.entorno, monitor.expedientes)
    elif os.environ.get("CONTRA_COMANDO"):
        puerto = puerto_libre()
        propio = monitor.entorno | {"PORT": str(puerto), "WORKERS": str(WORKERS)}
        with corriendo(shlex.split(os.environ["CONTRA_COMANDO"]), propio, puerto) as (url, proceso):
            yield Servidor(url, proceso, monitor.entorno, monitor.expedientes)
    else:
        yield None


@contextmanager
def corriendo(orden, entorno, puerto, *, callado=False):
    url = f"http://127.0.0.1:{puerto}"
    # What the server prints when it starts and stops doesn't belong in the table.
    nada = subprocess.DEVNULL
    proceso = subprocess.Popen(
        orden, env=os.environ | entorno, start_new_session=True, stdout=nada, stderr=nada if callado else None
    )
    try:
        esperar(f"{url}/api/health", proceso)
        yield url, proceso
    finally:
        os.killpg(proceso.pid, signal.SIGTERM)
        proceso.wait(timeout=40)


def esperar(url, proceso):
    for _ in range(300):
        try:
            urlopen(url).close()
            return
        except HTTPError:  # the server answers
            return
        except URLError:
            if proceso.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit(f"{url} no responde")
