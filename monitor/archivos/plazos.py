"""A time for the whole of a request to the cloud. The seconds of botocore and urllib3 are those between one byte and
the next: a service that gives them one by one would keep a thread for as long as it likes."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer, local

_hilo = local()


@contextmanager
def en_total(segundos: float) -> Iterator[None]:
    """After so many seconds cut the connection, of a class that `con_plazo` made, on which this thread asks for
    something, and any other on which it tries again. What comes of it is a TimeoutError."""
    plazo = _hilo.plazo = _Plazo()
    vigia = Timer(segundos, plazo.vencer)
    vigia.daemon = True
    vigia.start()
    try:
        yield
    except Exception as error:
        if plazo.vencido:
            raise TimeoutError from error
        raise
    finally:
        vigia.cancel()
        del _hilo.plazo
        plazo.soltar()


def con_plazo(clase: type) -> type:
    """Return a class of urllib3's connections that heeds `en_total`."""

    class ConPlazo(clase):
        def request(self, *args, **kwargs):
            if self.sock:  # it stayed open
                _hilo.plazo.vigilar(self.sock)
            return super().request(*args, **kwargs)

        def _new_conn(self):
            nueva = super()._new_conn()
            _hilo.plazo.vigilar(nueva)  # before TLS greets
            return nueva

    return ConPlazo


class _Plazo:
    def __init__(self):
        self.vencido, self._conexion = False, None

    def vigilar(self, conexion: socket.socket) -> None:
        # A descriptor of its own: TLS and urllib3 take away the one that they were given.
        self.soltar()
        self._conexion = socket.socket(fileno=os.dup(conexion.fileno()))
        if self.vencido:
            self.vencer()

    def vencer(self) -> None:
        self.vencido = True
        if conexion := self._conexion:
            with suppress(OSError):  # it ended meanwhile
                conexion.shutdown(socket.SHUT_RDWR)

    def soltar(self) -> None:
        if self._conexion:
            self._conexion.close()
