"""A copy of the project's files, where a test may do what a person does on a fresh machine."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from urllib.request import urlopen

from django.conf import settings

from monitor import settings as ajustes
from monitor.tests.postgresql import puerto_libre


class Casa:
    """A copy of the project's files in a folder of its own, with no `.env` and no database."""

    def __init__(self, carpeta):
        self.carpeta = carpeta / "casa"
        ajenos = shutil.ignore_patterns(".[!e]*", ".env", "staticfiles", "node_modules", "*.sqlite3*", "__pycache__")
        shutil.copytree(settings.BASE_DIR, self.carpeta, ignore=ajenos)
        (self.carpeta / ".venv").symlink_to(sys.prefix)
        self.puerto = puerto_libre()
        propias = {*ajustes.entorno.leidas, "MAKEFLAGS", "MAKELEVEL", "BASE_DE_PRUEBAS", "ARCHIVOS_DE_PRUEBAS"}
        self.entorno = {
            nombre: valor
            for nombre, valor in os.environ.items()
            if nombre not in propias and not nombre.startswith("DJANGO_")
        }
        self.entorno["PORT"] = str(self.puerto)

    def lanzar(self, *orden):
        """Start a program in a session of its own, as a terminal or systemd does."""
        return subprocess.Popen(
            orden,
            cwd=self.carpeta,
            env=self.entorno,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def correr(self):
        """Return what `make run` prints when it is interrupted once it answers."""
        proceso = self.lanzar("make", "run")
        self.esperar(proceso)
        return self.interrumpir(proceso)

    def interrumpir(self, proceso):
        """Press Ctrl-C, which sends the signal to all the processes of the terminal, and return what was printed."""
        if proceso.poll() is None:
            os.killpg(proceso.pid, signal.SIGINT)
        return proceso.communicate(timeout=30)[0]

    def esperar(self, proceso, segundos=60):
        fin = time.monotonic() + segundos
        while time.monotonic() < fin and proceso.poll() is None:
            try:
                return urlopen(f"http://127.0.0.1:{self.puerto}/api/health", timeout=1).close()
            except OSError:  # nobody answers yet, or it is another's port
                time.sleep(0.2)
        return None

    def teclear(self, guion, preguntas=(), segundos=120):
        """Type the lines at a terminal, give each question its answer, and return what the terminal shows. They are
        pairs of what is asked and what is answered, in order."""
        maestro, esclavo = pty.openpty()
        # The leader of a session has for its terminal the first one that it opens: passwords are asked there.
        terminal = os.ttyname(esclavo)
        orden = ["sh", "-eu", "-c", f"exec <{terminal} >{terminal} 2>&1\n{guion}"]
        with subprocess.Popen(orden, cwd=self.carpeta, env=self.entorno, start_new_session=True) as proceso:
            freno = threading.Timer(segundos, proceso.kill)
            freno.start()
            visto, sobran = conversar(maestro, list(preguntas), mientras=lambda: proceso.poll() is None)
            freno.cancel()
        os.close(maestro)
        os.close(esclavo)
        assert (proceso.returncode, sobran) == (0, []), visto
        return visto


def conversar(terminal, preguntas, mientras):
    """Answer the questions as they come, and return what the terminal showed and the questions that didn't come."""
    visto = ""
    corre = True
    while corre or select.select([terminal], [], [], 0)[0]:
        corre = mientras()
        if select.select([terminal], [], [], 0.1)[0]:
            visto += os.read(terminal, 4096).decode(errors="replace")
        if preguntas and preguntas[0][0] in visto.rpartition("\n")[2]:
            os.write(terminal, f"{preguntas.pop(0)[1]}\n".encode())
            visto += "\n"
    return visto, preguntas
