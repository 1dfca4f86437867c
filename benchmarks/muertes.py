"""Kill each process that Monitor is made of, at random moments of a load of writes, and count what was acknowledged and
isn't there, once and whole.

Run it with `make faults`. It reads these variables; the value after `=` is the default:

MUERTES=50               how many times each sort of process is killed
MINUTOS=60               after which nobody else is killed on that database; it says how many were
ESCRITORES=6             how many write at once
FOTOGRAFOS=4             how many send photos besides, which go to the cloud and come back
BASES=sqlite,postgresql  on which databases, one after another
SEMILLA                  what is drawn at random: who dies when, and what each writes; it is printed

It ends with 1 when something is missing or twice. Ctrl-C ends the deaths on one database; what was done until then is
counted. Everything runs on this machine, in folders of its own.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random, randrange
from typing import NamedTuple

from benchmarks.__main__ import entero, entorno_de_prueba
from benchmarks.base import SIN_POSTGRESQL, evaluar
from benchmarks.cubeta import CUBETA
from benchmarks.cuentas import CLASES, faltas, repetidos
from benchmarks.escritores import Escritor, Libro, Sitio, escribiendo, repite_la_respuesta
from benchmarks.fotografos import Fotografo
from benchmarks.procesos import Nube, Orden, Postgresql, Servidor
from monitor.tests.postgresql import binarios, interrumpir, puerto_libre
from solicitudes.tests.buzon import Buzon

MUERTES, MINUTOS, ESCRITORES = entero("MUERTES", 50), entero("MINUTOS", 60), entero("ESCRITORES", 6)
FOTOGRAFOS = entero("FOTOGRAFOS", 4)
BASES = (os.environ.get("BASES") or "sqlite,postgresql").split(",")
DURABLE = {"listen_addresses": "127.0.0.1", "max_connections": "100", "timezone": "UTC", "restart_after_crash": "on"}
HECHAS = 5  # writes between a death and the next, at least
ESPERA = 0.5  # seconds, at most, that are waited besides


class Casa(NamedTuple):
    """All that runs: the processes that die and the mail server, which doesn't."""

    servidor: Servidor
    cartero: Orden
    exportador: Orden
    nube: Nube
    postgresql: Postgresql | None
    buzon: Buzon
    entorno: dict
    sitio: Sitio


def main():
    signal.signal(signal.SIGTERM, interrumpir)  # what was started is ended
    semilla = entero("SEMILLA", randrange(2**32))
    print(f"SEMILLA={semilla}", flush=True)
    encontradas = []
    for base in BASES:
        with casa(base) as propia:
            encontradas += medir(base, propia, semilla)
    for clase, frase in encontradas[:50]:
        print(f"{clase}: {frase}")
    sys.exit(1 if encontradas else 0)


@contextmanager
def casa(base: str):
    with ExitStack() as pila:
        carpeta = Path(pila.enter_context(tempfile.TemporaryDirectory(prefix="monitor-muertes-")))
        carpeta.chmod(0o755)
        postgresql = pila.enter_context(cluster(carpeta / "postgresql")) if base == "postgresql" else None
        buzon = pila.enter_context(Buzon().abierto())
        entorno = entorno_de_prueba() | {
            "DATABASE_URL": postgresql.url() if postgresql else f"sqlite:///{carpeta / 'monitor.sqlite3'}",
            "EMAIL_URL": f"smtp://127.0.0.1:{buzon.puerto}",
            "ARCHIVOS_DIR": str(carpeta / "archivos"),
        }
        de_la_nube = puerto_libre()
        entorno["NUBE_URL"] = f"s3://llave:secreto@127.0.0.1:{de_la_nube}/{CUBETA}?tls=no"
        puerto = puerto_libre()
        sitio = Sitio(puerto, *json.loads(evaluar("recuento", "preparar()", entorno)))
        servidor = Servidor(carpeta / "servidor", entorno, puerto)
        cartero = Orden(carpeta / "cartero", entorno, "enviar_correos")
        exportador = Orden(carpeta / "exportador", entorno, "respaldar_nube")
        nube = Nube(carpeta / "nube", carpeta / "cubeta", de_la_nube)
        for proceso in (nube, servidor, cartero, exportador):
            proceso.lanzar()
            pila.callback(proceso.terminar)
        sitio = sitio._replace(con_llave=repite_la_respuesta(sitio))
        yield Casa(servidor, cartero, exportador, nube, postgresql, buzon, entorno, sitio)


@contextmanager
def cluster(carpeta: Path):
    programas = binarios()
    if programas is None:
        sys.exit(SIN_POSTGRESQL)
    carpeta.mkdir()
    propio = Postgresql(programas, carpeta, DURABLE)
    propio.arrancar("--locale=C.UTF-8")
    try:
        yield propio
    finally:
        propio.parar("immediate")


