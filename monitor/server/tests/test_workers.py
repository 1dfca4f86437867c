"""The processes of the server: who is accepted when it ends, and which number each worker has."""

import errno
import json
import select
import signal
import socket
import threading

import pytest

from monitor.server import workers
from monitor.server.tests.conftest import todo
from monitor.server.tests.test_connection import ULTIMO
from monitor.tests.paciencia import esperar_a

pytestmark = pytest.mark.lenta

HOLA = ULTIMO.encode()


def puede_conectarse(direccion) -> bool:
    """Return whether the system connects somebody to the address at once, as it does on one machine."""
    with socket.socket() as conexion:
        conexion.setblocking(False)
        assert conexion.connect_ex(direccion) in (0, errno.EINPROGRESS)
        return bool(select.select([], [conexion], [], 0)[1])


def test_despues_de_aceptar_a_los_ultimos_no_se_conecta_nadie_mas(monkeypatch):
    """Whoever could connect between the last look at the socket and its end would be cut off."""
    repartidos = []
    monkeypatch.setattr(workers._Parent, "_deal", lambda padre, cliente: repartidos.append(cliente.getpeername()))
    with workers.listen("127.0.0.1", 0) as escucha:
        direccion = escucha.getsockname()
        assert puede_conectarse(direccion)
        padre = workers._Parent(escucha, 1, None)
        padre._workers = [None]
        with socket.create_connection(direccion) as conexion:
            padre._accept_last()
            assert conexion.getsockname() in repartidos

        assert not puede_conectarse(direccion)


def test_al_terminar_contesta_a_los_que_el_sistema_ya_conecto(servidor_propio):
    """While the parent is stopped, the system connects clients that nobody has accepted."""
    for _ in range(5):
        servidor_propio.proceso.send_signal(signal.SIGSTOP)
        conexiones = [servidor_propio.conectar(HOLA) for _ in range(15)]
        servidor_propio.proceso.send_signal(signal.SIGCONT)
        assert [todo(conexion)[:13] for conexion in conexiones] == [b"HTTP/1.1 200 "] * 15

    servidor_propio.proceso.send_signal(signal.SIGSTOP)
    conexiones = [servidor_propio.conectar(HOLA) for _ in range(15)]
    servidor_propio.proceso.terminate()
    servidor_propio.proceso.send_signal(signal.SIGCONT)

    assert [todo(conexion)[:13] for conexion in conexiones] == [b"HTTP/1.1 200 "] * 15
    assert servidor_propio.proceso.wait(10) == 0


def test_al_terminar_bajo_carga_no_corta_a_nadie_que_se_haya_conectado(servidor_propio):
    """Each request has a connection of its own, as from a balancer: it is answered, or its connection is refused."""
    finales, contestadas = [], []

    def pedir_siempre():
        while True:
            try:
                conexion = servidor_propio.conectar()
            except OSError as error:
                finales.append(type(error))
                return
            with conexion:
                conexion.sendall(HOLA)
                contestadas.append(todo(conexion)[:13])

    hilos = [threading.Thread(target=pedir_siempre) for _ in range(8)]
    for hilo in hilos:
        hilo.start()
    esperar_a(lambda: len(contestadas) > 200)
    servidor_propio.proceso.terminate()
    for hilo in hilos:
        hilo.join()

    assert set(contestadas) == {b"HTTP/1.1 200 "}
    assert finales == [ConnectionRefusedError] * 8


def numeros(servidor) -> dict[int, int]:
    """Return the number of each worker, by pid."""
    ecos = [json.loads(servidor.pedir("/hola").cuerpo) for _ in range(8)]
    return {eco["pid"]: int(eco["numero"]) for eco in ecos}


def test_el_proceso_que_toma_el_lugar_de_otro_tiene_su_numero(servidor_propio):
    antes = numeros(servidor_propio)
    assert sorted(antes.values()) == [0, 1]
    for _ in antes:
        todo(servidor_propio.conectar(ULTIMO.replace("hola", "muere")))
    esperar_a(lambda: servidor_propio.contesta() and not antes.keys() & numeros(servidor_propio).keys())

    assert sorted(numeros(servidor_propio).values()) == [0, 1]
