"""Compressed answers: the same bytes once unpacked, with their own ETag."""

import gzip
import json
import zlib

import pytest
from django.http import HttpResponse

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.gzip import GzipMiddleware, accepts_gzip, compressed
from monitor.api.tests.cliente import Remota
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.una_vez

GZIP = {"Accept-Encoding": "br, gzip;q=0.5"}
PAGINA = "/api/expedientes?por_pagina=50"


@pytest.fixture
def cincuenta(db):
    ExpedienteFactory.create_batch(50)


def vary(recibida):
    return recibida.headers.get("Vary", "").lower()


def test_pagina_se_comprime_si_se_pide(operador, cincuenta):
    entera, corta = operador.get(PAGINA), operador.get(PAGINA, **GZIP)

    assert gzip.decompress(corta.content) == entera.content
    assert (corta.headers["Content-Encoding"], int(corta.headers["Content-Length"])) == ("gzip", len(corta.content))
    assert len(corta.content) < len(entera.content) / 2
    assert "Content-Encoding" not in entera.headers
    assert ["accept-encoding" in vary(r) for r in (entera, corta)] == [True, True]


def test_head_lleva_los_mismos_encabezados_que_get(operador, cincuenta):
    leida, sin_cuerpo = operador.get(PAGINA, **GZIP), operador.head(PAGINA, **GZIP)

    propio = {"X-Request-ID"}
    assert {n: v for n, v in sin_cuerpo.headers.items() if n not in propio} == {
        n: v for n, v in leida.headers.items() if n not in propio
    }


def test_lo_pequeno_no_se_comprime(operador):
    ExpedienteFactory(no_siniestro="S-1")

    una, varias = operador.get("/api/expedientes/S-1", **GZIP), operador.get(PAGINA, **GZIP)

    assert ["Content-Encoding" in r.headers for r in (una, varias)] == [False, False]
    assert [vary(r) for r in (una, varias)] == ["accept-encoding", ""]


def test_lo_secreto_no_se_comprime(rf):
    secreta = HttpResponse(b"x" * 100_000, headers={"Cache-Control": "no-store"})

    recibida = GzipMiddleware(lambda _: secreta)(rf.get("/", headers=GZIP))

    assert (recibida.content, "Content-Encoding" in recibida.headers) == (b"x" * 100_000, False)


@pytest.mark.parametrize(
    ("header", "si"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=1.0", True),
        ("gzip; q=0.001", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("*;q=0", False),
        ("br, identity", False),
        ("x-gzipped", False),
        ("", False),
    ],
)
def test_accept_encoding_se_lee_entero(header, si):
    assert accepts_gzip(header) is si


def test_cada_forma_tiene_su_etag_y_con_las_dos_hay_304(operador):
    expediente = ExpedienteFactory(no_siniestro="S-1", observaciones="Golpe en la puerta. " * 500)
    ruta = "/api/expedientes/S-1"
    entera, corta = operador.get(ruta), operador.get(ruta, **GZIP)
    etags = [entera.headers["ETag"], corta.headers["ETag"]]

    assert gzip.decompress(corta.content) == entera.content
    assert etags[1] == f'{etags[0][:-1]}-gzip"'
    for etag in (*etags, f"W/{etags[1]}"):
        repetida = operador.get(ruta, **GZIP, **{"If-None-Match": f'"otra", {etag}'})
        assert (repetida.status_code, repetida.headers["ETag"]) == (304, etag.removeprefix("W/"))
        assert vary(repetida) == "accept-encoding"

    type(expediente).objects.filter(pk="S-1").update(color="Azul")
    for etag in etags:
        assert operador.get(ruta, **GZIP, **{"If-None-Match": etag}).status_code == 200


def test_cada_trozo_sale_cuando_llega():
    llegaron = []

    def trozos():
        for n in range(3):
            llegaron.append(n)
            yield b"%d" % n * 5000

    lector, leido = zlib.decompressobj(wbits=31), b""
    for n, trozo in zip(range(3), compressed(trozos()), strict=False):
        leido += lector.decompress(trozo)
        assert (llegaron, len(leido)) == (list(range(n + 1)), 5000 * (n + 1))


def test_lista_completa_comprimida_es_la_misma(servidor):
    ExpedienteFactory.create_batch(30)
    remota = Remota(servidor, UsuarioFactory())

    entera, corta = remota.pedir("GET", "/api/expedientes"), remota.pedir("GET", "/api/expedientes", **GZIP)

    assert corta.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(corta.cuerpo) == entera.cuerpo
    assert len(json.loads(entera.cuerpo)) == 30


def test_lista_a_medias_no_termina_el_gzip():
    def rota():
        yield b"[1"
        raise ConnectionError

    piezas = compressed(rota())
    lector = zlib.decompressobj(wbits=31)
    assert lector.decompress(next(piezas)) == b"[1"
    with pytest.raises(ConnectionError):
        next(piezas)
    assert not lector.eof


def test_pagina_del_admin_se_comprime_distinta_cada_vez(client, db):
    """Random bytes hide the length, which would tell about the page's secrets (BREACH)."""
    client.force_login(UsuarioFactory(administrador=True))

    recibidas = [client.get("/admin/", headers=GZIP) for _ in range(20)]

    assert {r.headers["Content-Encoding"] for r in recibidas} == {"gzip"}
    assert all(b"<!DOCTYPE html>" in gzip.decompress(r.content) for r in recibidas)
    assert len({len(r.content) for r in recibidas}) > 1
