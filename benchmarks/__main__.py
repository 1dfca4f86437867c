"""Measure what the production server does with N expedientes, in turn with the servers that it is compared with.

Run it with `python -m benchmarks`. It reads these variables; the value after `=` is the default:

EXPEDIENTES=100000       how many expedientes the database holds
CHICA=10000              how many a smaller database holds, for what should cost the same at any size; 0 for none
TURNOS=5, SEGUNDOS=3     the turns of each scenario, and the seconds of each turn, three times as many for the whole
                         list; without turns, each scenario is tried with one HTTP request and nothing is measured
ESPERA=2                 the seconds that each runs before its first turn, while compilers and caches warm up
PETICIONES=100000        the HTTP requests after which memory is measured; 0 for none
SOLO                     parts of scenarios' names, with `|` between them: only the scenarios that have one of them run
                         (`SOLO=anexos`, `SOLO=admin`)
MIB=50, FOTOS=100        for the annexes: how large the file is that goes up and down, and the photos of an expediente;
                         another has 60 % of them in its gallery
CONTRA                   the URL of another server on the same tables, or
CONTRA_COMANDO           a command that starts it, given DATABASE_URL, JWT_SECRET, PORT and WORKERS
INFORME, BENCH_CARPETA   the file where the report is written, and the folder where the databases are kept
"""

import json
import os
import secrets
import shutil
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import NamedTuple

from benchmarks import anexos, clientes, memoria, wrk
from benchmarks.base import ARCHIVOS, cluster, preparar
from benchmarks.escenarios import Escenario
from benchmarks.informe import escribir
from benchmarks.sentencias import Muestra, muestra, pgbench, registrando
from benchmarks.servidores import Servidor, monitor, otro
from monitor.tests.memoria import midiendo


def entero(nombre: str, defecto: int) -> int:
    return int(os.environ.get(nombre) or defecto)


EXPEDIENTES = entero("EXPEDIENTES", 100_000)
CHICA = entero("CHICA", 10_000)
TURNOS, SEGUNDOS, ESPERA = entero("TURNOS", 5), entero("SEGUNDOS", 3), entero("ESPERA", 2)
PETICIONES = entero("PETICIONES", 100_000)
SOLO = os.environ.get("SOLO", "")
PROPIO = "propio"
CON_OTRO = bool(os.environ.get("CONTRA") or os.environ.get("CONTRA_COMANDO"))


def main():
    if shutil.which("wrk") is None:
        sys.exit("Falta wrk (en Debian: apt-get install wrk)")
    entorno = entorno_de_prueba()
    shutil.rmtree(ARCHIVOS, ignore_errors=True)  # of the last run
    with cluster() as url, ExitStack() as pila:

        def base(expedientes):
            print(f"Preparando {expedientes:,} expedientes…", flush=True)
            return preparar(url, entorno, expedientes, con_otro=CON_OTRO)

        direccion = base(EXPEDIENTES)
        notas = []
        if PETICIONES and not SOLO:
            with monitor(entorno, direccion, EXPEDIENTES) as servidor:
                notas = [memoria.muchas_peticiones(servidor, PETICIONES), memoria.lista_completa(servidor)]
                print(*notas, sep="\n", flush=True)
            direccion = base(EXPEDIENTES)
        servidor = pila.enter_context(monitor(entorno, direccion, EXPEDIENTES))
        ajeno = pila.enter_context(otro(servidor))
        escenarios = elegidos(servidor)
        if not TURNOS:
            probar(servidor, escenarios)
            return
        chico = estatico = None
        if 0 < CHICA < EXPEDIENTES and any(escenario.por_cursor for escenario in escenarios):
            chico = pila.enter_context(monitor(entorno, base(CHICA), CHICA))
        if any(escenario.estatico for escenario in escenarios):
            estatico = pila.enter_context(anexos.estaticos(servidor))
        rivales = Rivales(ajeno, chico, estatico)
        filas = [medir(escenario, servidor, rivales) for escenario in escenarios]
    escribir(filas, notas, expedientes=EXPEDIENTES, chica=CHICA, turnos=TURNOS, segundos=SEGUNDOS)


def entorno_de_prueba() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": os.environ.get("JWT_SECRET") or secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "DEBUG": "off",
        "DEMO": "off",
        "LOG_LEVEL": "ERROR",
        "ARCHIVOS_DIR": str(ARCHIVOS),
    }


