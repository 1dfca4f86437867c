"""A database of its own for each test, which a backup may be made of and which may be replaced."""

import fcntl
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from monitor.tests.postgresql import puerto_libre
from monitor.tests.test_terminal import EN_POSTGRESQL, manage, url_de

# Three commands in one process: each process takes two seconds to start.
LLENAR = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("seed_catalogos", "--con-ejemplos")
call_command("seed_demo")
"""


def al_servidor():
    return closing(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True))


class Taller:
    """A database, whether or not it exists yet, and a folder for its backups."""

    def __init__(self, carpeta: Path, nombre: str | None = None):
        self.casa, self.respaldos = carpeta, carpeta / "respaldos"
        self.nombre = nombre or f"taller_{uuid4().hex[:12]}"
        self.archivo = carpeta / f"{self.nombre}.sqlite3"
        self.url = url_de(self.nombre) if EN_POSTGRESQL else f"sqlite:///{self.archivo}"

    def copiar_de(self, otro: "Taller"):
        if not EN_POSTGRESQL:
            shutil.copyfile(otro.archivo, self.archivo)
            return
        with al_servidor() as servidor:
            servidor.execute(f"CREATE DATABASE {self.nombre} TEMPLATE {otro.nombre}")

    def tirar(self):
        for nombre in self.bases() if EN_POSTGRESQL else []:
            with al_servidor() as servidor:
                servidor.execute(f"DROP DATABASE {nombre} WITH (FORCE)")

    def bases(self):
        """Return the names of this database and of those that were made or put aside for it."""
        if not EN_POSTGRESQL:
            return sorted(ruta.name for ruta in self.casa.glob(f"{self.archivo.name}*"))
        with al_servidor() as servidor:
            filas = servidor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.nombre])
            return sorted(nombre for (nombre,) in filas)

    def variables(self):
        return {"DATABASE_URL": self.url, "BACKUP_DIR": str(self.respaldos)}

    def manage(self, orden, **variables):
        """Run the command as an operator does."""
        return manage(orden, **self.variables() | variables)

    def orden(self, nombre, *argumentos, **opciones):
        """Run the command in this process, which takes less time, and return what it says."""
        salida = StringIO()
        carpeta = {} if nombre == "restaurar" else {"carpeta": self.respaldos}
        with pytest.MonkeyPatch.context() as parche:
            aqui = self.nombre if EN_POSTGRESQL else str(self.archivo)
            parche.setitem(connections.settings, "taller", connections.settings["default"] | {"NAME": aqui})
            parche.setattr("monitor.respaldos.trabajos.connection", connections.create_connection("taller"))
            call_command(nombre, *argumentos, stdout=salida, **carpeta | opciones)
        return salida.getvalue()

    @contextmanager
    def sirviendo(self):
        """Have a real server use the database, and give its port. Nobody has asked it for anything yet."""
        puerto, aqui = puerto_libre(), self.nombre if EN_POSTGRESQL else str(self.archivo)
        ajustes = {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings", "BASE_DE_PRUEBAS": aqui}
        orden = [sys.executable, "manage.py", "serve", "--port", str(puerto)]
        servidor = subprocess.Popen(orden, cwd=settings.BASE_DIR, env=os.environ | ajustes, stderr=subprocess.DEVNULL)
        try:
            esperar_a_que_escuche(puerto, servidor)
            yield puerto
        finally:
            servidor.terminate()
            servidor.wait(timeout=40)

    def respaldar(self) -> Path:
        self.orden("respaldar")
        return max(self.respaldos.glob("*.respaldo"))

    def consultar(self, sentencia):
        conectar = psycopg.connect if EN_POSTGRESQL else sqlite3.connect
        with closing(conectar(self.url if EN_POSTGRESQL else self.archivo)) as conexion, conexion:
            cursor = conexion.execute(sentencia)
            return cursor.fetchall() if cursor.description else []

    def contenido(self):
        """Return all that the operator would miss."""
        return [
            self.consultar(f"SELECT * FROM {tabla} ORDER BY 1")
            for tabla in ("expediente", "historial_estado", "solicitud", "usuario", "post_office_email")
        ]


def esperar_a_que_escuche(puerto, proceso):
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", puerto)).close()
        except ConnectionRefusedError:
            assert proceso.poll() is None
            time.sleep(0.1)
    return pytest.fail("no escuchó en un minuto")


@pytest.fixture(scope="session")
def plantilla(tmp_path_factory, worker_id):
    """A database with the rows of the demo, for others to be copied from. Of the processes that run the tests, the
    first that needs it makes it, and the last that is done drops it."""
    propia = tmp_path_factory.getbasetemp()
    carpeta = (propia if worker_id == "master" else propia.parent) / "plantilla"
    nombre = carpeta / "nombre"
    with turno(carpeta):
        if not nombre.exists():
            nueva = Taller(carpeta)
            llenar(nueva)
            nombre.write_text(nueva.nombre)
        (carpeta / f"la usa {worker_id}").touch()
        plantilla = Taller(carpeta, nombre.read_text())
    yield plantilla
    with turno(carpeta):
        (carpeta / f"la usa {worker_id}").unlink()
        if not any(carpeta.glob("la usa *")):
            nombre.unlink()
            plantilla.tirar()


@contextmanager
def turno(carpeta: Path):
    """Let one process at a time be here."""
    carpeta.mkdir(exist_ok=True)
    with (carpeta / "turno").open("w") as archivo:
        fcntl.flock(archivo, fcntl.LOCK_EX)
        yield


def llenar(taller: Taller):
    if EN_POSTGRESQL:
        with al_servidor() as servidor:
            servidor.execute(f"CREATE DATABASE {taller.nombre} ENCODING 'UTF8' TEMPLATE template0")
    proceso = taller.manage("shell", entrada=LLENAR, DEMO="on")
    assert proceso.returncode == 0, proceso.stderr
    taller.consultar("UPDATE usuario SET es_demo = false")  # a production takes them for its own


@pytest.fixture
def taller(plantilla, tmp_path):
    """A database with the rows of the demo."""
    taller = Taller(tmp_path)
    taller.copiar_de(plantilla)
    yield taller
    taller.tirar()


@pytest.fixture
def otro_taller(tmp_path):
    """A database that doesn't exist yet; its backups are in the folder of `taller`."""
    otro = Taller(tmp_path)
    yield otro
    otro.tirar()