def medir(base: str, propia: Casa, semilla: int) -> list:
    """Kill, count and print; return what is wrong."""
    azar, inicio = Random(f"{semilla} {base}"), time.monotonic()
    modos = formas_de_morir(propia, azar)
    turnos = [nombre for nombre in modos for _ in range(MUERTES)]
    azar.shuffle(turnos)
    muertes, dudas = Counter(), Counter()
    with escribiendo({Escritor: ESCRITORES, Fotografo: FOTOGRAFOS}, semilla, propia.sitio) as libro:
        with suppress(KeyboardInterrupt):  # what was done until then is counted
            for nombre in turnos:
                if time.monotonic() - inicio > MINUTOS * 60:
                    break
                esperar_escrituras(libro, azar)
                antes = libro.cuentas["dudas"]
                modos[nombre]()
                propia.servidor.esperar()
                for proceso in (propia.cartero, propia.exportador, propia.nube):
                    proceso.vigilar()
                muertes[nombre] += 1
                dudas[nombre] += libro.cuentas["dudas"] - antes
        propia.servidor.esperar()
    for proceso in (propia.cartero, propia.exportador):
        proceso.terminar()
    hay = json.loads(evaluar("recuento", "rendir()", propia.entorno))
    recibidos = Counter(mensaje["Message-ID"] for mensaje in propia.buzon.recibidos)
    encontradas = faltas(libro, hay, recibidos)
    informar(base, muertes, dudas, libro, hay, recibidos, encontradas, time.monotonic() - inicio)
    return encontradas


def formas_de_morir(propia: Casa, azar: Random) -> dict:
    """Return who dies and how, by name. Each function returns when what died has been started again."""
    servidor, cartero, postgresql = propia.servidor, propia.cartero, propia.postgresql

    def y_otra_vez(matar, proceso):
        def morir():
            matar()
            proceso.lanzar()

        return morir

    modos = {
        "un proceso del servidor": lambda: servidor.matar_trabajador(azar),
        "el padre del servidor": y_otra_vez(servidor.matar, servidor),
        "el servidor entero": y_otra_vez(servidor.matar_todo, servidor),
        "el cartero": y_otra_vez(cartero.matar, cartero),
        "el que exporta": y_otra_vez(propia.exportador.matar, propia.exportador),
        "la nube": y_otra_vez(lambda: faltar_un_rato(propia.nube, azar), propia.nube),
    }
    if postgresql:
        modos["un proceso de PostgreSQL"] = lambda: postgresql.matar_uno(azar)
        modos["PostgreSQL"] = lambda: postgresql.matar_todo(azar)
    return modos


def faltar_un_rato(nube: Nube, azar: Random):
    """Kill the cloud, and let those who ask it for something find nobody for a moment."""
    nube.matar()
    time.sleep(azar.random() * ESPERA * 4)


def esperar_escrituras(libro: Libro, azar: Random):
    """Wait until some writes have been done since the last death, and then a moment, so that the next finds others on
    their way."""
    hasta = libro.cuentas["escrituras"] + HECHAS
    while libro.cuentas["escrituras"] < hasta and not libro.faltas:
        time.sleep(0.01)
    time.sleep(azar.random() * ESPERA)


def informar(base, muertes, dudas, libro: Libro, hay, recibidos, encontradas, segundos):
    cuentas, por_clase = libro.cuentas, Counter(clase for clase, _ in encontradas)
    print(f"\n{base}: {muertes.total()} muertes en {segundos:.0f} s, con {ESCRITORES} que escriben")
    for nombre, cuantas in sorted(muertes.items()):
        print(f"  {nombre:28} {cuantas:4} muertes, {dudas[nombre]:6,} intentos sin respuesta")
    print(
        f"  {cuentas['escrituras']:,} escrituras confirmadas, {cuentas['con dudas']:,} de ellas tras repetirse;"
        f" {cuentas[503]:,} respuestas 503, {cuentas[500]:,} 500\n"
        f"  {len(hay['expedientes']):,} expedientes, {len(hay['archivados']):,} archivados,"
        f" {len(hay['solicitudes']):,} solicitudes, {len(hay['correos']):,} correos;"
        f" {repetidos(recibidos)} entregados otra vez con su mismo Message-ID\n"
        f"  {len(libro.fotos):,} fotos, y {len(libro.eliminadas):,} que se eliminaron; pasaron a la nube"
        f" {cuentas['respaldar']:,} veces y volvieron {cuentas['restaurar']:,}, sin las que se exportaron;"
        f" se miraron {cuentas['fotos vistas']:,}; al final, {hay['fotos_en_la_nube']:,} en la nube,"
        f" y se limpiaron {hay['huerfanos_limpiados']:,} archivos de nadie\n"
        f"  {', '.join(f'{clase}: {por_clase[clase]}' for clase in CLASES)}",
        flush=True,
    )


if __name__ == "__main__":
    main()
