"""A server with limits of its own and a small application, for the tests: `programa.py PORT LIMITS LOG`.

The application writes a line in LOG for each thing that it is asked to do.
"""

import io
import json
import os
import sys
import time
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from monitor.server import limits
from monitor.server.application import ROOM_FOR_STREAMS, Answer, Probes, Threads, base_environ
from monitor.server.service import Service
from monitor.server.workers import listen, serve

PIEZA = b"x" * 100_000


def anotar(linea):
    with Path(sys.argv[3]).open("a") as bitacora:
        bitacora.write(f"{linea}\n")


class Lista:
    """Pieces without end."""

    def __iter__(self):
        yield b"["
        while True:
            anotar("pieza")
            yield PIEZA

    def close(self):
        anotar("lista cerrada")


def corta():
    yield b"["
    yield b"]"


def rota():
    yield b"["
    raise ValueError("a propósito")


def calcular():
    fin = time.thread_time() + 2 * limits.LONG
    while time.thread_time() < fin:
        pass


def esperar():
    """Wait, as who waits for what another holds in the database."""
    anotar("espera")
    while not Path(f"{sys.argv[3]}.suelto").exists():
        time.sleep(0.01)


def fallar():
    raise ValueError("a propósito")


def aplicacion(environ, start_response):
    ruta, cuerpo = environ["PATH_INFO"], environ["wsgi.input"].read()
    en_archivo = not isinstance(environ["wsgi.input"], io.BytesIO)
    ANTES.get(ruta, lambda: None)()
    if environ["QUERY_STRING"] == "espera":
        esperar()
    anotar(f"{environ['REQUEST_METHOD']} {ruta} {len(cuerpo)}")
    if ruta in RESPUESTAS:
        start_response("200 OK", [("Content-Type", "application/json")])
        return RESPUESTAS[ruta]()
    if ruta == "/nada":
        start_response("304 Not Modified", [])
        return [b""]
    eco = {clave: valor for clave, valor in environ.items() if isinstance(valor, str)}
    eco |= {"pid": os.getpid(), "cabe": environ[ROOM_FOR_STREAMS](), "en_archivo": en_archivo}
    eco |= {"huella": sha256(cuerpo).hexdigest()}
    texto = b"x" * int(environ["QUERY_STRING"]) if ruta == "/grande" else json.dumps(eco).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [texto]


ANTES = {
    "/lento": lambda: time.sleep(0.5),
    "/calcula": calcular,
    "/espera": esperar,
    "/muere": lambda: os._exit(9),
    "/falla": fallar,
}
RESPUESTAS = {"/lista": Lista, "/corta": corta, "/rota": rota}


def servicio(numero, call_soon):
    return Service(
        threads=Threads(aplicacion, call_soon),
        base_environ=base_environ("127.0.0.1", 0) | {"numero": str(numero)},
        body_limit=lambda received: 200_000 if received.path == "/archivo" else 1024,
        is_stranger=lambda received: bool(received.header("x-extrano")),
        folder=Path(sys.argv[3]).parent,
        busy=lambda environ: Answer("503 Service Unavailable", [("Retry-After", "2")], b"ocupado"),
        probes=frozenset({"/sonda"}),
        for_probes=Probes(aplicacion, call_soon, count=1),
        malformed=lambda path, accept: Answer("400 Bad Request", [], f"ilegible: {path}".encode()),
    )


if __name__ == "__main__":
    for nombre, valor in json.loads(sys.argv[2]).items():
        setattr(limits, nombre, valor)
    with listen("127.0.0.1", int(sys.argv[1])) as listener:
        serve(listener, 2, servicio)
