"""PostgreSQL's own programs, which know how to copy a whole database. The password goes in their environment, where
neither `ps` nor a log shows it."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import psycopg
from django.core.management.base import CommandError
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from monitor.respaldos.contenedor import PEDAZO

ESPERA = "60s"  # for a lock that a migration holds
SECRETOS = ("password", "sslpassword")
# Nobody uses a database while it is filled, and what gives it its name at the end is on the disk after all of it.
DE_PRISA = " -c synchronous_commit=off -c maintenance_work_mem=256MB"


class Cliente:
    """`parametros` are those with which Django connects."""

    def __init__(self, parametros: dict):
        de_libpq = {opcion.keyword.decode() for opcion in Conninfo.get_defaults()}
        self._parametros = {n: v for n, v in parametros.items() if n in de_libpq and v not in (None, "")}
        self.nombre = parametros["dbname"]

    def conectar(self, base: str) -> psycopg.Connection:
        """Return a connection that no limit of idle time ends while another program works."""
        conexion = psycopg.connect(**self._parametros | {"dbname": base}, autocommit=True)
        conexion.execute("SET idle_session_timeout = 0")
        return conexion

    def exigir(self, programa: str, version: int) -> None:
        """Raise CommandError when the program is missing or older than a version, which is a number as 150018."""
        mayor = version // 10000
        instale = f"instale postgresql-client-{mayor} o posterior y repita. No se hizo nada."
        if shutil.which(programa) is None:
            raise CommandError(f"Falta {programa}: {instale}")
        dicho = subprocess.run([programa, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        suya = re.search(r"\) (\d+)", dicho)
        if suya is None or int(suya[1]) < mayor:
            raise CommandError(f"{programa} ({dicho.strip() or '?'}) es anterior a PostgreSQL {mayor}: {instale}")

    def volcar(self, foto: str, destino: BinaryIO) -> None:
        """Write the database as that snapshot sees it. It isn't compressed: the backup is."""
        orden = ["pg_dump", "--format=custom", "--compress=0", f"--snapshot={foto}", f"--lock-wait-timeout={ESPERA}"]
        opciones = self._parametros.get("options", "")
        with self._corriendo(orden, self.nombre, opciones, stdout=subprocess.PIPE) as proceso:
            shutil.copyfileobj(proceso.stdout, destino, PEDAZO)

    def cargar(self, volcado: BinaryIO, base: str) -> None:
        """Fill an empty database, which is then the property of whoever runs this."""
        orden = ["pg_restore", "--exit-on-error", "--no-owner", "--no-privileges"]
        opciones = self._parametros.get("options", "") + DE_PRISA
        with self._corriendo(orden, base, opciones, stdin=subprocess.PIPE) as proceso:
            shutil.copyfileobj(volcado, proceso.stdin, PEDAZO)
            proceso.stdin.close()

    @contextmanager
    def _corriendo(self, orden: list[str], base: str, opciones: str, **tubos) -> Iterator[subprocess.Popen]:
        """Give the process, and raise CommandError with its own words when it fails."""
        publicos = {nombre: valor for nombre, valor in self._parametros.items() if nombre not in SECRETOS}
        destino = make_conninfo(**publicos | {"dbname": base, "options": opciones})
        entorno = os.environ | ({"PGPASSWORD": self._parametros["password"]} if "password" in self._parametros else {})
        with tempfile.TemporaryFile() as errores:
            proceso = subprocess.Popen([*orden, f"--dbname={destino}"], env=entorno, stderr=errores, **tubos)  # noqa: S603
            try:
                yield proceso
            except BrokenPipeError:
                pass  # it ended before it read everything, and says why
            except BaseException:
                proceso.kill()
                raise
            finally:
                proceso.wait()
                for tubo in (proceso.stdout, proceso.stdin):
                    _cerrar(tubo)
            if proceso.returncode:
                errores.seek(0)
                dicho = " ".join(errores.read().decode(errors="replace").split())
                raise CommandError(f"{orden[0]} no pudo, y no se tocó nada: {dicho}")


def _cerrar(tubo) -> None:
    try:
        if tubo:
            tubo.close()
    except BrokenPipeError:
        pass
