"""A program that keeps a copy of the expedientes, or of the solicitudes, and asks what changed, misses nothing."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from random import Random
from threading import Event, Timer
from time import sleep
from urllib.parse import parse_qs, quote, urlencode

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente
from expedientes.numeros import NumeroDejado
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota, respuesta
from monitor.cambios import seguimiento
from monitor.db import frontier
from monitor.tests.formularios import campos_de
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

RUTA = "/api/expedientes"
ARCHIVADOS = f"{RUTA}/archivados"
SIEMPRE = "1970-01-01T00:00:00Z"


def hasta_de(response):
    return response.headers["Actualizado-Hasta"]


def ahora():
    sleep(0.002)  # a moment in the header has milliseconds
    return datetime.now(UTC).isoformat()


def claves(response):
    assert response.status_code == 200, response.content
    return [fila["no_siniestro"] for fila in respuesta(response)[1]]


def pedir(api, ruta, **parametros):
    return api.get(f"{ruta}?{urlencode(parametros)}")


def desde(api, momento, ruta=RUTA, **otros):
    nombre = "actualizado_desde" if ruta == RUTA else "desde"
    return pedir(api, ruta, **{nombre: momento}, **otros)


# --- Expedientes ---


def test_los_escritos_desde_un_momento_en_el_orden_en_que_se_escribieron(operador):
    for clave in "ABCD":
        ExpedienteFactory(no_siniestro=clave)
    momento = ahora()
    operador.patch(f"{RUTA}/C", {"color": "azul"})
    operador.patch(f"{RUTA}/A", {"color": "azul"})
    operador.patch(f"{RUTA}/C/estado", {"estado": "Salida"})

    assert claves(desde(operador, SIEMPRE)) == ["B", "D", "A", "C"]
    response = desde(operador, momento)
    filas = respuesta(response)[1]
    assert [fila["no_siniestro"] for fila in filas] == ["A", "C"]
    assert filas[1] in respuesta(operador.get(RUTA))[1]

    operador.post(RUTA, {"no_siniestro": "E"})
    operador.patch(f"{RUTA}/C", {"color": "gris"})
    assert claves(desde(operador, hasta_de(response), estado="Ingreso")) == ["E"]
    assert claves(desde(operador, ahora())) == []


def test_por_cualquier_puerta(operador, client):
    client.force_login(UsuarioFactory(administrador=True))
    expediente = ExpedienteFactory(no_siniestro="A")
    puertas = {
        "admin": lambda: _por_el_admin(client, expediente),
        "verbo": lambda: Expediente.objects.actualizar("A", {"color": "rojo"}, por=operador.usuario),
        "sql": lambda: connection.cursor().execute("UPDATE expediente SET color = 'gris' WHERE no_siniestro = 'A'"),
    }
    for puerta, escribir in puertas.items():
        momento = ahora()
        escribir()
        assert claves(desde(operador, momento)) == ["A"], puerta


def _por_el_admin(client, expediente):
    url = reverse("admin:expedientes_expediente_change", args=[expediente.pk])
    assert client.post(url, campos_de(client.get(url)) | {"color": "verde"}).status_code == 302


def test_lo_que_no_cambia_nada_no_se_escribe(operador):
    ExpedienteFactory(no_siniestro="A", color="azul")
    momento = ahora()
    assert operador.patch(f"{RUTA}/A", {"color": "azul"}).status_code == 200

    assert claves(desde(operador, momento)) == []


@pytest.mark.parametrize("por_pagina", [1, 2, 5])
def test_por_cursor(operador, por_pagina):
    for n in range(5):
        ExpedienteFactory(no_siniestro=f"{n}")
    vistas, response = [], desde(operador, SIEMPRE, por_pagina=por_pagina)
    while True:
        vistas += claves(response)
        if "Link" not in response.headers:
            break
        response = operador.get(response.headers["Link"].partition("<")[2].partition(">")[0])

    assert vistas == ["0", "1", "2", "3", "4"]


def test_los_archivados_se_dicen_aparte(administrador, operador, tecnico):
    for clave in "AB":
        ExpedienteFactory(no_siniestro=clave)
    administrador.delete(f"{RUTA}/A")
    momento = ahora()
    administrador.delete(f"{RUTA}/B")
    administrador.post(RUTA, {"no_siniestro": "B"})

    response = desde(operador, momento, ARCHIVADOS)
    [fila] = respuesta(response)[1]
    assert list(fila) == ["no_siniestro", "archivado_en", "archivado_por"]
    assert (fila["no_siniestro"], fila["archivado_por"]) == ("B", administrador.usuario.pk)
    assert momento[:23] <= fila["archivado_en"] <= hasta_de(response)
    assert claves(operador.get(ARCHIVADOS)) == ["A", "B"]
    assert claves(desde(operador, SIEMPRE)) == ["B"]
    assert claves(desde(operador, ahora(), ARCHIVADOS)) == []
    assert claves(pedir(operador, ARCHIVADOS, por_pagina=1)) == ["A"]
    assert respuesta(tecnico.get(ARCHIVADOS)) == (
        403,
        {"error": "Acceso restringido a administradores y operadores"},
    )


def test_un_numero_que_se_dejo_viene_entre_los_archivados(administrador, operador):
    for clave in "ABC":
        ExpedienteFactory(no_siniestro=clave)
    momento = ahora()
    administrador.delete(f"{RUTA}/A")
    operador.patch(f"{RUTA}/B/no_siniestro", {"no_siniestro": "B2"})
    administrador.delete(f"{RUTA}/C")

    response = desde(operador, momento, ARCHIVADOS)
    filas = respuesta(response)[1]
    assert [(fila["no_siniestro"], fila["archivado_por"]) for fila in filas] == [
        ("A", administrador.usuario.pk), ("B", operador.usuario.pk), ("C", administrador.usuario.pk)
    ]  # fmt: skip
    assert list(filas[1]) == ["no_siniestro", "archivado_en", "archivado_por"]
    assert momento[:23] <= filas[1]["archivado_en"] <= hasta_de(response)
    assert claves(desde(operador, momento)) == ["B2"]
    assert claves(operador.get(ARCHIVADOS)) == ["A", "B", "C"]
    assert claves(desde(operador, ahora(), ARCHIVADOS)) == []


@pytest.mark.parametrize("por_pagina", [1, 2, 3])
def test_los_que_se_fueron_en_un_mismo_momento_vienen_una_vez(administrador, por_pagina):
    """They come in pages, whatever the list is of which each one is, and although they have the same ids."""
    for n in range(4):
        ExpedienteFactory(no_siniestro=f"A{n}"), ExpedienteFactory(no_siniestro=f"B{n}")
        administrador.delete(f"{RUTA}/A{n}")
        administrador.patch(f"{RUTA}/B{n}/no_siniestro", {"no_siniestro": f"C{n}"})
    ExpedienteArchivado.objects.update(archivado_en=datetime(2026, 1, 1, tzinfo=UTC))
    NumeroDejado.objects.update(dejado_en=datetime(2026, 1, 1, tzinfo=UTC))

    vistas, siguiente = [], f"{ARCHIVADOS}?por_pagina={por_pagina}"
    while siguiente and len(vistas) <= 8:
        response = administrador.get(siguiente)
        vistas += claves(response)
        siguiente = response.headers.get("Link", "").partition("<")[2].partition(">")[0]

    assert vistas == ["A0", "A1", "A2", "A3", "B0", "B1", "B2", "B3"]


@pytest.mark.parametrize(
    "momento", ["ayer", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00 01:0", "0001-01-01T00:00:00+14:00"]
)
def test_un_momento_que_no_lo_es(operador, momento):
    for ruta, nombre in ((RUTA, "actualizado_desde"), (ARCHIVADOS, "desde")):
        status, cuerpo = respuesta(operador.get(f"{ruta}?{nombre}={quote(momento)}"))
        assert (status, list(cuerpo["campos"])) == (400, [nombre])


def test_el_mas_que_nadie_codifico(operador):
    ExpedienteFactory(no_siniestro="A")

    assert claves(operador.get(f"{RUTA}?actualizado_desde=1970-01-01T00:00:00+00:00")) == ["A"]


# --- Solicitudes ---


def paginas(api, momento, **otros):
    response = pedir(api, "/solicitud", actualizadoDesde=momento, **otros)
    while True:
        yield respuesta(response)[1]["data"]
        if "Link" not in response.headers:
            return
        response = api.get(response.headers["Link"].partition("<")[2].partition(">")[0])


def test_las_solicitudes_escritas_desde_un_momento(administrador):
    primera, segunda, tercera, cuarta = (SolicitudFactory() for _ in range(4))
    momento = ahora()
    administrador.put(f"/solicitud/{cuarta.pk}", {"cantidadPasajeros": 9})
    administrador.put(f"/solicitud/{primera.pk}", {"lugares": _un_lugar(primera)})
    administrador.post(f"/solicitud/{tercera.pk}/aprobar", {})
    administrador.delete(f"/solicitud/{segunda.pk}")

    vistas = list(paginas(administrador, momento, por_pagina=2))
    assert [list(pagina) for pagina in vistas] == [["total", "pagina", "porPagina", "registros"]] * 2
    assert [(pagina["total"], pagina["pagina"], pagina["porPagina"]) for pagina in vistas] == [(3, 1, 2), (3, 2, 2)]
    registros = [fila for pagina in vistas for fila in pagina["registros"]]
    assert [fila["Id"] for fila in registros] == [cuarta.pk, primera.pk, tercera.pk]
    assert registros[0] == next(
        fila for fila in respuesta(administrador.get("/solicitud"))[1]["data"]["registros"] if fila["Id"] == cuarta.pk
    )
    eliminadas = desde(administrador, momento, "/solicitud/eliminadas")
    [fila] = respuesta(eliminadas)[1]["data"]
    assert list(fila) == ["Id", "CodigoSolicitud", "FechaHoraEliminacion"]
    assert fila["Id"] == segunda.pk
    assert hasta_de(eliminadas) > momento[:23]


def _un_lugar(solicitud):
    parada = solicitud.lugares.first()
    return [{"idLugar": parada.lugar_id, "orden": 0, "esOrigen": True}]


def test_cada_quien_sigue_las_que_puede_ver(tecnico):
    propia, ajena = SolicitudFactory(solicitante=tecnico.usuario), SolicitudFactory()
    [pagina] = paginas(tecnico, SIEMPRE)
    assert [fila["Id"] for fila in pagina["registros"]] == [propia.pk]

    for solicitud in (propia, ajena):
        Solicitud.objects.eliminar(solicitud.pk, por=UsuarioFactory(administrador=True))
    [pagina] = paginas(tecnico, SIEMPRE)
    assert (pagina["total"], pagina["registros"]) == (0, [])
    eliminadas = respuesta(tecnico.get("/solicitud/eliminadas"))[1]["data"]
    assert [fila["Id"] for fila in eliminadas] == [propia.pk]


@pytest.mark.parametrize("numero", ["", "x.", "0.", "-1.", "1" * 10 + "."])
def test_un_cursor_sin_su_numero_no_es_valido(administrador, numero):
    SolicitudFactory(), SolicitudFactory()
    response = pedir(administrador, "/solicitud", actualizadoDesde=SIEMPRE, por_pagina=1)
    cursor = parse_qs(response.headers["Link"].partition("?")[2].partition(">")[0])["cursor"][0]
    assert cursor.startswith("2.")

    otro = numero + cursor.removeprefix("2.")
    status, cuerpo = respuesta(pedir(administrador, "/solicitud", actualizadoDesde=SIEMPRE, por_pagina=1, cursor=otro))
    assert (status, cuerpo["message"]) == (400, "cursor: no es válido; use el del encabezado Link")


@pytest.mark.parametrize(
    ("parametros", "frase"),
    [
        ({"cursor": "2.abc"}, "cursor: requiere actualizadoDesde"),
        ({"actualizadoDesde": SIEMPRE, "cursor": "2.abc"}, "cursor: no es válido; use el del encabezado Link"),
        (
            {"actualizadoDesde": SIEMPRE, "pagina": 2},
            "pagina: con actualizadoDesde no se pide por número; siga el encabezado Link",
        ),
    ],
)
def test_parametros_que_no_van_juntos(tecnico, parametros, frase):
    status, cuerpo = respuesta(pedir(tecnico, "/solicitud", **parametros))

    assert (status, cuerpo["message"]) == (400, frase)


# --- While others write ---


class Espejo:
    """A copy of the expedientes that another system keeps, as docs/contrato.md says. `reloj` gives the moment from
    which it asks the next time, before it asks; without it, it is what the server said."""

    def __init__(self, remota, reloj=None):
        self.remota, self.reloj = remota, reloj
        self.filas, self.recibidas = {}, {}  # what it has, and up to when that was so
        self.siguiente = {RUTA: SIEMPRE, ARCHIVADOS: SIEMPRE}

    def preguntar(self):
        for fila, hasta in self._pedir(RUTA):
            self.filas[fila["no_siniestro"]] = fila
            self.recibidas[fila["no_siniestro"]] = hasta
        for fila, _ in self._pedir(ARCHIVADOS):
            if fila["archivado_en"] >= self.recibidas.get(fila["no_siniestro"], ""):
                self.filas.pop(fila["no_siniestro"], None)

    def _pedir(self, ruta):
        propio = self.reloj and self.reloj()
        nombre = "actualizado_desde" if ruta == RUTA else "desde"
        siguiente, filas = f"{ruta}?{nombre}={quote(self.siguiente[ruta])}&por_pagina=7", []
        while siguiente:
            recibida = self.remota.pedir("GET", siguiente)
            assert recibida.status == 200, recibida.cuerpo
            filas += [(fila, hasta_de(recibida)) for fila in recibida.json()]
            siguiente = recibida.headers.get("Link", "").partition("<")[2].partition(">")[0]
        self.siguiente[ruta] = propio or hasta_de(recibida)
        return filas


@pytest.mark.lenta
def test_un_espejo_no_se_pierde_de_nada_mientras_otros_escriben(servidor):
    remota = Remota(servidor, UsuarioFactory(administrador=True))
    espejos = [Espejo(remota), Espejo(remota, reloj=lambda: datetime.now(UTC).isoformat())]
    listo = Event()

    def escribir(n):
        azar = Random(n)
        for paso in range(40):
            clave = f"{n}-{azar.randrange(6)}"
            peticiones = (
                ("POST", RUTA, {"no_siniestro": clave}),
                ("PATCH", f"{RUTA}/{clave}", {"color": f"{paso}"}),
                ("PATCH", f"{RUTA}/{clave}/estado", {"estado": azar.choice(["Salida", "Ingreso"])}),
                ("PATCH", f"{RUTA}/{clave}/no_siniestro", {"no_siniestro": f"{n}-{azar.randrange(6)}"}),
                ("DELETE", f"{RUTA}/{clave}", None),
            )
            remota.pedir(*azar.choice(peticiones))

    def seguir(espejo):
        while not listo.is_set():
            espejo.preguntar()
        espejo.preguntar()

    with ThreadPoolExecutor(8) as hilos:
        siguen = [hilos.submit(seguir, espejo) for espejo in espejos]
        for escritura in [hilos.submit(escribir, n) for n in range(6)]:
            escritura.result()
        listo.set()
        for sigue in siguen:
            sigue.result()

    todos = {fila["no_siniestro"]: fila for fila in remota.pedir("GET", RUTA).json()}
    assert todos
    assert [espejo.filas == todos for espejo in espejos] == [True, True]


@contextmanager
def escribiendo():
    """A connection of somebody else, who has written and hasn't ended the transaction."""
    datos = connection.get_connection_params()
    if connection.vendor == "postgresql":
        otra = psycopg.connect(
            **{clave: datos[clave] for clave in ("dbname", "host", "port", "user") if clave in datos}
        )
    else:
        otra = sqlite3.connect(datos["database"], uri=True, isolation_level=None, check_same_thread=False)
        otra.execute("BEGIN IMMEDIATE")
    with closing(otra):
        otra.execute("UPDATE expediente SET color = 'azul' WHERE no_siniestro = 'A'")
        yield otra


