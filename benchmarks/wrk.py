"""One turn of a scenario against a server, driven by Debian's wrk with wrk.lua."""

import json
import secrets
import subprocess
from pathlib import Path

from benchmarks.escenarios import Escenario
from benchmarks.servidores import Servidor

GUION = Path(__file__).with_name("wrk.lua")


def medir(servidor: Servidor, escenario: Escenario, segundos: float) -> dict:
    """Run the scenario and return `por_segundo`, the latencies in microseconds, and how many answers were errors
    (`malas`) or never came (`caidas`)."""
    orden = ["wrk", "-t1", f"-c{escenario.conexiones}", f"-d{segundos}s", "--timeout", "60s", "-s", GUION]
    for nombre, valor in servidor.headers(escenario).items():
        orden += ["-H", f"{nombre}: {valor}"]
    turno = str(secrets.randbelow(10**9))
    orden += [servidor.url, "--", escenario.metodo, escenario.ruta, escenario.texto, str(servidor.expedientes), turno]
    salida = subprocess.run(orden, check=True, capture_output=True, text=True).stdout
    turno = json.loads(salida.partition("RESULTADO ")[2])
    cuantas = turno["peticiones"]
    if escenario.por_bytes:
        cuantas = turno["bytes"] / len(servidor.pedir(escenario).cuerpo)
    return turno | {"peticiones": cuantas, "por_segundo": cuantas / turno["us"] * 1e6}
