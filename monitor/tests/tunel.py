"""A way to a server on this machine that can be cut as networks and machines are."""

import socket
import threading
from contextlib import contextmanager, suppress

from monitor.server.workers import attach_filter

SO_DETACH_FILTER = 27  # Linux's number; Python has no name for it
NOTHING = ((0x06, 0, 0, 0),)  # a program for the packet filter: drop


class Tunel:
    """Passes on what comes to `puerto`, both ways."""

    def __init__(self, destino: tuple[str, int]):
        self.destino = destino
        self._escucha = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.puerto = self._escucha.getsockname()[1]
        self._callado = False
        self._extremos: set[socket.socket] = set()

    @contextmanager
    def abierto(self):
        threading.Thread(target=self._aceptar, daemon=True).start()
        try:
            yield self
        finally:
            self._escucha.shutdown(socket.SHUT_RDWR)
            self._escucha.close()
            self._cortar()

    def callar(self):
        """Cut what there is; take every new connection, and never answer."""
        self._callado = True
        self._cortar()

    def tragar(self):
        """Be as a machine that vanished: nothing that comes is even acknowledged."""
        for enchufe in (self._escucha, *self._extremos):
            attach_filter(enchufe, NOTHING)

    def volver(self):
        with suppress(OSError):  # it has none
            self._escucha.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        self._callado = False
        self._cortar()

    def _cortar(self):
        for extremo in list(self._extremos):
            with suppress(OSError):
                extremo.shutdown(socket.SHUT_RDWR)
            extremo.close()
        self._extremos.clear()

    def _aceptar(self):
        with suppress(OSError):  # it has been closed
            while True:
                cliente, _ = self._escucha.accept()
                self._extremos.add(cliente)
                if not self._callado:
                    servidor = socket.create_connection(self.destino)
                    self._extremos.add(servidor)
                    for de, a in ((cliente, servidor), (servidor, cliente)):
                        threading.Thread(target=_pasar, args=(de, a), daemon=True).start()


def _pasar(de, a):
    with suppress(OSError):
        while datos := de.recv(65536):
            a.sendall(datos)
    with suppress(OSError):
        a.shutdown(socket.SHUT_WR)
