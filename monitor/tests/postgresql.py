"""Run a command with DATABASE_URL pointing at a throw-away PostgreSQL, made of this machine's binaries.

    python -m monitor.tests.postgresql [--exigir] COMMAND …

A DATABASE_URL that already names a PostgreSQL is used as it is. Without PostgreSQL on this machine, a message says so
and the exit code is 0, or 1 with --exigir.
"""

import argparse
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

# Nothing here outlives the command, so nothing has to survive a power cut.
OPCIONES = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "timezone": "UTC",
}


def binarios():
    """Return the folder of the newest initdb and pg_ctl, or None when there are none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda carpeta: float(carpeta.parent.name))
    carpetas = [Path(carpeta) for carpeta in os.environ["PATH"].split(os.pathsep)]
    return next((c for c in [*reversed(debian), *carpetas] if (c / "initdb").exists()), None)


def sin_privilegios():
    """Return the user to run PostgreSQL as, since it refuses root, or None to run it as the present user."""
    if os.geteuid():
        return None
    nombres = {usuario.pw_name for usuario in pwd.getpwall()}
    return "postgres" if "postgres" in nombres else "nobody"


def puerto_libre():
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return enchufe.getsockname()[1]


class Cluster:
    """A PostgreSQL of its own in a folder, which is made if there is none in it. `opciones` are its settings, and
    `duenio` its superuser."""

    def __init__(self, programas, carpeta: Path, opciones: dict, duenio="monitor"):
        self.programas, self.carpeta, self.datos = programas, carpeta, carpeta / "datos"
        self.duenio, self.usuario, self.puerto = duenio, sin_privilegios(), puerto_libre()
        self.opciones = opciones | {"port": self.puerto, "unix_socket_directories": carpeta}
        if self.usuario:
            shutil.chown(carpeta, self.usuario)

    def url(self, base="postgres") -> str:
        return f"postgres://{self.duenio}@127.0.0.1:{self.puerto}/{base}"

    def arrancar(self, *opciones_de_initdb):
        if not (self.datos / "PG_VERSION").exists():
            propias = ("-U", self.duenio, "-E", "UTF8", "--auth=trust", *opciones_de_initdb)
            self._correr("initdb", "-D", self.datos, *propias)
        argumentos = " ".join(f"-c {nombre}={valor}" for nombre, valor in self.opciones.items())
        self._correr("pg_ctl", "-D", self.datos, "-l", self.carpeta / "bitacora", "-o", argumentos, "-w", "start")

    def parar(self, modo="immediate"):
        self._correr("pg_ctl", "-D", self.datos, "-m", modo, "-w", "stop")

    def corre(self) -> bool:
        return (self.datos / "postmaster.pid").exists()

    def hacer_replica(self):
        """Have it start the next time as a standby, that of no server."""
        (self.datos / "standby.signal").touch()

    def promover(self):
        self._correr("pg_ctl", "-D", self.datos, "-w", "promote")

    def _correr(self, programa, *argumentos):
        orden = [self.programas / programa, *argumentos]
        subprocess.run(orden, check=True, cwd=self.carpeta, user=self.usuario, stdout=subprocess.DEVNULL)


@contextmanager
def cluster_propio(programas, duenio="monitor", **opciones):
    """Start a cluster with some settings of its own, and give it; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="monitor-postgresql-", ignore_cleanup_errors=True) as carpeta:
        propio = Cluster(programas, Path(carpeta), OPCIONES | opciones, duenio)
        propio.arrancar("--locale=C.UTF-8", "--no-sync")
        try:
            yield propio
        finally:
            if propio.corre():
                propio.parar()


@contextmanager
def cluster(programas, duenio="monitor"):
    """Start a cluster and give the URL of its database, of which `duenio` is the superuser; both are removed at the
    end."""
    with cluster_propio(programas, duenio) as propio:
        yield propio.url()


def correr_con(url, comando):
    return subprocess.run(comando, check=False, env=os.environ | {"DATABASE_URL": url}).returncode


def interrumpir(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(prog="python -m monitor.tests.postgresql")
    parser.add_argument("--exigir", action="store_true", help="falla si no hay PostgreSQL")
    parser.add_argument("comando", nargs=argparse.REMAINDER)
    opciones = parser.parse_args()

    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        return correr_con(url, opciones.comando)
    carpeta = binarios()
    if carpeta is None:
        sys.stderr.write("PostgreSQL no se encontró en esta máquina: la mitad de PostgreSQL no se ejecutó.\n")
        return 1 if opciones.exigir else 0

    signal.signal(signal.SIGTERM, interrumpir)
    try:
        with cluster(carpeta) as url:
            return correr_con(url, opciones.comando)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
