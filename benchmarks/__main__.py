"""python -m benchmarks: what the production server does with N files, beside what it is compared with.

Environment: EXPEDIENTES (100000), TURNOS (3), SEGUNDOS (5, of each turn), SOLO (part of a scenario's name),
CONTRA (the URL of another server on the same tables) or CONTRA_COMANDO (a command that starts it: it is given
DATABASE_URL, JWT_SECRET, PORT and WORKERS), INFORME (the file to write).
"""

import json
import os
import secrets
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import psycopg

from benchmarks.base import cluster, manage, preparar
from benchmarks.escenarios import Escenario, escenarios
from benchmarks.informe import escribir
from monitor.tests.postgresql import puerto_libre

EXPEDIENTES = int(os.environ.get("EXPEDIENTES", "100000"))
TURNOS = int(os.environ.get("TURNOS", "3"))
SEGUNDOS = int(os.environ.get("SEGUNDOS", "5"))
SOLO = os.environ.get("SOLO", "")
WORKERS = 2
CARGA = Path(__file__).with_name("carga.lua")


def main():
    if shutil.which("wrk") is None:
        sys.exit("Falta wrk (en Debian: apt-get install wrk)")
    entorno = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": os.environ.get("JWT_SECRET") or secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "DEBUG": "off",
        "DEMO": "off",
        "LOG_LEVEL": "ERROR",
    }
    with cluster() as url:
        print(f"Preparando {EXPEDIENTES:,} expedientes…", flush=True)
        entorno["DATABASE_URL"] = preparar(url, entorno, EXPEDIENTES)
        with monitor(entorno) as servidor, contrincante(entorno) as contra:
            filas = medir(servidor, contra, entorno)
    escribir(filas, expedientes=EXPEDIENTES, turnos=TURNOS, segundos=SEGUNDOS)


def medir(servidor, contra, entorno) -> list[dict]:
    base, proceso = servidor
    token = emitir_token(entorno)
    filas = []
    for escenario in escenarios(**hondura(entorno), etag=etag(base, token), sesion=sesion(entorno)):
        if SOLO not in escenario.nombre:
            continue
        sentencias = contar_sentencias(escenario, base, token, entorno)
        propios, ajenos = [], []
        for turno in range(TURNOS):
            antes(escenario, entorno)
            propios.append(wrk(escenario, base, token, f"{turno}"))
            if contra and escenario.contra:
                ajenos.append(wrk(escenario, contra, token, f"{turno}c"))
        filas.append(resumir(escenario, propios, ajenos) | {"sentencias": sentencias, "memoria": memoria(proceso)})
        print(json.dumps(filas[-1], ensure_ascii=False), flush=True)
    return filas


def antes(escenario, entorno):
    if escenario.antes:
        with psycopg.connect(entorno["DATABASE_URL"]) as conexion:
            conexion.execute(escenario.antes)


def resumir(escenario: Escenario, propios, ajenos) -> dict:
    def mediana(turnos, campo):
        return statistics.median(turno[campo] for turno in turnos)

    fila = {"escenario": escenario.nombre} | {c: mediana(propios, c) for c in ("por_segundo", "p50", "p95", "p99")}
    if ajenos:
        fila["contra"] = mediana(ajenos, "por_segundo")
    fila["malas"] = sum(turno["malas"] + turno["caidas"] for turno in propios)
    return fila


def wrk(escenario: Escenario, base, token, turno) -> dict:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | escenario.headers
    orden = ["wrk", "-t1", f"-c{escenario.conexiones}", f"-d{SEGUNDOS}s", "--timeout", "30s", "-s", CARGA]
    for nombre, valor in headers.items():
        orden += ["-H", f"{nombre}: {valor}"]
    semilla = str(abs(hash((turno, time.time_ns()))) % 10**9)
    orden += [base, "--", escenario.metodo, escenario.ruta, escenario.texto, str(EXPEDIENTES), semilla]
    salida = subprocess.run(orden, check=True, capture_output=True, text=True).stdout
    resultado = json.loads(salida.partition("RESULTADO ")[2])
    resultado["por_segundo"] = resultado["peticiones"] / resultado["us"] * 1e6
    return resultado


@contextmanager
def monitor(entorno):
    """The production server, as `make serve` starts it."""
    puerto = puerto_libre()
    orden = [sys.executable, "manage.py", "serve", "--port", str(puerto), "--workers", str(WORKERS)]
    with servidor(orden, entorno, puerto) as proceso:
        yield f"http://127.0.0.1:{puerto}", proceso