def elegidos(servidor: Servidor) -> list[Escenario]:
    """Return the scenarios that run. Those of annexes find what hangs from their expedientes only when one runs."""

    def va(escenario):
        return any(parte in escenario.nombre for parte in SOLO.split("|"))

    if any(map(va, anexos.escenarios())):
        servidor.escenarios.extend(anexos.colgar(servidor))
    return [*filter(va, servidor.escenarios)]


def probar(servidor: Servidor, escenarios: list[Escenario]) -> None:
    with registrando(servidor):
        for escenario in escenarios:
            anotar({"escenario": escenario.nombre, "sentencias": muestra(servidor, escenario).cuantas})


def anotar(fila: dict) -> None:
    print(json.dumps(fila, ensure_ascii=False), flush=True)


class Rivales(NamedTuple):
    """The other servers that run: another program on the same tables, our own with few expedientes, and one that only
    gives files."""

    ajeno: Servidor | None
    chico: Servidor | None
    estatico: Servidor | None


def medir(escenario: Escenario, servidor: Servidor, rivales: Rivales) -> dict:
    with registrando(servidor):
        una = muestra(servidor, escenario)
    cliente = clientes if escenario.vuelta else wrk
    corredores = {PROPIO: lambda segundos: cliente.medir(servidor, escenario, segundos)}
    corredores |= contrincantes(escenario, una, servidor, rivales)

    def turno(nombre: str, segundos: int) -> dict:
        servidor.alistar(escenario)
        return corredores[nombre](segundos)

    for nombre in corredores if ESPERA else ():
        turno(nombre, ESPERA)
    turnos = {nombre: [] for nombre in corredores}
    segundos = SEGUNDOS * escenario.largo
    with midiendo(servidor.trabajadores()) if escenario.mib else nullcontext([0]) as muestras:
        for i in range(TURNOS):
            # Every other round goes backwards, so that none always comes after the same one.
            for nombre in reversed(corredores) if i % 2 else corredores:
                turnos[nombre].append(turno(nombre, segundos))
    fila = resumir(escenario, turnos.pop(PROPIO), turnos)
    fila |= {"sentencias": una.cuantas, "memoria": round(servidor.memoria()), "meta": escenario.meta}
    fila |= {"grupo": escenario.grupo, "logra": escenario.logra, "mib": escenario.mib}
    fila["crece"] = round(max(muestras) - muestras[0], 1)
    anotar(fila)
    return fila


def contrincantes(escenario, una: Muestra, servidor, otros: Rivales) -> dict[str, Callable[[int], dict]]:
    """Return a function for each rival, by the name of its column: it runs a turn of the given seconds."""
    rivales = {}
    if otros.ajeno and escenario.contra_otro:
        rivales["otro"] = lambda segundos: wrk.medir(otros.ajeno, escenario, segundos)
    if escenario.contra:
        propio = servidor.escenario(escenario.contra)
        rivales[propio.nombre] = lambda segundos: wrk.medir(servidor, propio, segundos)
    if otros.chico and escenario.por_cursor:
        rivales["chica"] = lambda segundos: wrk.medir(otros.chico, otros.chico.escenario(escenario.nombre), segundos)
    if escenario.estatico:
        bytes_ = replace(escenario, ruta=escenario.estatico)
        rivales["http.server"] = lambda segundos: wrk.medir(otros.estatico, bytes_, segundos)
    if not escenario.grupo:  # elsewhere what takes the time isn't the database
        rivales["pgbench"] = lambda segundos: pgbench(servidor, escenario, una, segundos)
    return rivales


def resumir(escenario: Escenario, propios: list[dict], ajenos: dict[str, list[dict]]) -> dict:
    """Return the medians of the turns; a ratio is the median of the ratios of each turn."""

    def mediana(turnos, campo):
        return statistics.median(turno[campo] for turno in turnos)

    def contra(turnos):
        if not all(turno["por_segundo"] for turno in turnos):
            sys.exit(f"En un turno de «{escenario.nombre}» no acabó ninguna petición: ponga más SEGUNDOS")
        razones = [propio["por_segundo"] / turno["por_segundo"] for propio, turno in zip(propios, turnos, strict=True)]
        return {"por_segundo": mediana(turnos, "por_segundo"), "razon": statistics.median(razones)}

    fila = {"escenario": escenario.nombre} | {c: mediana(propios, c) for c in ("por_segundo", "p50", "p95", "p99")}
    fila["contra"] = {nombre: contra(turnos) for nombre, turnos in ajenos.items()}
    fila["malas"] = sum(turno["malas"] + turno["caidas"] for turno in propios)
    return fila


if __name__ == "__main__":
    main()
