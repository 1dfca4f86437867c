"""The PostgreSQL of the benchmark: a cluster of its own, kept between runs, with a database for each number of
expedientes."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.datos import cargar, limpiar, personas
from monitor.tests.postgresql import Cluster, binarios

_DE_ESTA_PERSONA = Path("/var/tmp/monitor-bench") if os.geteuid() == 0 else Path.home() / ".cache" / "monitor-bench"
CARPETA = Path(os.environ.get("BENCH_CARPETA") or _DE_ESTA_PERSONA)
ARCHIVOS = CARPETA / "archivos"  # what the servers keep of what they are sent
REGISTRO = CARPETA / "registro" / "sentencias.json"

# Commits are as durable as in production. The memory suits two cores that are shared with the load. Statements are
# logged only while `sentencias` reads them.
OPCIONES = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_directory": REGISTRO.parent,
    "log_filename": REGISTRO.stem,
    "log_file_mode": "0644",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
}

SIN_POSTGRESQL = "No hay PostgreSQL en esta máquina (en Debian: apt-get install postgresql)"

# Our order is in a generated column with an index; a server that orders by the contract's own columns gets an index
# too.
INDICE_DEL_OTRO = "expediente_del_otro ON expediente (fecha_ingreso DESC NULLS FIRST, no_siniestro)"


@contextmanager
def cluster():
    """Start the cluster and give `url(name)`, which returns the address of one of its databases. At the end the cluster
    is stopped but not removed."""
    programas = binarios()
    if programas is None:
        sys.exit(SIN_POSTGRESQL)
    CARPETA.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(REGISTRO.parent, ignore_errors=True)
    REGISTRO.parent.mkdir()
    propio = Cluster(programas, CARPETA, OPCIONES)
    if propio.usuario:
        shutil.chown(REGISTRO.parent, propio.usuario)
    propio.arrancar("--locale=C.UTF-8")
    try:
        yield propio.url
    finally:
        propio.parar("fast")


def preparar(url, entorno: dict, expedientes: int, *, con_otro: bool) -> str:
    """Return the address of a migrated database that holds that many expedientes. The database of the last run serves
    when it has the same size."""
    nombre = f"monitor_con_historia_{expedientes}"
    with psycopg.connect(url("postgres"), autocommit=True) as conexion:
        existe = conexion.execute("SELECT 1 FROM pg_database WHERE datname = %s", [nombre]).fetchone()
        if not existe:
            conexion.execute(f"CREATE DATABASE {nombre}")
    direccion = url(nombre)
    evaluar("proyecto", "hacer_tablas()", entorno | {"DATABASE_URL": direccion})
    with psycopg.connect(direccion, autocommit=True) as conexion:
        # The door of `monitor.db.triggers`: here histories are deleted.
        conexion.execute("SELECT set_config('monitor.puerta', '*', false)")
        personas(conexion)
        limpiar(conexion)
        if conexion.execute("SELECT count(*) FROM expediente").fetchone()[0] != expedientes:
            cargar(conexion, expedientes)
        if con_otro:
            conexion.execute(f"CREATE INDEX IF NOT EXISTS {INDICE_DEL_OTRO}")
            # It runs for who doesn't raise the version: the other doesn't, and we do. `migrate` makes it again.
            conexion.execute("DROP TRIGGER expediente_version ON expediente")
        else:
            conexion.execute(f"DROP INDEX IF EXISTS {INDICE_DEL_OTRO.split()[0]}")
        conexion.execute("VACUUM ANALYZE")
    return direccion


def evaluar(modulo: str, expresion: str, entorno: dict) -> str:
    """Evaluate an expression of a module of the benchmark in the project's shell, and return what it prints. Each
    process that it starts takes two seconds."""
    codigo = f"from benchmarks.{modulo} import *; print({expresion})"
    orden = [sys.executable, "manage.py", "shell", "--no-imports", "-c", codigo]
    return subprocess.run(orden, check=True, env=os.environ | entorno, stdout=subprocess.PIPE, text=True).stdout
