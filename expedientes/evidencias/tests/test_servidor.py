"""Large files with a real server: how much memory they take, and who may send them."""

import http.client
import json
import select
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from urllib.parse import urlsplit

import pytest

from expedientes.evidencias.tests.formas import BORDE, MULTIPARTE, ruta_de
from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.api.tests.cliente import Remota
from monitor.api.uploads import MAX_FILE
from monitor.archivos.tests.muestras import PERMITIDOS
from monitor.archivos.tipos import FORMATOS
from monitor.tests.memoria import midiendo, procesos
from monitor.tests.rellenas import caja, rellena
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = [pytest.mark.una_vez, pytest.mark.lenta]

A_LA_VEZ = 8
CRECE = 20  # MB
PIEZA = bytes(range(256)) * 4096  # 1 MiB
CABEZA = caja(b"ftyp", b"isom\0\0\0\0") + caja(b"moov", b"x" * 100)
DATOS = MAX_FILE - len(CABEZA) - 8


def video():
    """Yield a video of as many bytes as are taken."""
    yield CABEZA + struct.pack(">I4s", DATOS + 8, b"mdat")
    for desde in range(0, DATOS, len(PIEZA)):
        yield PIEZA[: DATOS - desde]


ANTES = f'--{BORDE}\r\nContent-Disposition: form-data; name="archivo"; filename="v.mp4"\r\n\r\n'.encode()
DESPUES = f"\r\n--{BORDE}--\r\n".encode()


def mandar(servidor, ruta, usuario=None, largo=MAX_FILE, piezas=video):
    """Send a form whose file is said to have so many bytes, and return the status and the body."""
    conexion = http.client.HTTPConnection(urlsplit(servidor).netloc, timeout=60)
    conexion.putrequest("POST", ruta)
    conexion.putheader("Content-Type", MULTIPARTE)
    conexion.putheader("Content-Length", str(len(ANTES) + largo + len(DESPUES)))
    if usuario:
        conexion.putheader("Authorization", f"Bearer {tokens.issue(usuario)}")
    conexion.endheaders(ANTES)
    for pieza in piezas():
        conexion.send(pieza)
    conexion.send(DESPUES)
    recibida = conexion.getresponse()
    recibido = recibida.status, recibida.read()
    conexion.close()
    return recibido


def test_ocho_de_50_mib_a_la_vez_no_ocupan_memoria(servidor):
    ExpedienteFactory(no_siniestro="S-1")
    usuario = UsuarioFactory()
    assert mandar(servidor, ruta_de("S-1"), usuario)[0] == 201  # what is loaded once is loaded

    pids = procesos(servidor)
    with midiendo(pids) as muestras, ThreadPoolExecutor(A_LA_VEZ) as hilos:
        enviadas = [hilos.submit(mandar, servidor, ruta_de("S-1"), usuario) for _ in range(A_LA_VEZ)]
        assert [enviada.result()[0] for enviada in enviadas] == [201] * A_LA_VEZ

    assert len(pids) == 2
    assert max(muestras) - muestras[0] < CRECE

    [una, *_] = Remota(servidor, usuario).pedir("GET", f"{ruta_de('S-1')}?detalle=1").json()
    bytes_ = Remota(servidor, usuario).pedir("GET", f"{ruta_de('S-1')}/{una['id']}/archivo").cuerpo
    assert (una["tamano"], len(bytes_), sha256(bytes_).hexdigest()) == (MAX_FILE, MAX_FILE, una["sha256"])


@pytest.mark.parametrize("tipo", FORMATOS, ids=FORMATOS.values())
def test_imagenes_de_45_mib_a_la_vez_no_ocupan_memoria(servidor, tipo):
    """Decoders keep in memory whatever they are given of a file: they are given what the picture needs. One for each
    worker shows it; `make bench` sends eight."""
    ExpedienteFactory(no_siniestro="S-1")
    usuario = UsuarioFactory()
    chica, grande = (rellena(FORMATOS[tipo], PERMITIDOS[tipo.mime], mib * 2**20) for mib in (1, 45))
    for _ in range(4):  # in both workers
        assert mandar(servidor, ruta_de("S-1"), usuario, len(chica), lambda: [chica])[0] == 201

    with midiendo(procesos(servidor)) as muestras, ThreadPoolExecutor(2) as hilos:
        enviadas = [
            hilos.submit(mandar, servidor, ruta_de("S-1"), usuario, len(grande), lambda: [grande]) for _ in range(2)
        ]
        assert [enviada.result()[0] for enviada in enviadas] == [201] * 2

    assert max(muestras) - muestras[0] < CRECE
    [una, *_] = Remota(servidor, usuario).pedir("GET", f"{ruta_de('S-1')}?detalle=1").json()
    assert (una["tipo_mime"], una["tamano"], una["ancho"], una["alto"]) == (tipo.mime, len(grande), 40, 30)
    assert Remota(servidor, usuario).pedir("GET", f"{ruta_de('S-1')}/{una['id']}/miniatura").status == 200


def test_quien_inventa_una_llave_no_llena_el_disco(servidor):
    """Nobody knows before the body has come that there is no such key. In each worker the third of them is told to come
    back, and somebody with a token has room."""
    cabeza = (
        f"POST {ruta_de('S-1')} HTTP/1.1\r\nHost: {urlsplit(servidor).netloc}\r\nContent-Length: {MAX_FILE}\r\n"
        f"Authorization: Bearer mon_{'x' * 40}\r\n\r\n"
    )
    with ExitStack() as pila:
        conexiones = [
            pila.enter_context(socket.create_connection(("127.0.0.1", urlsplit(servidor).port), timeout=60))
            for _ in range(5)
        ]
        for conexion in conexiones:
            conexion.sendall(cabeza.encode())
            for _ in range(MAX_FILE // len(PIEZA) - 1):
                conexion.sendall(PIEZA)
        [ocupada, *_] = select.select(conexiones, [], [], 60)[0]
        assert ocupada.recv(17) == b"HTTP/1.1 503 Serv"

        ExpedienteFactory(no_siniestro="S-1")
        assert mandar(servidor, ruta_de("S-1"), UsuarioFactory())[0] == 201


def nada():
    return ()


@pytest.mark.parametrize(
    ("ruta", "quien", "largo", "esperado"),
    [
        (ruta_de("S-1"), None, MAX_FILE, (401, "Token requerido")),
        (ruta_de("S-1"), "persona", 2 * MAX_FILE, (413, "El archivo pasa de 50 MiB")),
        ("/api/expedientes", "persona", MAX_FILE, (413, "El cuerpo pasa de 1 MiB")),
        (f"{ruta_de('S-1')}/1/enlace", "persona", MAX_FILE, (413, "El cuerpo pasa de 1 MiB")),
    ],
)
def test_lo_anunciado_que_no_cabe_se_contesta_sin_recibirlo(servidor, ruta, quien, largo, esperado):
    """Only a route that takes files takes so much, and only of somebody with a token."""
    ExpedienteFactory(no_siniestro="S-1")
    status, cuerpo = mandar(servidor, ruta, quien and UsuarioFactory(), largo, nada)

    assert (status, json.loads(cuerpo)["error"]) == esperado