@pytest.mark.django_db(transaction=True)
def test_se_espera_a_quien_ya_escribio_y_no_acaba(operador):
    ExpedienteFactory(no_siniestro="A")
    momento = ahora()
    with escribiendo() as otra:
        fin = Timer(0.3, otra.commit)
        fin.start()
        assert claves(desde(operador, momento)) == ["A"]
        fin.join()


@pytest.mark.django_db(transaction=True)
def test_si_no_acaba_se_pide_otra_vez(operador, monkeypatch):
    monkeypatch.setattr(frontier, "WAIT", 0.1)
    ExpedienteFactory(no_siniestro="A")
    with escribiendo() as otra:
        response = desde(operador, SIEMPRE)
        otra.rollback()

    assert response.status_code == 503
    assert (response.headers["X-Error-Code"], response.headers["Retry-After"]) == ("base_ocupada", "5")
    assert claves(desde(operador, SIEMPRE)) == ["A"]


def test_quien_ya_no_puede_no_espera_a_nadie(operador, monkeypatch):
    esperas = []
    monkeypatch.setattr(seguimiento, "visible_until", esperas.append)
    assert operador.token
    Usuario.objects.filter(pk=operador.usuario.pk).update(version_token=99)

    assert desde(operador, SIEMPRE).status_code == 401
    assert esperas == []
