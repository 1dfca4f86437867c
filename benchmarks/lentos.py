"""Measure what a read costs while slow clients hold on to the server, of each sort in turn, with nothing before it.

Run it with `make faults`. It reads these variables; the value after `=` is the default:

EXPEDIENTES=100000       how many expedientes the database holds
LENTOS=200               how many slow clients at once; who is cut comes back
DURACION=60              the seconds that each sort lasts

It ends with 1 when a read fails, its p99 passes three times what it is without slow clients, or a worker grows by more
than 300 MB.
"""

import socket
import sys
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from benchmarks import wrk
from benchmarks.__main__ import entero, entorno_de_prueba
from benchmarks.base import cluster, preparar
from benchmarks.escenarios import Escenario
from benchmarks.servidores import Servidor, monitor
from monitor.tests.memoria import midiendo

LENTOS, DURACION = entero("LENTOS", 200), entero("DURACION", 60)
VECES, MB = 3, 300
SORDO = 4096  # bytes that the system keeps for a client that doesn't read

LOGIN = "POST /api/auth/login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
LEER = "Host: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"
CLASES = {
    "no dicen nada": "",
    "media cabeza": "GET /api/health HTTP/1.1\r\nHost",
    "sin el cuerpo anunciado": LOGIN + "Content-Length: 60\r\n\r\n",
    "medio mebibyte de uno": LOGIN + "Content-Length: 1000000\r\n\r\n" + "x" * 2**19,
    "un trozo sin terminar": LOGIN + "Transfer-Encoding: chunked\r\n\r\n5\r\nho",
    "anuncian 200 MiB": LOGIN + "Content-Length: 209715200\r\n\r\n",
    "no leen la lista completa": "GET /api/expedientes HTTP/1.1\r\n" + LEER,
    "no leen una página de 1,000": "GET /api/expedientes?por_pagina=1000 HTTP/1.1\r\n" + LEER,
}


class Lento(threading.Thread):
    """A client that says `texto` and then nothing, reads nothing, and starts again when the server cuts it."""

    def __init__(self, direccion, texto: bytes, fin: threading.Event):
        super().__init__(daemon=True)
        self.direccion, self.texto, self.fin = direccion, texto, fin

    def run(self):
        while not self.fin.is_set():
            with suppress(OSError), socket.socket() as conexion:
                conexion.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SORDO)
                conexion.settimeout(5)
                conexion.connect(self.direccion)
                conexion.sendall(self.texto)
                while not self.fin.wait(1):
                    conexion.send(b"")
                    if conexion.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or cerrada(conexion):
                        break


def cerrada(conexion) -> bool:
    """Return whether the server has closed: its state, the first byte of TCP_INFO, isn't 1 (established) any more."""
    return conexion.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1


@contextmanager
def lentos(servidor: Servidor, texto: str):
    url, fin = urlsplit(servidor.url), threading.Event()
    dicho = texto.format(host=url.netloc, token=servidor.token).encode()
    hilos = [Lento((url.hostname, url.port), dicho, fin) for _ in range(LENTOS)]
    for hilo in hilos:
        hilo.start()
    try:
        yield
    finally:
        fin.set()
        for hilo in hilos:
            hilo.join()


def main():
    entorno = entorno_de_prueba()
    expedientes = entero("EXPEDIENTES", 100_000)
    with (
        cluster() as url,
        monitor(entorno, preparar(url, entorno, expedientes, con_otro=False), expedientes) as servidor,
    ):
        lectura = Escenario("leer uno", "/api/expedientes/{clave}", conexiones=4)
        wrk.medir(servidor, lectura, 2)
        sola = wrk.medir(servidor, lectura, min(DURACION, 20))
        print(f"{'sin lentos':30} {frase(sola, 0)}", flush=True)
        mal = sum(not sirve(servidor, clase, texto, lectura, sola) for clase, texto in CLASES.items())
    sys.exit(1 if mal else 0)


def sirve(servidor, clase, texto, lectura, sola) -> bool:
    """Return whether reads go on well beside one sort of slow clients, and print what was measured."""
    with midiendo(servidor.trabajadores()) as muestras, lentos(servidor, texto):
        turno = wrk.medir(servidor, lectura, DURACION)
    crecio = max(muestras) - muestras[0]
    bien = not (turno["malas"] + turno["caidas"]) and turno["p99"] <= VECES * sola["p99"] and crecio <= MB
    print(f"{clase:30} {frase(turno, crecio)} {'bien' if bien else 'MAL'}", flush=True)
    return bien


def frase(turno, crecio) -> str:
    return (
        f"{turno['por_segundo']:7,.0f} lecturas/s, p99 {turno['p99'] / 1000:5.1f} ms,"
        f" {turno['malas'] + turno['caidas']} fallidas, +{crecio:.0f} MB"
    )


if __name__ == "__main__":
    main()
