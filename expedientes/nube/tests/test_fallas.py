"""The ways in which a cloud fails. Whatever it does, no byte is lost, nothing is served that isn't what was sent, and
nothing is half done: the evidence stays in the shop, and moves when somebody asks again."""

import threading
from dataclasses import replace
from io import BytesIO

import pytest
from django.db import connection

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.conftest import guardados
from expedientes.evidencias.tests.formas import FOTO, con_archivo, ruta_de, subida
from expedientes.models import Expediente
from expedientes.nube import mudanzas
from expedientes.nube.tests.conftest import salido
from expedientes.nube.tests.cubeta import (
    que_calle,
    que_corte_la_bajada,
    que_corte_la_subida,
    que_escriba_con_mayusculas,
    que_gotee,
    que_gotee_la_cabeza,
    que_mienta,
    que_pierda,
    que_reciba_despacio,
    que_responda,
)
from monitor.api.tests.cliente import respuesta
from monitor.archivos import ALMACEN
from monitor.archivos.almacen import Bytes, huella
from monitor.archivos.errores import ArchivoAlterado
from monitor.archivos.nube import NUBE, Cuerpo
from monitor.archivos.tests.muestras import imagen
from monitor.errores import NubeNoResponde
from monitor.tests.paciencia import esperar_a

RUTA = ruta_de("SIN/2024/9")
NO_RESPONDE = (503, {"error": "La nube no responde"})
GRANDE = imagen(ancho=60) + b"\0" * 700_000


def es_de_evidencia(paso) -> bool:
    """Return whether it is of what people sent, and not of what goes along."""
    return not paso.path.endswith((".json", ".xlsx"))


FALLAS = {
    "llena": que_responda("PUT", 507, "InsufficientStorage"),
    "despacio": que_responda("PUT", 503, "SlowDown"),
    "sin permiso": que_responda("PUT", 403, "AccessDenied"),
    "sin cubeta": que_responda("PUT", 404, "NoSuchBucket"),
    "se corta al subir": que_corte_la_subida,
    "se corta al leer": que_corte_la_bajada,
    "miente": que_mienta,
    "pierde": que_pierda,
    "no deja leer": que_responda("GET", 500, "InternalError"),
}


@pytest.mark.parametrize("falla", FALLAS)
def test_lo_que_falla_se_queda_en_el_taller_y_pasa_despues(operador, expediente, nube, almacen, caplog, falla):
    fila = subida(operador, cuerpo=con_archivo(GRANDE))
    nube.falla = lambda paso: es_de_evidencia(paso) and FALLAS[falla](paso)

    fallida = operador.post(f"{RUTA}/respaldar")
    assert respuesta(fallida) == NO_RESPONDE
    assert (fallida.headers["X-Error-Code"], fallida.headers["Retry-After"]) == ("nube_no_responde", "5")
    una = Evidencia.objects.get()
    assert (una.ubicacion_almacenamiento, una.llave_nube) == ("Local", None)
    assert len(guardados(almacen)) == 1
    assert operador.get(f"{RUTA}/{fila['id']}/archivo").getvalue() == GRANDE
    assert nube.cubeta.secreto not in caplog.text

    nube.falla = None
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})
    assert operador.get(f"{RUTA}/{fila['id']}/archivo").getvalue() == GRANDE


def test_sin_el_manifiesto_ninguna_se_va(operador, expediente, nube):
    subida(operador)
    nube.falla = que_corte_la_subida

    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE
    assert not Evidencia.objects.en_la_nube().exists()


def test_un_tropiezo_se_repite_solo(operador, expediente, nube):
    subida(operador)
    nube.falla = que_responda("PUT", 503, "SlowDown", veces=2)

    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})


def test_lo_que_ya_paso_se_queda_alla(operador, expediente, nube):
    for ancho in (50, 51, 52):
        subida(operador, cuerpo=con_archivo(imagen(ancho=ancho)))
    fotos = [0]

    def falla(paso):
        fotos[0] += paso.command == "PUT" and es_de_evidencia(paso)
        return fotos[0] > 1 and que_corte_la_subida(paso)  # the first one passes

    nube.falla = falla
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE
    assert [e.ubicacion_almacenamiento for e in Evidencia.objects.order_by("pk")] == ["Nube", "Local", "Local"]
    nube.falla = None
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 2})
    assert Expediente.objects.get().ubicacion_almacenamiento == "Nube"


