"""The statements of one HTTP request as PostgreSQL logged them, and the same statements run by pgbench without our
server."""

import json
import re
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.base import REGISTRO
from benchmarks.escenarios import Escenario
from benchmarks.servidores import Servidor
from monitor.tests.postgresql import binarios

CONTROL = re.compile(r"(begin|commit|rollback|savepoint|release|set )", re.IGNORECASE)
LITERAL = r"'(?:[^']|'')*'"
PARAMETRO = re.compile(rf"\$(\d+) = (NULL|{LITERAL})")
UUID = re.compile(r"'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'")
# Each pair is a text that wrk.lua would fill in, and the expression that gives it in pgbench.
CLAVE = ("B-0000001", "('B-' || lpad((:archivo)::text, 7, '0'))")
EN_TURNO = ("B-0000000", "('B-' || lpad((:archivo % 2000)::text, 7, '0'))")


class Sentencia(NamedTuple):
    sql: str
    params: dict[str, str]  # by parameter number: the quoted literal


class Muestra(NamedTuple):
    """The statements that one HTTP request made."""

    sentencias: list[Sentencia]
    unico: str  # the text that took the place of {unico}
    id: str  # the id of what was created, if the answer says it

    @property
    def cuantas(self) -> int:
        """Return the number of statements, without those of transaction control."""
        return sum(not CONTROL.match(sentencia.sql) for sentencia in self.sentencias)


def muestra(servidor: Servidor, escenario: Escenario) -> Muestra:
    """Do what the scenario does once, while PostgreSQL logs the statements (`registrando`)."""
    unico = secrets.token_hex(8)
    servidor.alistar(escenario)
    inicio = REGISTRO.stat().st_size
    cuerpo = _una_vez(servidor, escenario, clave=CLAVE[0], en_turno=EN_TURNO[0], siguiente="Salida", unico=unico)
    time.sleep(0.2)  # until the log collector has written the statements
    with REGISTRO.open() as archivo:
        archivo.seek(inicio)
        lineas = [json.loads(linea) for linea in archivo]
    sentencias = [s for linea in lineas if linea.get("application_name") != "benchmarks" for s in _leer(linea)]
    return Muestra(sentencias, unico, _id(cuerpo))


def _una_vez(servidor, escenario, **valores) -> bytes:
    """Do what the scenario does, and return the body of the answer, if it is one."""
    if not escenario.vuelta:
        return servidor.pedir(escenario, **valores).cuerpo
    _, malas = escenario.vuelta(servidor, escenario)
    if malas:
        sys.exit(f"«{escenario.nombre}»: {malas} respuestas malas")
    return b""


@contextmanager
def registrando(servidor):
    with servidor.conectar(autocommit=True) as conexion:
        _registrar(conexion, "all")
        try:
            yield
        finally:
            _registrar(conexion, "none")


def _registrar(conexion, cuales):
    conexion.execute(f"ALTER SYSTEM SET log_statement = '{cuales}'")
    conexion.execute("SELECT pg_reload_conf()")
    time.sleep(0.3)  # until every process has read the new configuration


def _leer(linea):
    tipo, _, sql = linea["message"].partition(": ")
    if tipo == "statement" or tipo.startswith("execute"):
        yield Sentencia(sql, dict(PARAMETRO.findall(linea.get("detail", ""))))


def _id(cuerpo: bytes) -> str:
    datos = json.loads(cuerpo) if cuerpo[:1] == b"{" else {}
    return str((datos.get("data") or {}).get("Id", ""))


def pgbench(servidor: Servidor, escenario: Escenario, una: Muestra, segundos: float) -> dict:
    """Run the statements for `segundos` and return their rate, as `wrk.medir` does. They are prepared, and go over as
    many connections as wrk has."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as guion:
        guion.write(escribir_guion(una, servidor.expedientes))
        guion.flush()
        orden = [binarios() / "pgbench", "-n", "-M", "prepared", "-c", str(escenario.conexiones), "-T", str(segundos)]
        salida = subprocess.run(
            [*orden, "-f", guion.name, servidor.entorno["DATABASE_URL"]], check=True, capture_output=True, text=True
        ).stdout
    return {"por_segundo": float(re.search(r"tps = ([\d.]+)", salida)[1])}


def escribir_guion(una: Muestra, expedientes: int) -> str:
    lineas = [rf"\set archivo random(0, {expedientes - 1})", r"\set unico random(1, 1000000000000)"]
    sin_id = bool(una.id)
    for sql, params in una.sentencias:
        sql = re.sub(r"\bversion = \$\d+", "version = :version", sql)
        sql = re.sub(r"pg_try_advisory_xact_lock\(\$\d+\)", "pg_try_advisory_xact_lock(:unico)", sql)
        sql = re.sub(LITERAL, lambda m: _sin_variables(m[0]) if ":" in m[0] else m[0], sql)
        texto = re.sub(r"\$(\d+)", lambda m, p=params: _valor(p.get(m[1], "NULL"), una), sql)
        # The first row that is created gives its id to the statements after it, and one that is read, its version.
        da_id = sin_id and '"id"' in sql.partition("RETURNING")[2]
        sin_id = sin_id and not da_id
        lineas.append(texto + (r" \gset" if da_id or sql.startswith('SELECT "version"') else ";"))
    return "\n".join(lineas) + "\n"


def _valor(literal: str, una: Muestra) -> str:
    if una.id and literal == f"'{una.id}'":
        return ":id"
    for texto, expresion in (CLAVE, EN_TURNO):
        if literal == f"'{texto}'":
            return expresion
    otro = "(:client_id)::text || '-' || :unico"
    if UUID.fullmatch(literal):  # no two rows have the same
        return f"md5({otro})::uuid"
    escrito = _sin_variables(literal) if literal != "NULL" else literal
    return f"replace({escrito}, '{una.unico}', {otro})" if una.unico in literal else escrito


def _sin_variables(literal: str) -> str:
    """Write a literal without its colons: pgbench takes a colon and a letter for one of its variables."""
    return "E" + literal.replace("\\", "\\\\").replace(":", r"\x3a")
