"""Bodies: which are read, which are refused, and how large they may be. The real server answers where the bytes on the
wire matter."""

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
from solicitudes.estados import Estado
from solicitudes.tests.factories import SolicitudFactory

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
        "application/json;",
        "application/json ; ; charset=utf-8 ;",
        'application/json; profile="a;charset=latin-1"; charset=UTF-8',
        'application/json; charset="\\u\\t\\f-8"',
        "application/json; charset=utf8",
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
        "application/json; version=1; charset=latin-1",
        'application/json; x="; charset=utf-8"; charset=utf-16',
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
        b'{"a":' * 2000 + b"1" + b"}" * 2000, b'{"a": ' + b"9" * 5000 + b"}",
    ],
)  # fmt: skip
def test_lo_que_no_es_json_es_400(operador, cuerpo):
    assert respuesta(operador.post(RUTA, cuerpo)) == NO_ES_JSON


@pytest.mark.parametrize(
    ("cuerpo", "repetidas"),
    [
        (b'{"no_siniestro": "A", "no_siniestro": "B"}', ["no_siniestro"]),
        (b'{"no_siniestro": "A", "no\\u005fsiniestro": "A"}', ["no_siniestro"]),
        (b'{"a": 1, "b": {"c": 1, "c": 1}, "a": 2, "a": 3}', ["c", "a"]),
        (b'{"no_siniestro": "A", "lugares": [{"orden": 0, "orden": 1}]}', ["orden"]),
    ],
)
def test_clave_repetida_es_400_y_se_nombra(operador, cuerpo, repetidas):
    campos = {clave: [f"{clave}: está repetido"] for clave in repetidas}

    assert respuesta(operador.post(RUTA, cuerpo)) == (400, {"error": campos[repetidas[0]][0], "campos": campos})


@pytest.mark.parametrize("cuerpo", [[], [{"no_siniestro": "X"}], "texto", 5, 1.5, True, None])
def test_json_que_no_es_un_objeto_es_400(operador, cuerpo):
    assert respuesta(operador.post(RUTA, json.dumps(cuerpo).encode())) == NO_ES_OBJETO


def justo(bytes_):
    """Return a body of exactly that many bytes."""
    marco = len(json.dumps({"no_siniestro": "SIN-1", "observaciones": ""}))
    return json.dumps({"no_siniestro": "SIN-1", "observaciones": "x" * (bytes_ - marco)}).encode()


def test_cuerpo_de_un_mebibyte_justo_se_admite_y_uno_mas_es_413(operador):
    assert respuesta(operador.post(RUTA, justo(MEBIBYTE + 1))) == GRANDE
    assert operador.post(RUTA, justo(MEBIBYTE)).status_code == 201


@pytest.fixture
def crudo(servidor):
    """Return a function that sends the head of an HTTP request as it is given, and returns the open connection."""
    token = tokens.issue(UsuarioFactory())
    maquina, puerto = urlsplit(servidor).netloc.split(":")

    def abrir(cabeceras, metodo="POST", tipo="application/json", ruta=RUTA, usuario=None):
        conexion = socket.create_connection((maquina, int(puerto)), timeout=20)
        quien = tokens.issue(usuario) if usuario else token
        lineas = [f"{metodo} {ruta} HTTP/1.1", f"Host: {maquina}", f"Authorization: Bearer {quien}", *cabeceras]
        conexion.sendall("\r\n".join([*lineas, f"Content-Type: {tipo}", "Connection: close", "", ""]).encode())
        return conexion

    return abrir


@pytest.fixture
def solicitud_pendiente(servidor):
    return SolicitudFactory()


def recibir(conexion):
    with conexion, conexion.makefile("rb") as archivo:
        status = int(archivo.readline().split()[1])
        return status, json.loads(archivo.read().partition(b"\r\n\r\n")[2])


def enviar_a_trozos(conexion, trozos):
    with suppress(BrokenPipeError, ConnectionResetError):  # the server has answered already
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
    with suppress(BrokenPipeError, ConnectionResetError):  # the server has answered already
        conexion.sendall(b" " * (MEBIBYTE + 100_000))

    assert recibir(conexion) == GRANDE


def test_cuerpo_que_se_anuncia_grande_es_413_antes_de_que_llegue(crudo):
    with crudo([f"Content-Length: {2 * MEBIBYTE}"]) as conexion:
        assert recibir(conexion) == GRANDE


LARGO = [f"Content-Length: {2 * MEBIBYTE}"]
EN_TROZOS = ["Transfer-Encoding: chunked"]


@pytest.mark.parametrize(
    ("cabeceras", "llegado"), [(LARGO, b""), (EN_TROZOS, b"200000\r\n" + b" " * 1_100_000)], ids=["largo", "trozo"]
)
def test_lo_que_se_anuncia_grande_no_se_hace_aunque_no_lleve_cuerpo(crudo, solicitud_pendiente, cabeceras, llegado):
    ruta = f"/solicitud/{solicitud_pendiente.pk}"
    conexion = crudo(cabeceras, "DELETE", ruta=ruta, usuario=solicitud_pendiente.solicitante)
    with suppress(BrokenPipeError, ConnectionResetError):  # the server has answered already
        conexion.sendall(llegado)

    assert recibir(conexion)[0] == 413
    solicitud_pendiente.refresh_from_db()
    assert not solicitud_pendiente.eliminado


@pytest.mark.parametrize("llegado", [b"", b'{"motivo"', b'{"motivo": "Sin unidad"}'])
def test_lo_que_no_llego_entero_no_se_hace(crudo, solicitud_pendiente, llegado):
    """The client closes its side before its body is whole."""
    ruta = f"/solicitud/{solicitud_pendiente.pk}/aprobar"
    conexion = crudo(["Content-Length: 60"], ruta=ruta, usuario=solicitud_pendiente.aprobador)
    conexion.sendall(llegado)
    conexion.shutdown(socket.SHUT_WR)

    # Whatever the server answers, the client no longer cares.
    conexion.recv(1000)
    conexion.close()
    assert list(solicitud_pendiente.historico.values_list("estado_id", flat=True)) == [Estado.PENDIENTE_APROBACION]


def test_cuerpo_vacio_a_trozos_es_400(crudo):
    conexion = crudo(["Transfer-Encoding: chunked"], tipo="text/plain")
    enviar_a_trozos(conexion, [])

    assert recibir(conexion) == VACIO


def test_cliente_que_tarda_en_mandar_su_cuerpo_no_detiene_a_otros(crudo, servidor):
    """On SQLite, a transaction that is open while the body arrives would hold the only lock for writing."""
    lenta = crudo([f"Content-Length: {len(BUENO)}"])
    lenta.sendall(BUENO[:10])
    time.sleep(0.2)
    antes = time.monotonic()

    otra = Remota(servidor, UsuarioFactory()).pedir("POST", RUTA, {"no_siniestro": "SIN-2"})

    assert (otra.status, time.monotonic() - antes < 5) == (201, True)
    lenta.sendall(BUENO[10:])
    assert recibir(lenta)[0] == 201
    assert Expediente.objects.count() == 2
