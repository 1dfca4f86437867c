"""The table of a run, printed, and written between two marks of docs/rendimiento.md."""

import os
import platform
import subprocess
from datetime import date
from pathlib import Path

INFORME = Path(os.environ.get("INFORME", "docs/rendimiento.md"))
INICIO, FIN = "<!-- medido: inicio {} -->", "<!-- medido: fin {} -->"


def escribir(filas, *, expedientes, turnos, segundos):
    texto = "\n".join([condiciones(expedientes, turnos, segundos), "", *tabla(filas)])
    print(texto)
    inicio, fin = INICIO.format(expedientes), FIN.format(expedientes)
    anterior = INFORME.read_text() if INFORME.exists() else f"# Rendimiento\n\n{inicio}\n{fin}\n"
    if inicio not in anterior:
        anterior += f"\n{inicio}\n{fin}\n"
    antes, _, resto = anterior.partition(inicio)
    INFORME.parent.mkdir(exist_ok=True)
    INFORME.write_text(f"{antes}{inicio}\n{texto}\n{fin}{resto.partition(fin)[2]}")


def condiciones(expedientes, turnos, segundos) -> str:
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return (
        f"{date.today()}, commit {git.stdout.strip()}, {expedientes:,} expedientes, {os.cpu_count()} núcleos"
        f" ({platform.machine()}) compartidos con PostgreSQL y wrk; servidor de producción con dos procesos, 16"
        f" conexiones salvo que se diga; medianas de {turnos} turnos de {segundos} s, por turnos con el otro servidor."
    )


def tabla(filas):
    columnas = "escenario, peticiones/s, p50 ms, p95 ms, p99 ms, sentencias, MB por proceso, otro/s, razón, fallidas"
    yield f"| {' | '.join(columnas.split(', '))} |"
    yield "|---" * 10 + "|"
    for f in filas:
        razon = f"{f['por_segundo'] / f['contra']:.2f}" if f.get("contra") else "—"
        yield (
            f"| {f['escenario']} | {f['por_segundo']:,.1f} | {f['p50'] / 1000:.1f} | {f['p95'] / 1000:.1f} |"
            f" {f['p99'] / 1000:.1f} | {f['sentencias']} | {f['memoria']} | "
            + (f"{f['contra']:,.1f}" if f.get("contra") else "—")
            + f" | {razon} | {f['malas']} |"
        )
