"""A server of S3 that outlives being killed: each object is a file, whole before it has its name. It knows what Monitor
asks for, and nothing more.

    python -m benchmarks.cubeta FOLDER PORT
"""

import hashlib
import os
import sys
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

CUBETA = "taller"
VACIO = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
LISTA = (
    '<?xml version="1.0"?><ListBucketResult><Name>taller</Name><IsTruncated>false</IsTruncated>{}</ListBucketResult>'
)
UNO = "<Contents><Key>{}</Key><Size>{}</Size><LastModified>{}</LastModified></Contents>"


class Cubeta(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    carpeta: Path

    def do_PUT(self):
        contenido = self.rfile.read(int(self.headers["Content-Length"]))
        if len(contenido) < int(self.headers["Content-Length"]):
            return
        parcial = self.carpeta / f"parcial-{uuid4().hex}"
        with parcial.open("wb") as archivo:
            archivo.write(contenido)
            archivo.flush()
            os.fsync(archivo.fileno())
        parcial.rename(self.archivo)
        self.responder(200, b"", ETag=f'"{hashlib.md5(contenido, usedforsecurity=False).hexdigest()}"')

    def do_GET(self):
        if "list-type" in self.path:
            self.responder(200, self.lista().encode())
            return
        try:
            contenido = self.archivo.read_bytes()
        except FileNotFoundError:
            self.responder(404, VACIO.encode())
            return
        desde = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])
        rango = f"bytes {desde}-{len(contenido) - 1}/{len(contenido)}"
        self.responder(206, contenido[desde:], **{"Content-Range": rango})

    def do_DELETE(self):
        self.archivo.unlink(missing_ok=True)
        self.responder(204, b"")

    @property
    def archivo(self) -> Path:
        llave = unquote(urlsplit(self.path).path).removeprefix(f"/{CUBETA}/")
        return self.carpeta / quote(llave, safe="")

    def lista(self) -> str:
        comienzo = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        filas = []
        for archivo in self.carpeta.iterdir():
            llave = unquote(archivo.name)
            if llave.startswith(comienzo) and not archivo.name.startswith("parcial-"):
                estado = archivo.stat()
                filas.append(UNO.format(escape(llave), estado.st_size, formatdate(estado.st_mtime, usegmt=True)))
        return LISTA.format("".join(filas))

    def responder(self, status: int, contenido: bytes, **cabeceras):
        self.send_response(status)
        for nombre, valor in cabeceras.items():
            self.send_header(nombre, valor)
        self.send_header("Content-Length", str(len(contenido)))
        self.end_headers()
        self.wfile.write(contenido)

    def log_message(self, *args):
        pass


def main():
    carpeta, puerto = Path(sys.argv[1]), int(sys.argv[2])
    carpeta.mkdir(exist_ok=True)
    Cubeta.carpeta = carpeta
    ThreadingHTTPServer(("127.0.0.1", puerto), Cubeta).serve_forever()


if __name__ == "__main__":
    main()