@contextmanager
def contrincante(entorno):
    if os.environ.get("CONTRA"):
        yield os.environ["CONTRA"]
    elif os.environ.get("CONTRA_COMANDO"):
        puerto = puerto_libre()
        propio = entorno | {"PORT": str(puerto), "WORKERS": str(WORKERS)}
        with servidor(shlex.split(os.environ["CONTRA_COMANDO"]), propio, puerto):
            yield f"http://127.0.0.1:{puerto}"
    else:
        yield None


@contextmanager
def servidor(orden, entorno, puerto):
    proceso = subprocess.Popen(orden, env=os.environ | entorno, start_new_session=True)
    try:
        esperar(f"http://127.0.0.1:{puerto}/api/health", proceso)
        yield proceso
    finally:
        os.killpg(proceso.pid, signal.SIGTERM)
        proceso.wait(timeout=30)


def esperar(url, proceso):
    for _ in range(300):
        try:
            urlopen(url).close()
            return
        except URLError as error:
            if hasattr(error, "code"):
                return
            if proceso.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit(f"{url} no responde")


def emitir_token(entorno) -> str:
    return evaluar("tokens.emitir(Usuario.objects.get(username='bench'))", entorno)


def sesion(entorno) -> str:
    """Of a person who has entered the admin."""
    return evaluar("abrir_sesion(Usuario.objects.get(username='bench'))", entorno)


def hondura(entorno) -> dict:
    """The middle of the list, as the API and the admin name it."""
    with psycopg.connect(entorno["DATABASE_URL"]) as conexion:
        fila = conexion.execute(
            "SELECT orden_ingreso, no_siniestro FROM expediente ORDER BY 1, 2 OFFSET %s LIMIT 1", [EXPEDIENTES // 2]
        ).fetchone()
    cursor = evaluar(f"escribir_cursor({fila!r})", entorno)
    return {"cursor_hondo": cursor, "pagina_honda": quote(f"despues:{json.dumps(fila, separators=(',', ':'))}")}


def evaluar(expresion: str, entorno) -> str:
    """In the project's own terms."""
    codigo = f"from benchmarks.proyecto import *; print({expresion})"
    return manage("shell", "--no-imports", "-c", codigo, entorno=entorno).stdout.strip()


def pedir(escenario: Escenario, base, token):
    def poner(texto):
        valores = {"clave": "B-0000001", "en_turno": "B-0000000", "siguiente": "Salida", "unico": secrets.token_hex(8)}
        for nombre, valor in valores.items():
            texto = texto.replace(f"{{{nombre}}}", valor)
        return texto

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} | escenario.headers
    cuerpo = poner(escenario.texto).encode() or None
    try:
        with urlopen(Request(base + poner(escenario.ruta), cuerpo, headers, method=escenario.metodo)) as respuesta:
            respuesta.read()
            return respuesta
    except URLError as error:  # a 304 comes as an error
        if getattr(error, "code", None) == 304:
            return error
        raise


def etag(base, token) -> str:
    return pedir(Escenario("", "/api/expedientes/B-0000001"), base, token).headers["ETag"]


def contar_sentencias(escenario, base, token, entorno) -> int:
    """Of one request, by PostgreSQL's own count; transaction control and what foreign keys look up apart."""
    with psycopg.connect(entorno["DATABASE_URL"], autocommit=True) as conexion:
        seguir(conexion, "top")
        conexion.execute("SELECT pg_stat_statements_reset()")
        pedir(escenario, base, token)
        seguir(conexion, "none")
        return conexion.execute(
            "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE query !~* %s",
            [r"^(begin|commit|rollback|savepoint|release|set |select pg_|alter)|pg_stat_statements|FROM ONLY"],
        ).fetchone()[0]


def seguir(conexion, cuanto):
    conexion.execute(f"ALTER SYSTEM SET pg_stat_statements.track = '{cuanto}'")
    conexion.execute("SELECT pg_reload_conf()")
    time.sleep(0.5)  # until every backend has read it


def memoria(proceso) -> int:
    """MB of the largest worker."""
    hijos = Path(f"/proc/{proceso.pid}/task/{proceso.pid}/children").read_text().split()
    residentes = [int(Path(f"/proc/{hijo}/statm").read_text().split()[1]) * 4 for hijo in hijos]
    return max(residentes) // 1024


if __name__ == "__main__":
    main()