por_las_dos_puertas = pytest.mark.parametrize("nube", ["http", "https"], indirect=True)


@por_las_dos_puertas
def test_la_que_calla_no_hace_esperar_para_siempre(operador, expediente, nube, settings, monkeypatch):
    subida(operador)
    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_PARA_RESPONDER", 0.2)
    settings.NUBE = replace(nube.cubeta, region="otra")  # another client, with those seconds
    fin = threading.Event()
    nube.falla = que_calle(fin)

    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE
    fin.set()


@por_las_dos_puertas
def test_la_que_gotea_tampoco(operador, expediente, nube, monkeypatch):
    subida(operador)
    nube.falla = que_gotee(cada=0.02, cuantos=30)

    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_POR_PIEZA", 0.2)
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE
    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_POR_PIEZA", 20)
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})


@por_las_dos_puertas
@pytest.mark.parametrize("metodo", ["PUT", "GET"])
def test_la_que_contesta_letra_por_letra_tampoco(operador, expediente, nube, monkeypatch, metodo):
    subida(operador)
    nube.falla = que_gotee_la_cabeza(metodo, cada=0.03, cuantos=25)

    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_POR_PIEZA", 0.2)
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE
    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_POR_PIEZA", 20)
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})


@por_las_dos_puertas
def test_la_que_recibe_despacio_tampoco(nube, monkeypatch):
    archivo = BytesIO(bytes(8 * 1024 * 1024))
    son = Bytes(archivo.getbuffer().nbytes, huella(archivo))
    nube.falla = que_reciba_despacio(cada=0.002)

    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_POR_PIEZA", 0.01)
    with pytest.raises(NubeNoResponde):
        NUBE.subir("evidencias/grande", archivo, son, "application/pdf")
    monkeypatch.setattr("monitor.archivos.nube.SEGUNDOS_POR_PIEZA", 20)
    NUBE.subir("evidencias/grande", archivo, son, "application/pdf")


@pytest.mark.parametrize("nube", ["https"], indirect=True)
def test_quien_no_prueba_ser_la_nube_no_recibe_nada(operador, expediente, nube, settings, monkeypatch):
    subida(operador)
    monkeypatch.delenv("AWS_CA_BUNDLE")
    settings.NUBE = replace(nube.cubeta, region="otra")  # another client, which knows no such authority

    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE
    assert nube.pedidos == []


def test_no_hay_nadie_alla(operador, expediente, nube, settings):
    subida(operador)
    settings.NUBE = replace(nube.cubeta, servidor="http://127.0.0.1:9")

    assert respuesta(operador.post(f"{RUTA}/respaldar")) == NO_RESPONDE


# --- Reading ---


@pytest.fixture
def lejana(operador, expediente, nube):
    """Evidence that is in the cloud, and its route."""
    fila = subida(operador, cuerpo=con_archivo(GRANDE))
    operador.post(f"{RUTA}/respaldar")
    return Evidencia.objects.get(pk=fila["id"])


def ruta_del_archivo(evidencia) -> str:
    return f"{RUTA}/{evidencia.pk}/archivo"


def test_bajar_lo_que_no_esta(operador, lejana, nube):
    NUBE.borrar(lejana.llave_nube)

    ausente = (404, {"error": "El archivo no está en el almacenamiento"})
    assert respuesta(operador.get(ruta_del_archivo(lejana))) == ausente
    assert respuesta(operador.get(f"{RUTA}/{lejana.pk}/miniatura")) == ausente


def test_bajar_de_la_que_no_responde(operador, lejana, nube):
    nube.falla = que_responda("GET", 503, "SlowDown")

    assert respuesta(operador.get(ruta_del_archivo(lejana))) == NO_RESPONDE


ALTERADO = (
    "El archivo que está en el almacenamiento no es el que se subió;"
    " pida a quien opera el servidor que lo recupere de un respaldo"
)
OTROS = {"cambiado": GRANDE[:-1] + b"x", "corto": GRANDE[:-9], "largo": GRANDE + b"x", "vacío": b""}
ENTERO = [{}, {"Range": f"bytes=0-{len(GRANDE)}"}]
UNA_PARTE = [{"Range": "bytes=0-9"}, {"Range": "bytes=-5"}]
CHICO = "monitor.archivos.comprobar.CHICO"


