"""A cloud that takes requests and says nothing: it keeps nobody waiting who doesn't ask for what it has."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic
from urllib.parse import unquote

import pytest
from django.db import connection

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.formas import FOTO, con_archivo, ruta_de, subida
from expedientes.formatos.views import FORMATOS
from expedientes.models import Expediente
from expedientes.nube.tests.conftest import salido
from expedientes.nube.tests.cubeta import que_calle
from monitor.admin.routes import route
from monitor.api.tests.cliente import Remota, respuesta
from monitor.api.tests.rutas import RUTAS
from monitor.archivos.nube import NUBE, Remoto
from monitor.archivos.tests.muestras import imagen
from monitor.errores import NubeNoResponde
from monitor.exportacion.hoja import TIPOS
from monitor.management.commands.serve import APARTE
from monitor.tests.paciencia import esperar_a
from monitor.tests.servidor import sirviendo

RUTA = ruta_de("SIN/2024/9")
NO_RESPONDE = (503, {"error": "La nube no responde"})


@pytest.mark.una_vez
@pytest.mark.lenta
def test_doce_que_esperan_a_la_nube_dejan_leer_y_escribir(operador, transactional_db, nube, almacen, tmp_path):
    """Two of each worker's four threads wait, and each waits at a path that nobody had asked for before."""
    salido("SIN/2024/9")
    for ancho in range(50, 62):
        subida(operador, cuerpo=con_archivo(imagen(ancho=ancho)))
    operador.post(f"{RUTA}/respaldar")
    suyas = [f"{RUTA}/{pk}/miniatura" for pk in Evidencia.objects.values_list("pk", flat=True)]
    entorno = {
        "BASE_DE_PRUEBAS": str(connection.settings_dict["NAME"]),
        "ARCHIVOS_DE_PRUEBAS": str(almacen.raiz),
        "NUBE_DE_PRUEBAS": nube.cubeta.servidor.replace("http://", "s3://AKIA:secreto-de-prueba@") + "/taller?tls=no",
    }
    with sirviendo(tmp_path / "bitacora", **entorno) as url, ThreadPoolExecutor(12) as hilos:
        remota, fin = Remota(url, operador.usuario), threading.Event()
        nube.falla, nube.pedidos[:] = que_calle(fin), []
        esperan = [hilos.submit(remota.pedir, "GET", suya) for suya in suyas]
        esperar_a(lambda: len(nube.pedidos) == 4)

        lecturas = ["/api/expedientes/SIN%2F2024%2F9", "/api/expedientes", RUTA, "/api/health", "/admin/login/"]
        assert {remota.pedir("GET", lectura).status for lectura in lecturas * 5} == {200}
        comentario = {"no_siniestro": "SIN/2024/9", "comentario": "Se fue"}
        assert {remota.pedir("POST", "/api/comentarios", comentario).status for _ in range(5)} == {201}
        assert (len(nube.pedidos), any(uno.done() for uno in esperan)) == (4, False)

        nube.falla = None
        fin.set()
        assert {uno.result().status for uno in esperan} == {200}


@pytest.fixture
def callada(operador, expediente, nube, settings, monkeypatch):
    """Give the path of evidence in a cloud that has just let somebody wait in vain."""
    fila = subida(operador)
    operador.post(f"{RUTA}/respaldar")
    monkeypatch.setattr("monitor.archivos.nube.PAUSA", 10)
    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_PARA_RESPONDER", 0.1)
    settings.NUBE = replace(nube.cubeta, region="otra")  # another client, with those seconds
    fin = threading.Event()
    nube.falla = que_calle(fin)
    assert respuesta(operador.get(f"{RUTA}/{fila['id']}/archivo")) == NO_RESPONDE
    yield f"{RUTA}/{fila['id']}"
    fin.set()


def test_a_la_que_callo_no_se_la_espera_otra_vez_en_un_rato(operador, callada, nube, monkeypatch):
    nube.falla = None
    nube.pedidos.clear()
    for que in ("archivo", "miniatura", "archivo"):
        recibida = operador.get(f"{callada}/{que}")
        assert respuesta(recibida) == NO_RESPONDE
        assert recibida.headers["Retry-After"] == "5"
    assert nube.pedidos == []

    monkeypatch.setattr("monitor.archivos.nube.PAUSA", 0)
    pasar_el_rato(monkeypatch)
    for _ in range(2):
        assert operador.get(f"{callada}/archivo").getvalue() == FOTO


def test_despues_del_rato_la_prueba_uno_y_los_demas_no_lo_esperan(operador, callada, nube, monkeypatch):
    pasar_el_rato(monkeypatch)
    otros = []

    def falla(paso):
        with pytest.raises(NubeNoResponde), Remoto(NUBE, "evidencias/otra") as otro:
            otro.seek(0)
        otros.append(paso.path)
        return False

    nube.falla = falla
    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_PARA_RESPONDER", 10)
    assert operador.get(f"{callada}/archivo").getvalue() == FOTO
    assert len(otros) == 1


def pasar_el_rato(monkeypatch):
    despues = monotonic() + 11
    monkeypatch.setattr("monitor.archivos.nube.monotonic", lambda: despues)


# --- Which paths go apart ---


def test_va_aparte_toda_ruta_que_espera_a_la_nube_o_dibuja():
    van = {ruta for metodo_y_ruta in RUTAS if APARTE.fullmatch(ruta := metodo_y_ruta.split()[1])}

    assert van == {
        "/evidencias/999999",
        "/api/expedientes/999999/evidencias/999999/archivo",
        "/api/expedientes/999999/evidencias/999999/miniatura",
        "/api/expedientes/999999/evidencias/integridad",
        "/api/expedientes/999999/evidencias/respaldar",
        "/api/expedientes/999999/evidencias/restaurar",
        "/api/backup/exportar/999999",
        "/api/formatos/999999",
        "/api/formatos/checklist/999999",
        "/api/formatos/levantamiento/999999",
    }


DE_UNA = ["archivo", "miniatura"]
DE_TODAS = ["integridad", "respaldar", "restaurar", *(f"{cual}_{tipo}" for cual in FORMATOS for tipo in TIPOS)]


@pytest.mark.parametrize("clave", ["A-1", "SIN/2024/9"])
def test_las_del_admin_tambien(clave):
    def van(pagina, *mas) -> bool:
        return bool(APARTE.fullmatch(unquote(route(Expediente, pagina, clave, *mas))))

    assert all(van(pagina, 7) for pagina in DE_UNA)
    assert all(map(van, DE_TODAS))
    assert not any((van("eliminar_evidencia", 7), van("permiso"), van("change"), van("history")))
