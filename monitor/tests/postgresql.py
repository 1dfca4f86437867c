"""Runs a command with DATABASE_URL pointing at a throw-away PostgreSQL, made of this machine's binaries.

    python -m monitor.tests.postgresql [--exigir] COMMAND …

A DATABASE_URL that already names a PostgreSQL is used as it is. Without PostgreSQL it says so and ends well, or
badly with --exigir.
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
    """The folder of initdb and pg_ctl, of the newest version there is, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda carpeta: float(carpeta.parent.name))
    carpetas = [Path(carpeta) for carpeta in os.environ["PATH"].split(os.pathsep)]
    return next((c for c in [*reversed(debian), *carpetas] if (c / "initdb").exists()), None)


def sin_privilegios():
    """PostgreSQL refuses root: the user to run it as, or None for the present one."""
    if os.geteuid():
        return None
    nombres = {usuario.pw_name for usuario in pwd.getpwall()}
    return "postgres" if "postgres" in nombres else "nobody"


def puerto_libre():
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        return enchufe.getsockname()[1]


@contextmanager
def cluster(carpeta_de_binarios):
    """Gives the URL of a database that is gone, cluster and all, at the end."""
    usuario, puerto = sin_privilegios(), puerto_libre()
    with tempfile.TemporaryDirectory(prefix="monitor-postgresql-", ignore_cleanup_errors=True) as carpeta:
        if usuario:
            shutil.chown(carpeta, usuario)
        datos = Path(carpeta) / "datos"
        opciones = {**OPCIONES, "port": puerto, "unix_socket_directories": carpeta}

        def correr(programa, *argumentos):
            subprocess.run(
                [carpeta_de_binarios / programa, *argumentos],
                check=True,
                cwd=carpeta,
                user=usuario,
                stdout=subprocess.DEVNULL,
            )

        correr("initdb", "-D", datos, "-U", "monitor", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync")
        argumentos = " ".join(f"-c {nombre}={valor}" for nombre, valor in opciones.items())
        correr("pg_ctl", "-D", datos, "-l", Path(carpeta) / "bitacora", "-o", argumentos, "-w", "start")
        try:
            yield f"postgres://monitor@127.0.0.1:{puerto}/postgres"
        finally:
            correr("pg_ctl", "-D", datos, "-m", "immediate", "-w", "stop")


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