@pytest.mark.parametrize("chico", [10**9, 1000], ids=["chico", "grande"])
@pytest.mark.parametrize("otro", OTROS)
def test_nada_sale_de_lo_que_alla_se_altero(operador, lejana, nube, monkeypatch, caplog, otro, chico):
    monkeypatch.setattr(CHICO, chico)
    NUBE.guardar(lejana.llave_nube, OTROS[otro], "image/jpeg")

    solo_se_sabe_al_final = (otro, chico) == ("cambiado", 1000)
    for partes in UNA_PARTE if solo_se_sabe_al_final else ENTERO + UNA_PARTE:
        caplog.clear()
        recibida = operador.get(ruta_del_archivo(lejana), **partes)
        assert respuesta(recibida) == (404, {"error": ALTERADO})
        assert recibida.headers["X-Error-Code"] == "archivo_alterado"
        assert caplog.messages.count(f"Está alterado el archivo de la evidencia {lejana.pk}") == 1
    assert respuesta(operador.get(f"{RUTA}/{lejana.pk}/miniatura")) == (404, {"error": ALTERADO})


def test_lo_que_sale_por_piezas_de_lo_que_alla_se_altero_no_llega_entero(operador, lejana, nube, monkeypatch, caplog):
    """Whoever downloads sees that it was cut: it isn't as long as it was said to be."""
    monkeypatch.setattr(CHICO, 1000)
    NUBE.guardar(lejana.llave_nube, OTROS["cambiado"], "image/jpeg")

    with pytest.raises(ArchivoAlterado):
        operador.get(ruta_del_archivo(lejana)).getvalue()
    assert caplog.messages.count(f"Está alterado el archivo de la evidencia {lejana.pk}") == 1
    nube.falla = que_corte_la_bajada
    with pytest.raises(NubeNoResponde):
        operador.get(ruta_del_archivo(lejana)).getvalue()


def test_lo_que_se_corta_antes_de_salir_no_sale(operador, lejana, nube):
    nube.falla = que_corte_la_bajada

    assert respuesta(operador.get(ruta_del_archivo(lejana))) == NO_RESPONDE


def test_una_parte_de_algo_grande_no_trae_lo_demas(operador, lejana, nube, monkeypatch):
    """The cloud says what it was when it was stored. Of what was stored before that was said, all is read."""
    monkeypatch.setattr(CHICO, 1000)
    ultimos = {"Range": "bytes=-5"}
    leidos = []
    monkeypatch.setattr(Cuerpo, "read", lambda cuerpo, n: (leidos.append(n), leer(cuerpo, n))[1])

    assert operador.get(ruta_del_archivo(lejana), **ultimos).getvalue() == GRANDE[-5:]
    nube.falla = que_escriba_con_mayusculas
    assert operador.get(ruta_del_archivo(lejana), **ultimos).getvalue() == GRANDE[-5:]
    assert leidos == [5, 5]
    nube.falla = None
    NUBE.guardar(lejana.llave_nube, GRANDE, "image/jpeg")
    assert operador.get(ruta_del_archivo(lejana), **ultimos).getvalue() == GRANDE[-5:]
    assert sum(leidos) > len(GRANDE)


leer = Cuerpo.read


def test_restaurar_de_la_que_se_corta_deja_todo_como_estaba(administrador, lejana, nube, almacen):
    nube.falla = que_corte_la_bajada

    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == NO_RESPONDE
    assert respuesta(administrador.get(f"{RUTA}/integridad")) == NO_RESPONDE
    assert guardados(almacen) == []
    assert Evidencia.objects.get().ubicacion_almacenamiento == "Nube"


# --- Others, at the same time ---


def durante(nube, metodo: str, que):
    """Do something while the cloud has the first request with this method, and then let it through."""
    hecho = []

    def falla(paso):
        if paso.command == metodo and es_de_evidencia(paso) and not hecho:
            hecho.append(True)
            que()
        return False

    nube.falla = falla


