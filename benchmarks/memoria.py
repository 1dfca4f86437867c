"""The memory that the workers take: while they send the whole list, and after many HTTP requests."""

import http.client
import time
from urllib.parse import urlsplit

from benchmarks import wrk
from benchmarks.servidores import Servidor
from monitor.tests.memoria import midiendo

MEZCLA = ("leer uno", "página de 50", "lista de 1,000", "crear", "actualizar dos campos")


def lista_completa(servidor: Servidor) -> str:
    """Return a sentence with the seconds to the first byte of the whole list, and how much the largest worker grows
    meanwhile."""
    escenario = servidor.escenario("lista completa")
    servidor.pedir(servidor.escenario("lista de 1,000"))
    conexion = http.client.HTTPConnection(urlsplit(servidor.url).netloc, timeout=600)
    with midiendo(servidor.trabajadores()) as muestras:
        inicio = time.perf_counter()
        conexion.request("GET", escenario.ruta, headers=servidor.headers(escenario))
        respuesta = conexion.getresponse()
        respuesta.read(1)
        primero, largo = time.perf_counter() - inicio, 1
        while trozo := respuesta.read(2**20):
            largo += len(trozo)
        total = time.perf_counter() - inicio
    conexion.close()
    return (
        f"La lista completa: {largo / 2**20:,.0f} MB en {total:.1f} s, el primer byte a los {primero * 1000:.0f} ms; el"
        f" proceso más grande creció {max(muestras) - muestras[0]:.1f} MB."
    )


def muchas_peticiones(servidor: Servidor, cuantas: int) -> str:
    """Return a sentence with the memory of a server that has just started, after `cuantas` HTTP requests of every kind,
    and after as many again. The first measure comes after a few requests of each kind."""
    hechas, medidas = _pedir(servidor, 1), [servidor.memoria()]
    for vuelta in (1, 2):
        while hechas < vuelta * cuantas:
            hechas += _pedir(servidor, 2)
        medidas.append(servidor.memoria())
    primera, segunda, tercera = medidas
    return (
        f"Memoria del proceso más grande: {primera:.0f} MB al empezar, {segunda:.0f} MB después de {cuantas:,}"
        f" peticiones de todo tipo y {tercera:.0f} MB después de otras tantas."
    )


def _pedir(servidor, segundos) -> int:
    return sum(wrk.medir(servidor, servidor.escenario(nombre), segundos)["peticiones"] for nombre in MEZCLA)
