"""Clients for what wrk can't send: large forms, several at once, and a page with its images.

Each of these does its scenario once, and returns the seconds that it took and how many answers weren't good.
"""

import http.client
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import BinaryIO
from urllib.parse import urlsplit

from benchmarks.escenarios import Escenario
from benchmarks.servidores import Servidor

PIEZA = 2**20
BORDE = "=_anexos"
MULTIPARTE = f"multipart/form-data; boundary={BORDE}"
ANTES = f'--{BORDE}\r\nContent-Disposition: form-data; name="archivo"; filename="{{}}"\r\n\r\n'
DESPUES = f"\r\n--{BORDE}--\r\n".encode()
MINIATURA = re.compile(r'src="([^"]+/miniatura/)"')


def medir(servidor: Servidor, escenario: Escenario, segundos: float) -> dict:
    """Do the scenario again and again for `segundos`, at least once, and return what `wrk.medir` does."""
    fin, tiempos, malas = perf_counter() + segundos, [], 0
    while not tiempos or perf_counter() < fin:
        tardo, mal = escenario.vuelta(servidor, escenario)
        tiempos.append(tardo)
        malas += mal
    cortes = quantiles(tiempos, n=100, method="inclusive") if len(tiempos) > 1 else tiempos * 99
    de_todos = {f"p{n}": round(cortes[n - 1] * 1e6) for n in (50, 95, 99)}
    return de_todos | {"por_segundo": len(tiempos) / sum(tiempos), "malas": malas, "caidas": 0}


def subir_varios(cuantos: int, archivo: Path):
    """Return the client that sends a file from so many connections at once. What came is taken away after each time."""

    def vuelta(servidor: Servidor, escenario: Escenario) -> tuple[float, int]:
        with ThreadPoolExecutor(cuantos) as hilos:
            inicio = perf_counter()
            malas = sum(hilos.map(uno, [servidor] * cuantos, [escenario.ruta] * cuantos))
            tardo = perf_counter() - inicio
        servidor.alistar(escenario)
        return tardo, malas

    def uno(servidor, ruta) -> bool:
        try:
            with archivo.open("rb") as abierto:
                return subir(servidor, ruta, archivo.name, abierto)[0] != 201
        except (OSError, http.client.HTTPException):
            return True

    return vuelta


def subir(servidor: Servidor, ruta: str, nombre: str, archivo: BinaryIO) -> tuple[int, bytes]:
    """Send a file in a form, and return the status and the body of the answer."""
    antes = ANTES.format(nombre).encode()
    largo = archivo.seek(0, os.SEEK_END)
    archivo.seek(0)
    conexion = _conectar(servidor)
    conexion.putrequest("POST", ruta)
    conexion.putheader("Authorization", f"Bearer {servidor.token}")
    conexion.putheader("Content-Type", MULTIPARTE)
    conexion.putheader("Content-Length", str(len(antes) + largo + len(DESPUES)))
    conexion.endheaders(antes)
    conexion.send(archivo)
    conexion.send(DESPUES)
    respuesta = conexion.getresponse()
    recibido = respuesta.status, respuesta.read()
    conexion.close()
    return recibido


def ver_galeria(miniaturas: int):
    """Return the client that asks for a page and for each of the thumbnails in it, one after another."""

    def vuelta(servidor: Servidor, escenario: Escenario) -> tuple[float, int]:
        conexion = _conectar(servidor)

        def leer(ruta):
            conexion.request("GET", ruta, headers=escenario.headers)
            respuesta = conexion.getresponse()
            return respuesta.status, respuesta.getheader("Content-Type"), respuesta.read()

        inicio = perf_counter()
        status, _, pagina = leer(escenario.ruta)
        buenas = sum(leer(ruta)[:2] == (200, "image/jpeg") for ruta in MINIATURA.findall(pagina.decode()))
        tardo = perf_counter() - inicio
        conexion.close()
        return tardo, (status != 200) + abs(miniaturas - buenas)

    return vuelta


def _conectar(servidor) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(servidor.url).netloc, timeout=120, blocksize=PIEZA)
