"""The table of a run: it is printed, and written between two marks of docs/rendimiento.md."""

import os
import platform
import subprocess
from datetime import date
from pathlib import Path

INFORME = Path(os.environ.get("INFORME") or "docs/rendimiento.md")
INICIO, FIN = "<!-- medido: inicio {} -->", "<!-- medido: fin {} -->"


def escribir(filas, notas, *, expedientes, chica, turnos, segundos):
    de_la_api, del_admin, de_anexos = ([f for f in filas if f["grupo"] == grupo] for grupo in ("", "admin", "anexos"))
    como = condiciones(expedientes, turnos, segundos)
    partes = ["\n".join(tabla(de_la_api, chica))] if de_la_api else []
    partes += ["### Páginas del admin", "\n".join(paginas(del_admin))] if del_admin else []
    if partes:
        poner(expedientes, [como, *partes, *notas])
    if de_anexos:
        poner("anexos", [como, "\n".join(anexos(de_anexos))])


def poner(marca, partes) -> None:
    """Print the parts, and put them in the place of what the last run left between the two lines of a mark."""
    texto = "\n\n".join(partes)
    print(texto)
    inicio, fin = INICIO.format(marca), FIN.format(marca)
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
        f" conexiones (4 en la lista completa, 1 en las búsquedas y en el admin, las que se dicen en los anexos);"
        f" medianas de {turnos} turnos de"
        f" {segundos} s, alternados con los de cada columna con la que se compara."
    )


def tabla(filas, chica):
    """Yield the lines of the table. A rival's column says how many times as fast as the rival our server is, and how
    much the rival does in a second."""
    rivales = list(dict.fromkeys(nombre for fila in filas for nombre in fila["contra"]))
    titulos = {"otro": "× el otro", "chica": f"× con {chica:,}", "pgbench": "× pgbench"}
    columnas = ["escenario", "por segundo", "p50 ms", "p95 ms", "p99 ms", "sentencias", "MB", "fallidas"]
    columnas += [titulos.get(rival, f"× {rival}") for rival in rivales]
    yield f"| {' | '.join(columnas)} |"
    yield "|---" + "|---:" * (len(columnas) - 1) + "|"
    for fila in filas:
        celdas = [fila["escenario"], cifra(fila["por_segundo"])]
        # It is None when no answer was whole before the end of a turn.
        celdas += [f"{fila[p] / 1000:,.1f}" if fila[p] else "—" for p in ("p50", "p95", "p99")]
        celdas += [str(fila["sentencias"]), str(fila["memoria"]), str(fila["malas"])]
        celdas += [celda(fila["contra"].get(rival)) for rival in rivales]
        yield f"| {' | '.join(celdas)} |"


def paginas(filas):
    """Yield the lines of the table of the admin's pages. The goal is for the middle one of all the times (p50): a
    neighbour of the machine makes any of them late."""
    yield "| página | p50 ms | meta | p95 ms | p99 ms | sentencias | fallidas |"
    yield "|---" + "|---:" * 6 + "|"
    for fila in filas:
        tiempos = [f"{fila[p] / 1000:,.1f}" if fila[p] else "—" for p in ("p50", "p95", "p99")]
        celdas = [fila["escenario"].removeprefix("admin: "), tiempos[0], str(fila["meta"]), *tiempos[1:]]
        yield f"| {' | '.join([*celdas, str(fila['sentencias']), str(fila['malas'])])} |"


def anexos(filas):
    """Yield the lines of the table of the annexes. All that is written of a memory is of the largest worker, and it
    grows from the end of the first time."""
    columnas = ["escenario", "meta", "contra", "p50 ms", "p95 ms", "por segundo", "MiB/s", "sentencias", "MB"]
    columnas += ["crece MB", "fallidas"]
    yield f"| {' | '.join(columnas)} |"
    yield "|---" + "|---:" * (len(columnas) - 1) + "|"
    for fila in filas:
        razones = [
            f"{celda(contra)} {nombre.partition(': ')[2] or nombre}" for nombre, contra in fila["contra"].items()
        ]
        celdas = [fila["escenario"].removeprefix("anexos: "), fila["logra"] or "—", ", ".join(razones) or "—"]
        celdas += [f"{fila[p] / 1000:,.1f}" if fila[p] else "—" for p in ("p50", "p95")]
        celdas += [cifra(fila["por_segundo"]), f"{fila['mib'] * fila['por_segundo']:,.0f}" if fila["mib"] else "—"]
        celdas += [str(fila["sentencias"]), str(fila["memoria"]), str(fila["crece"]) if fila["mib"] else "—"]
        yield f"| {' | '.join([*celdas, str(fila['malas'])])} |"


def celda(contra: dict | None) -> str:
    return f"{contra['razon']:.2f} ({cifra(contra['por_segundo'])}/s)" if contra else "—"


def cifra(por_segundo: float) -> str:
    return f"{por_segundo:,.0f}" if por_segundo >= 10 else f"{por_segundo:.2f}"