@pytest.mark.parametrize("metodo", ["PUT", "GET"])
@pytest.mark.parametrize(
    "que",
    [
        lambda api: api.delete(f"{RUTA}/{Evidencia.objects.get().pk}"),
        lambda api: api.patch("/api/expedientes/SIN%2F2024%2F9/no_siniestro", {"no_siniestro": "AXA-1"}),
        lambda api: api.delete("/api/expedientes/SIN%2F2024%2F9"),
    ],
    ids=["se elimina", "cambia de número", "se archiva"],
)
def test_lo_que_cambia_mientras_sube_no_pasa(administrador, transactional_db, nube, almacen, metodo, que):
    salido("SIN/2024/9")
    subida(administrador)

    def y_cerrar():
        assert que(administrador).status_code == 200
        connection.close()  # that of this thread

    durante(nube, metodo, y_cerrar)
    assert respuesta(administrador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 0})
    assert len(guardados(almacen)) == 1
    assert not Evidencia.objects.en_la_nube().exists()


def test_lo_que_otro_ya_movio_no_se_mueve_otra_vez(operador, lejana):
    vista = {"ubicacion_almacenamiento": "Nube", "llave_nube": "otra"}
    lejana.ubicacion_almacenamiento = "Local"  # as it was when its mover read it

    assert not Evidencia.objects.mudar(lejana, vista, por=operador.usuario)
    assert Evidencia.objects.get().llave_nube != "otra"


def test_quien_lee_mientras_pasa_tiene_sus_bytes(operador, transactional_db, nube, almacen, monkeypatch):
    """At each step of the move a reader comes, and one who read the row before."""
    salido("SIN/2024/9")
    subida(operador)
    antes, leidos = Evidencia.objects.get(), []

    def leer(*args):
        with mudanzas.contenido.abrir(antes) as archivo:
            archivo.seek(0)
            leidos.append(archivo.read(len(FOTO)))
        leidos.append(operador.get(ruta_del_archivo(antes)).getvalue())

    soltar, mudar = ALMACEN.soltar, Evidencia.objects.mudar
    monkeypatch.setattr(ALMACEN, "soltar", lambda lugar: (leer(), soltar(lugar), leer()))
    monkeypatch.setattr(Evidencia.objects, "mudar", lambda *a, **k: (leer(), mudar(*a, **k), leer())[1])
    assert not connection.in_atomic_block
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})
    assert leidos == [FOTO] * 8


def test_nada_va_a_la_red_dentro_de_una_transaccion(operador, administrador, transactional_db, nube, monkeypatch):
    salido("SIN/2024/9")
    subida(operador)
    pedir, dentro = NUBE._pedir, []
    monkeypatch.setattr(
        type(NUBE), "_pedir", lambda nube, *que, **k: (dentro.append(connection.in_atomic_block), pedir(*que, **k))[1]
    )
    operador.post(f"{RUTA}/respaldar", **{"Idempotency-Key": "una"})
    operador.get(f"{RUTA}/integridad")
    operador.get(ruta_del_archivo(Evidencia.objects.get()))
    administrador.post(f"{RUTA}/restaurar", **{"Idempotency-Key": "dos"})
    administrador.post("/api/backup/exportar/SIN%2F2024%2F9", **{"Idempotency-Key": "tres"})
    assert len(dentro) > 8
    assert not any(dentro)


def test_dos_a_la_vez_pasan_cada_una_una_vez(operador, transactional_db, nube, almacen):
    salido("SIN/2024/9")
    for ancho in (50, 51, 52):
        subida(operador, cuerpo=con_archivo(imagen(ancho=ancho)))
    respuestas, fotos, juntos = [], [], threading.Barrier(2)

    def anotar_fotos(paso):
        if paso.command == "PUT" and es_de_evidencia(paso):
            fotos.append(paso.path)

    nube.falla = anotar_fotos

    def respaldar():
        juntos.wait()
        try:
            respuestas.append(respuesta(operador.post(f"{RUTA}/respaldar")))
        finally:
            connection.close()

    hilos = [threading.Thread(target=respaldar) for _ in range(2)]
    for hilo in hilos:
        hilo.start()
    for hilo in hilos:
        hilo.join()
    esperar_a(lambda: len(respuestas) == 2)
    subidas = [cuerpo.get("subidas", 0) for _, cuerpo in respuestas]
    assert sum(subidas) == 3
    # The manifest and the sheet may go twice; and this cloud answers 500, once, to two that put the same at once.
    assert len(fotos) == len(set(fotos)) == 3
    assert guardados(almacen) == []
