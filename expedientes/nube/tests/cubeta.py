"""An S3-compatible server on this machine, in a process of its own, and what stands before it and gets in the way."""

import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import URLError
from urllib.request import Request, urlopen

from monitor.entorno import Cubeta
from monitor.tests.postgresql import puerto_libre

NOMBRE = "taller"
ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>No</Message></Error>"


class Moto:
    """moto's server. It keeps what it has in memory: killed and started again, it is empty."""

    def __init__(self):
        self.puerto, self.proceso = puerto_libre(), None

    def lanzar(self):
        orden = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.puerto)]
        self.proceso = subprocess.Popen(orden, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self._contesta():
            assert self.proceso.poll() is None, "moto no arrancó"
            time.sleep(0.05)

    def _contesta(self) -> bool:
        try:
            with urlopen(Request(f"http://127.0.0.1:{self.puerto}/{NOMBRE}", method="PUT")):
                return True
        except (URLError, OSError):
            return False

    @contextmanager
    def abierto(self):
        self.lanzar()
        try:
            yield self
        finally:
            self.proceso.kill()
            self.proceso.wait()


class Estorbo:
    """Passes HTTP requests on to `destino`, unless `falla` does something else with one: it is given the handler, and
    returns whether it took care of it. With a certificate and its key, each a file, it speaks TLS."""

    def __init__(self, destino: int, certificado: str = "", clave: str = ""):
        self.destino, self.certificado = destino, certificado
        self.falla: Callable[[Paso], bool] | None = None
        self.pedidos: list[str] = []
        self._servidor = Servidor(("127.0.0.1", 0), Paso)
        self._servidor.estorbo = self
        if certificado:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(certificado, clave)
            # Who greets slowly keeps a thread of their own, and not the one that accepts.
            self._servidor.socket = tls.wrap_socket(
                self._servidor.socket, server_side=True, do_handshake_on_connect=False
            )

    @property
    def cubeta(self) -> Cubeta:
        servidor = f"{'https' if self.certificado else 'http'}://localhost:{self._servidor.server_port}"
        return Cubeta(servidor, NOMBRE, "us-east-1", "AKIA", "secreto-de-prueba")

    @contextmanager
    def abierto(self):
        threading.Thread(target=self._servidor.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield self
        finally:
            self._servidor.shutdown()
            self._servidor.server_close()


class Servidor(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing: the client may go when it likes."""


class Paso(BaseHTTPRequestHandler):
    """One connection. `metodo` is the verb of its HTTP request."""

    protocol_version = "HTTP/1.1"

    def atender(self):
        estorbo = self.server.estorbo
        estorbo.pedidos.append(self.command)
        if not (estorbo.falla and estorbo.falla(self)):
            self.responder(*self.pasar(self.cuerpo()))

    do_GET = do_PUT = do_DELETE = do_HEAD = atender  # noqa: N815

    def cuerpo(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def pasar(self, cuerpo: bytes) -> tuple:
        """Return what the server answers to this body: the status, the headers and the body."""
        conexion = HTTPConnection("127.0.0.1", self.server.estorbo.destino, timeout=20)
        cabeceras = {n: v for n, v in self.headers.items() if n not in ("Expect", "x-amz-content-sha256")}
        conexion.request(self.command, self.path, cuerpo, cabeceras | {"Content-Length": str(len(cuerpo))})
        recibida = conexion.getresponse()
        return recibida.status, recibida.headers, recibida.read()

    def responder(self, status, cabeceras, cuerpo, hasta=None):
        """Answer; only the first `hasta` bytes, if it is given, and then cut."""
        self.send_response(status)
        for nombre, valor in cabeceras.items():
            if nombre.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(nombre, valor)
        self.send_header("Content-Length", str(len(cuerpo)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(cuerpo[:hasta])
        if hasta is not None:
            self.cortar()

    def cortar(self):
        self.close_connection = True
        self.wfile.flush()

    def log_message(self, *args):
        pass


# --- What may get in the way: each makes a `falla` for one method ---


def que_responda(metodo: str, status: int, codigo: str, veces: int = 10**6):
    """Answer an error to the first so many."""
    quedan = [veces]

    def falla(paso):
        if paso.command != metodo or not quedan[0]:
            return False
        quedan[0] -= 1
        paso.cuerpo()
        paso.responder(status, {"Content-Type": "application/xml"}, ERROR.format(codigo).encode())
        return True

    return falla


def que_corte_la_subida(paso) -> bool:
    if paso.command != "PUT":
        return False
    paso.rfile.read(int(paso.headers["Content-Length"]) // 2)
    paso.cortar()
    return True


def que_corte_la_bajada(paso) -> bool:
    if paso.command != "GET":
        return False
    status, cabeceras, cuerpo = paso.pasar(b"")
    paso.responder(status, cabeceras, cuerpo, hasta=len(cuerpo) // 2)
    return True


def que_gotee(cada: float, cuantos: int):
    """Give the first bytes of what is asked for one by one."""

    def falla(paso):
        if paso.command != "GET":
            return False
        status, cabeceras, cuerpo = paso.pasar(b"")
        paso.responder(status, cabeceras, cuerpo, hasta=0)
        for i in range(cuantos):
            time.sleep(cada)
            paso.wfile.write(cuerpo[i : i + 1])
        paso.wfile.write(cuerpo[cuantos:])
        return True

    return falla


def que_gotee_la_cabeza(metodo: str, cada: float, cuantos: int):
    """Do what is asked, and give the first bytes of the answer one by one."""

    def falla(paso):
        if paso.command != metodo:
            return False
        recibida = paso.pasar(paso.cuerpo())
        paso.wfile = Gotero(paso.wfile, cada, cuantos)
        paso.responder(*recibida)
        return True

    return falla


class Gotero:
    def __init__(self, salida, cada: float, cuantos: int):
        self._salida, self._cada, self._faltan = salida, cada, cuantos
        self.flush, self.close = salida.flush, salida.close
        self.closed = False

    def write(self, datos: bytes):
        gotas, self._faltan = min(len(datos), self._faltan), max(0, self._faltan - len(datos))
        for i in range(gotas):
            time.sleep(self._cada)
            self._salida.write(datos[i : i + 1])
        self._salida.write(datos[gotas:])


def que_reciba_despacio(cada: float):
    """Do what is asked, and take 16 KiB of its body at a time."""

    def falla(paso):
        if paso.command != "PUT":
            return False
        recibido, faltan = bytearray(), int(paso.headers["Content-Length"])
        while faltan and (pieza := paso.rfile.read(min(faltan, 16384))):
            recibido += pieza
            faltan -= len(pieza)
            time.sleep(cada)
        if not faltan:
            paso.responder(*paso.pasar(bytes(recibido)))
        return True

    return falla


def que_mienta(paso) -> bool:
    """Say that it is stored, and store something else of the same size."""
    if paso.command != "PUT":
        return False
    cuerpo = paso.cuerpo()
    paso.responder(*paso.pasar(cuerpo[:-1] + bytes([cuerpo[-1] ^ 1])))
    return True


def que_pierda(paso) -> bool:
    """Say that it is stored, and store nothing."""
    if paso.command != "PUT":
        return False
    paso.cuerpo()
    paso.responder(200, {"ETag": '"0"'}, b"")
    return True


def que_quite_la_diagonal(paso) -> bool:
    """Keep and list what is put under a key without the slash with which it begins, as some services do."""
    paso.path = paso.path.replace(f"/{NOMBRE}//", f"/{NOMBRE}/").replace("prefix=%2F", "prefix=")
    return False


def que_escriba_con_mayusculas(paso) -> bool:
    """Give the names of headers as some services write them."""
    status, cabeceras, cuerpo = paso.pasar(paso.cuerpo())
    paso.responder(status, {nombre.title(): valor for nombre, valor in cabeceras.items()}, cuerpo)
    return True


def que_calle(fin: threading.Event):
    """Take the request, and answer nothing until `fin`."""

    def falla(paso):
        paso.cuerpo()
        fin.wait(20)
        paso.cortar()
        return True

    return falla
