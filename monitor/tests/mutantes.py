"""Mutation testing: find out whether the tests notice when one of our rules is broken.

    python -m monitor.tests.mutantes [FILE …]

Each mutant of `lista_de_mutantes.py`, or only those of the named files, is made in a copy of the tree, and its tests
run there. It is killed if one of them fails, and alive if none does. Before that, all the tests must pass in a copy
without a mutant.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from monitor.tests.lista_de_mutantes import MUTANTES, Mutante

RAIZ = Path(__file__).parents[2]
AJENOS = shutil.ignore_patterns(
    *(".git", ".venv*", ".env", ".*_cache", ".hypothesis", "*.sqlite3*", "staticfiles", "node_modules")
)
PLANTILLA = "plantilla"  # of a copy: the migrated database that each run on SQLite begins with
MINIMO = 95  # percent
PACIENCIA = 600  # seconds: a mutant that makes the tests wait for ever is killed too
PASARON, FALLARON = 0, 1  # pytest's exit codes


def errores_de(mutantes) -> list[str]:
    """Return the errors in the list. Code changes with time, and a mutant that can't be made any more proves
    nothing."""
    return [f"{mutante}: {error}" for mutante in mutantes for error in _errores(mutante)]


def _errores(mutante: Mutante) -> Iterator[str]:
    archivo = RAIZ / mutante.archivo
    veces = archivo.read_text(encoding="utf-8").count(mutante.texto) if archivo.exists() else 0
    if veces != 1:
        yield f"su texto está {veces} veces en el archivo, y debe estar una"
    if mutante.cambio == mutante.texto:
        yield "no cambia nada"
    faltan = [prueba for prueba in mutante.pruebas if not (RAIZ / prueba).is_file()]
    if faltan or not mutante.pruebas:
        yield f"faltan sus pruebas {faltan}"


@contextmanager
def copia(de: Path = RAIZ) -> Iterator[Path]:
    """Give a copy of the tree, in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="monitor-mutante-") as carpeta:
        casa = Path(carpeta) / "casa"
        shutil.copytree(de, casa, ignore=AJENOS)
        if (RAIZ / ".venv").exists():
            (casa / ".venv").symlink_to((RAIZ / ".venv").resolve())
        yield casa


def muere(mutante: Mutante, original: Path) -> bool:
    """Return whether at least one of the mutant's tests fails."""
    with copia(original) as casa:
        archivo = casa / mutante.archivo
        archivo.write_text(archivo.read_text(encoding="utf-8").replace(mutante.texto, mutante.cambio), encoding="utf-8")
        codigo, salida = correr(casa, mutante.pruebas, postgresql=mutante.postgresql)
    if codigo not in (PASARON, FALLARON):
        raise SystemExit(f"{mutante}: sus pruebas no llegaron a correr.\n{salida}")
    return codigo == FALLARON


def correr(casa: Path, pruebas, *, postgresql: bool) -> tuple[int, str]:
    """Return pytest's exit code and output. The run has a database of its own."""
    orden = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--reuse-db", *pruebas]
    if postgresql:
        orden = [sys.executable, "-m", "monitor.tests.postgresql", "--exigir", *orden]
    # The tests get a session of their own, so that what they started can be ended with them when it doesn't end by
    # itself.
    with subprocess.Popen(
        orden,
        cwd=casa,
        env=os.environ | {"DATABASE_URL": "", "PLANTILLA_DE_PRUEBAS": str(casa / PLANTILLA)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as proceso:
        try:
            salida, _ = proceso.communicate(timeout=PACIENCIA)
        except subprocess.TimeoutExpired:
            os.killpg(proceso.pid, signal.SIGKILL)
            return FALLARON, "Las pruebas no terminan."
        return proceso.returncode, salida


# Without the triggers: `migrate` runs again on each copy of it, and each mutant makes its own.
MIGRAR = """
import django
django.setup()
from django.core.management import call_command
from monitor.db import triggers
call_command("migrate", verbosity=0)
triggers.drop("default")
"""


def migrar(casa: Path) -> None:
    """Make the copy's PLANTILLA: migrating takes as long as the tests of most mutants."""
    ajustes = {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings", "BASE_DE_PRUEBAS": str(casa / PLANTILLA)}
    orden = [sys.executable, "-c", MIGRAR]
    subprocess.run(orden, cwd=casa, env=os.environ | ajustes | {"DATABASE_URL": ""}, check=True)


def exigir_pruebas_sanas(mutantes, original: Path) -> None:
    """Exit when the tests fail without a mutant: otherwise every mutant would seem to be killed."""
    for postgresql in (False, True):
        pruebas = sorted({p for mutante in mutantes if mutante.postgresql is postgresql for p in mutante.pruebas})
        if not pruebas:
            continue
        codigo, salida = correr(original, pruebas, postgresql=postgresql)
        if codigo != PASARON:
            raise SystemExit(f"Las pruebas no pasan ni sin mutantes:\n{salida}")


def main(archivos: list[str]) -> int:
    mutantes = [mutante for mutante in MUTANTES if not archivos or mutante.archivo in archivos]
    errores = errores_de(mutantes)
    if errores or not mutantes:
        raise SystemExit("\n".join(errores) or "Ningún mutante es de esos archivos")
    with copia() as original, ThreadPoolExecutor(os.cpu_count()) as hilos:
        migrar(original)
        exigir_pruebas_sanas(mutantes, original)
        muertos = 0
        for mutante, muerto in zip(mutantes, hilos.map(lambda m: muere(m, original), mutantes), strict=True):
            muertos += muerto
            decir(f"{'muerto' if muerto else 'VIVO  '}  {mutante}")
    porcentaje = 100 * muertos / len(mutantes)
    decir(f"{muertos} muertos de {len(mutantes)}: {porcentaje:.1f} %")
    return 0 if porcentaje >= MINIMO else 1


def decir(linea: str) -> None:
    sys.stdout.write(f"{linea}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
