"""Bodies: what is read, what is refused, how much. The real server where the bytes on the wire matter."""

import json
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from expedientes.models import Expediente
from monitor.api import tokens
from monitor.api.tests.cliente import Remota, respuesta
from monitor.usuarios.tests.factories import UsuarioFactory

RUTA = "/api/expedientes"
MEBIBYTE = 1024 * 1024
VACIO = (400, {"error": "El cuerpo está vacío; envíe un objeto JSON"})
NO_ES_JSON = (400, {"error": "El cuerpo no es JSON válido en UTF-8"})
NO_ES_OBJETO = (400, {"error": "El cuerpo debe ser un objeto JSON"})
TIPO = (415, {"error": "Envíe el cuerpo como application/json en UTF-8"})
GRANDE = (413, {"error": "El cuerpo pasa de 1 MiB"})
BUENO = b'{"no_siniestro": "SIN-1"}'


@pytest.mark.parametrize("tipo", ["application/json", "text/plain", "", "multipart/form-data; boundary=x"])
def test_cuerpo_vacio_es_400_diga_lo_que_diga_su_tipo(operador, tipo):
    assert respuesta(operador.post(RUTA, b"", tipo)) == VACIO


@pytest.mark.parametrize(
    "tipo",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        'Application/JSON; charset="utf-8"',
        "application/json; version=1",
    ],
)
def test_tipo_json_se_admite(operador, tipo):
    assert operador.post(RUTA, BUENO, tipo).status_code == 201


@pytest.mark.parametrize(
    "tipo",
    [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/json-patch+json",
        "application/jsonx",
        "",
        ";",
        "application/json, text/plain",
    ],
)
def test_otro_tipo_es_415(operador, tipo):
    assert respuesta(operador.post(RUTA, BUENO, tipo)) == TIPO


def test_cuerpo_comprimido_es_415(operador):
    assert respuesta(operador.post(RUTA, BUENO, **{"Content-Encoding": "gzip"})) == TIPO


@pytest.mark.parametrize(
    "cuerpo",
    [
        b"{", b"hola", b" ", b'{"a": }', b"{'a': 1}", b'{"a": NaN}', b'{"a": 1} x', b"\xff\xfe", b'{"a": "\xff"}',
        '{"a": "ñ"}'.encode("latin-1"), '{"a": 1}'.encode("utf-16"), b"\xef\xbb\xbf{}", b'{"a": "\\ud800"}',
        b'{"a": "\x00"}', b'{"a": "\n"}', b"[" * 100_000, b'{"a":' * 100_000,
    ],
)  # fmt: skip
def test_lo_que_no_es_json_es_400(operador, cuerpo):
    assert respuesta(operador.post(RUTA, cuerpo)) == NO_ES_JSON


@pytest.mark.parametrize("cuerpo", [[], [{"no_siniestro": "X"}], "texto", 5, 1.5, True, None])
def test_json_que_no_es_un_objeto_es_400(operador, cuerpo):
    assert respuesta(operador.post(RUTA, json.dumps(cuerpo).encode())) == NO_ES_OBJETO


def justo(bytes_):
    """A body of exactly as many bytes."""
    marco = len(json.dumps({"no_siniestro": "SIN-1", "observaciones": ""}))
    return json.dumps({"no_siniestro": "SIN-1", "observaciones": "x" * (bytes_ - marco)}).encode()


def test_cuerpo_de_un_mebibyte_justo_se_admite_y_uno_mas_es_413(operador):
    assert respuesta(operador.post(RUTA, justo(MEBIBYTE + 1))) == GRANDE
    assert operador.post(RUTA, justo(MEBIBYTE)).status_code == 201


@pytest.fixture
def crudo(servidor):
    """Sends the parts of a request as they are, and gives the answer's status and body."""
    token = tokens.issue(UsuarioFactory())
    maquina, puerto = urlsplit(servidor).netloc.split(":")

    def abrir(cabeceras, metodo="POST", tipo="application/json"):
        conexion = socket.create_connection((maquina, int(puerto)), timeout=20)
        lineas = [f"{metodo} {RUTA} HTTP/1.1", f"Host: {maquina}", f"Authorization: Bearer {token}", *cabeceras]
        conexion.sendall("\r\n".join([*lineas, f"Content-Type: {tipo}", "Connection: close", "", ""]).encode())
        return conexion

    return abrir


def recibir(conexion):
    with conexion, conexion.makefile("rb") as archivo:
        status = int(archivo.readline().split()[1])
        return status, json.loads(archivo.read().partition(b"\r\n\r\n")[2])


def enviar_a_trozos(conexion, trozos):
    with suppress(BrokenPipeError, ConnectionResetError):  # it has answered already
        for trozo in trozos:
            conexion.sendall(b"%x\r\n%b\r\n" % (len(trozo), trozo))
        conexion.sendall(b"0\r\n\r\n")


def test_cuerpo_a_trozos_se_lee_entero(crudo):
    conexion = crudo(["Transfer-Encoding: chunked"])
    enviar_a_trozos(conexion, [BUENO[:5], BUENO[5:20], BUENO[20:]])

    status, cuerpo = recibir(conexion)
    assert (status, cuerpo["no_siniestro"]) == (201, "SIN-1")


def test_cuerpo_a_trozos_que_pasa_de_un_mebibyte_es_413(crudo):
    conexion = crudo(["Transfer-Encoding: chunked"])
    enviar_a_trozos(conexion, [b" " * 65536] * 16 + [BUENO])

    assert recibir(conexion) == GRANDE


def test_cuerpo_que_se_anuncia_enorme_es_413_sin_esperarlo(crudo):
    conexion = crudo([f"Content-Length: {10**12}"])
    with suppress(BrokenPipeError, ConnectionResetError):  # it has answered already
        conexion.sendall(b" " * (MEBIBYTE + 100_000))

    assert recibir(conexion) == GRANDE


def test_cuerpo_vacio_a_trozos_es_400(crudo):
    conexion = crudo(["Transfer-Encoding: chunked"], tipo="text/plain")
    enviar_a_trozos(conexion, [])

    assert recibir(conexion) == VACIO


def test_cliente_que_tarda_en_mandar_su_cuerpo_no_detiene_a_otros(crudo, servidor):
    """On SQLite a transaction open meanwhile would hold the only lock there is for writing."""
    lenta = crudo([f"Content-Length: {len(BUENO)}"])
    lenta.sendall(BUENO[:10])
    time.sleep(0.2)
    antes = time.monotonic()

    otra = Remota(servidor, UsuarioFactory()).pedir("POST", RUTA, {"no_siniestro": "SIN-2"})

    assert (otra.status, time.monotonic() - antes < 5) == (201, True)
    lenta.sendall(BUENO[10:])
    assert recibir(lenta)[0] == 201
    assert Expediente.objects.count() == 2
