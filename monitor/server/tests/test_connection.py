"""The server and its clients, good and bad. programa.py has the application that answers."""

import json
import os
import select
import signal
import socket
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.server.tests.conftest import todo
from monitor.tests.paciencia import esperar_a

pytestmark = pytest.mark.lenta

HOLA = "GET /hola HTTP/1.1\r\nHost: x\r\n\r\n"
ULTIMO = "GET /hola HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
PROMETE = "POST /eco HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n"
EN_TROZOS = "POST /eco HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


# --- What is asked is answered ---


def test_varias_peticiones_por_una_conexion(servidor_propio):
    conexion = servidor_propio.conectar(HOLA)
    assert conexion.recv(65536).startswith(b"HTTP/1.1 200 OK\r\nDate: ")

    conexion.sendall(ULTIMO.encode())
    assert b"\r\nConnection: close\r\n" in todo(conexion)


def test_peticiones_seguidas_se_contestan_en_su_orden(servidor_propio):
    lento = HOLA.replace("hola", "lento")
    respuestas = todo(servidor_propio.conectar(lento + HOLA + ULTIMO)).split(b"HTTP/1.1 ")[1:]

    assert [json.loads(r.partition(b"\r\n\r\n")[2])["PATH_INFO"] for r in respuestas] == ["/lento", "/hola", "/hola"]


def test_peticion_que_llega_letra_por_letra(servidor_propio):
    conexion = servidor_propio.conectar(*ULTIMO)

    assert todo(conexion).startswith(b"HTTP/1.1 200 ")


def test_el_nombre_de_los_trozos_se_escribe_de_cualquier_modo(servidor_propio):
    peticion = EN_TROZOS.replace("chunked", "Chunked\r\nConnection: close") + "0\r\n\r\n"

    assert todo(servidor_propio.conectar(peticion)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("cuerpo", ["x" * 60, iter([b"x" * 20, b"x" * 40])], ids=["entero", "en trozos"])
def test_cuerpo_entero_o_en_trozos(servidor_propio, cuerpo):
    eco = json.loads(servidor_propio.pedir("/eco", "POST", cuerpo).cuerpo)

    assert eco["CONTENT_LENGTH"] == "60"
    assert "HTTP_TRANSFER_ENCODING" not in eco
    assert "POST /eco 60" in servidor_propio.hechos()


def test_respuestas_por_partes(servidor_propio):
    assert servidor_propio.pedir("/corta").cuerpo == b"[]"
    de_antes = todo(servidor_propio.conectar("GET /corta HTTP/1.0\r\n\r\n"))
    assert de_antes.endswith(b"\r\n\r\n[]")
    assert b"chunked" not in de_antes


def test_respuesta_que_falla_a_medias_no_termina(servidor_propio):
    respuesta = todo(servidor_propio.conectar(HOLA.replace("hola", "rota")))

    assert not respuesta.endswith(b"0\r\n\r\n")


def test_aplicacion_que_falla_es_un_500(servidor_propio):
    assert servidor_propio.pedir("/falla").status == 500
    assert servidor_propio.contesta()


@pytest.mark.parametrize("ruta", ["/hola", "/corta", "/lista"])
def test_head_no_lleva_cuerpo(servidor_propio, ruta):
    respuesta = todo(servidor_propio.conectar(f"HEAD {ruta} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))

    assert respuesta.startswith(b"HTTP/1.1 200 ")
    assert respuesta.endswith(b"\r\n\r\n")


def test_304_no_lleva_cuerpo_ni_largo(servidor_propio):
    respuesta = todo(servidor_propio.conectar(ULTIMO.replace("hola", "nada")))

    assert respuesta.startswith(b"HTTP/1.1 304 ")
    assert b"Content-Length" not in respuesta


def test_respuesta_grande_llega_entera(servidor_propio):
    assert len(servidor_propio.pedir("/grande?5000000").cuerpo) == 5_000_000


def test_encabezados_como_los_pide_wsgi(servidor_propio):
    peticion = (
        "GET http://x/a%20%C3%B1?b=%20 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1\r\nX_Forwarded_For: 2.2.2.2\r\n"
        "X-Forwarded-For: 3.3.3.3\r\nCookie: a=1\r\nCookie: b=2\r\nContent-Type: a/b\r\nConnection: close\r\n\r\n"
    )
    eco = json.loads(todo(servidor_propio.conectar(peticion)).partition(b"\r\n\r\n")[2])

    assert eco["PATH_INFO"] == "/a Ã±"  # UTF-8, each byte a character
    assert eco["QUERY_STRING"] == "b=%20"
    assert eco["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,3.3.3.3"
    assert eco["HTTP_COOKIE"] == "a=1; b=2"
    assert eco["CONTENT_TYPE"] == "a/b"
    assert eco["REMOTE_ADDR"] == "127.0.0.1"


def test_metodo_que_nadie_conoce_llega_a_la_aplicacion(servidor_propio):
    """The application says which methods a path has. A method in small letters is no method, and Django would take it
    for the one in capitals."""
    conexion = servidor_propio.conectar(HOLA.replace("GET", "FOO"))
    assert json.loads(conexion.recv(65536).partition(b"\r\n\r\n")[2])["REQUEST_METHOD"] == "FOO"

    conexion.sendall(PROMETE.replace("POST", "PROPFINDX").encode() + b"x" * 60)
    assert conexion.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert servidor_propio.hechos()[-1] == "PROPFINDX /eco 60"
    conexion.sendall(HOLA.replace("GET", "FOO").encode() + ULTIMO.encode())
    assert todo(conexion).count(b"HTTP/1.1 200 ") == 2
    assert todo(servidor_propio.conectar(ULTIMO + ULTIMO.replace("GET", "FOO"))).count(b"HTTP/1.1 200 ") == 1
    assert todo(servidor_propio.conectar(ULTIMO.replace("GET", "get"))).startswith(b"HTTP/1.1 400 ")


def test_otro_protocolo_no_se_habla(servidor_propio):
    subir = ULTIMO.replace("close", "Upgrade, HTTP2-Settings").replace("Host", "Upgrade: h2c\r\nHost")

    assert todo(servidor_propio.conectar(subir)).startswith(b"HTTP/1.1 200 ")
    assert todo(servidor_propio.conectar("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("peticion", "ruta"),
    [
        ("GARBAGE\r\n\r\n", ""),
        ("GET hola HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ("GET /hola HTTP/1.1\r\n\r\n", "/hola"),
        (HOLA.replace("Host", "Host: y\r\nHost"), "/hola"),
        (HOLA.replace("HTTP/1.1", "HTTP/1.0").replace("Host", "Host: x\r\nHost"), "/hola"),
        (EN_TROZOS.replace("chunked", "gzip, chunked") + "0\r\n\r\n", "/eco"),
        (EN_TROZOS.replace("chunked", "gzip\r\nTransfer-Encoding: chunked") + "0\r\n\r\n", "/eco"),
        (EN_TROZOS.replace("chunked", "gzip") + "0\r\n\r\n", "/eco"),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ("GET /hola HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "/hola"),
        ("GET http://x/hola?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n", "/hola"),
        ("POST /eco HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "/eco"),
        (f"GET /hola HTTP/1.1\r\nHost: x\r\nX: {'x' * 70_000}\r\n\r\n", "/hola"),
        (EN_TROZOS + "5\r\nhola\r\nzz\r\n", "/eco"),
    ],
)
def test_lo_que_no_es_http_es_un_400_de_su_ruta_y_no_se_hace(servidor_propio, peticion, ruta):
    antes = servidor_propio.hechos()

    recibido = todo(servidor_propio.conectar(peticion))
    assert recibido.startswith(b"HTTP/1.1 400 ")
    assert recibido.endswith(f"\r\n\r\nilegible: {ruta}".encode())
    assert servidor_propio.hechos() == antes


# --- What didn't arrive whole isn't carried out ---


@pytest.mark.parametrize("peticion", [PROMETE, PROMETE + "x" * 59, EN_TROZOS, EN_TROZOS + "5\r\nhola", "POST /eco HT"])
def test_peticion_que_no_llego_entera_no_se_hace(servidor_propio, peticion):
    conexion = servidor_propio.conectar(peticion)
    conexion.shutdown(socket.SHUT_WR)

    assert todo(conexion) == b""
    assert not any(hecho.startswith("POST") for hecho in servidor_propio.hechos())


def test_quien_dijo_todo_recibe_su_respuesta(servidor_propio):
    conexion = servidor_propio.conectar(HOLA.replace("hola", "lento"))
    conexion.shutdown(socket.SHUT_WR)

    assert todo(conexion).startswith(b"HTTP/1.1 200 ")


def test_cuerpo_anunciado_demasiado_grande_se_contesta_sin_esperarlo(servidor_propio):
    conexion = servidor_propio.conectar(PROMETE.replace("60", "2097152"))
    respuesta = todo(conexion)

    assert respuesta.startswith(b"HTTP/1.1 200 ")  # the application answers it, without the body
    assert b"\r\nConnection: close\r\n" in respuesta
    assert servidor_propio.hechos()[-1] == "POST /eco 0"


def test_cuerpo_en_trozos_demasiado_grande_se_deja_a_la_mitad(servidor_propio):
    respuesta = todo(servidor_propio.conectar(EN_TROZOS, "800\r\n", "x" * 2048, "\r\n", "800\r\n"))

    assert b"\r\nConnection: close\r\n" in respuesta
    assert servidor_propio.hechos()[-1] == "POST /eco 2048"


def test_quien_sigue_mandando_alcanza_a_leer_su_respuesta(servidor_propio):
    conexion = servidor_propio.conectar(PROMETE.replace("60", "2097152"), b"x" * 1_000_000)
    esperar_a(lambda: select.select([conexion], [], [], 0)[0])
    for _ in range(10):
        conexion.sendall(b"x" * 100_000)

    assert todo(conexion).startswith(b"HTTP/1.1 200 ")


# --- Large bodies, in files ---

GRANDE = os.urandom(150_000)
ARCHIVO = f"POST /archivo HTTP/1.1\r\nHost: x\r\nContent-Length: {len(GRANDE)}\r\n\r\n"


@pytest.mark.parametrize("cuerpo", [GRANDE, iter([GRANDE[:70_000], GRANDE[70_000:]])], ids=["entero", "en trozos"])
def test_cuerpo_grande_va_a_un_archivo_sin_nombre(servidor_propio, cuerpo):
    eco = json.loads(servidor_propio.pedir("/archivo", "POST", cuerpo).cuerpo)

    assert (eco["en_archivo"], eco["CONTENT_LENGTH"]) == (True, "150000")
    assert eco["huella"] == sha256(GRANDE).hexdigest()
    assert [ruta.name for ruta in servidor_propio.bitacora.parent.iterdir()] == ["bitacora"]


def test_cuerpo_mayor_que_lo_que_su_ruta_admite_se_deja(servidor_propio):
    enorme = ARCHIVO.replace("150000", "200001")
    assert b"\r\nConnection: close\r\n" in todo(servidor_propio.conectar(enorme))
    assert servidor_propio.hechos()[-1] == "POST /archivo 0"

    trozos = EN_TROZOS.replace("/eco", "/archivo")
    respuesta = todo(servidor_propio.conectar(trozos, "30d41\r\n", b"x" * 200_001, "\r\n"))
    assert b"\r\nConnection: close\r\n" in respuesta


def test_cuerpos_grandes_a_medias_no_llenan_el_disco(servidor_propio):
    """Each worker keeps 300,000 bytes. When their senders leave, there is room again."""
    conexiones = [servidor_propio.conectar(ARCHIVO, GRANDE[:-1]) for _ in range(6)]
    ocupadas = select.select(conexiones, [], [], 10)[0]
    assert todo(ocupadas[0]).startswith(b"HTTP/1.1 503 ")

    for conexion in conexiones:
        conexion.close()
    esperar_a(lambda: servidor_propio.pedir("/archivo", "POST", GRANDE).status == 200)


def test_extranos_a_medias_no_dejan_sin_lugar_a_los_demas(servidor_propio):
    """Each worker keeps 100,000 bytes of theirs. What was cut is answered, and the application never sees it."""
    extrano = ARCHIVO.replace("Host: x", "Host: x\r\nX-Extrano: si")
    conexiones = [servidor_propio.conectar(extrano, GRANDE[:60_000]) for _ in range(8)]
    ocupadas = select.select(conexiones, [], [], 10)[0]
    respuesta = todo(ocupadas[0])
    assert respuesta.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 2\r\n" in respuesta
    assert servidor_propio.pedir("/archivo", "POST", GRANDE).status == 200

    for conexion in conexiones:
        conexion.close()
    un_poco = {"X-Extrano": "si"}
    esperar_a(lambda: servidor_propio.pedir("/archivo", "POST", GRANDE[:60_000], un_poco).status == 200)
    assert {hecho for hecho in servidor_propio.hechos() if "/archivo" in hecho} == {
        "POST /archivo 150000",
        "POST /archivo 60000",
    }


def test_cuerpo_grande_y_lento_llega_si_no_es_demasiado_lento(servidor_propio):
    """A body in memory has one second; this one takes three, and is sent at more than the pace that is asked for."""
    conexion = servidor_propio.conectar(ARCHIVO)
    for desde in range(0, len(GRANDE), 10_000):
        conexion.sendall(GRANDE[desde : desde + 10_000])
        select.select([], [], [], 0.2)  # the pace of its sender

    assert conexion.recv(17) == b"HTTP/1.1 200 OK\r\n"
    parada = servidor_propio.conectar(ARCHIVO, GRANDE[:1000])
    assert todo(parada) == b""


def test_expect_100_continue(servidor_propio):
    cabeza = PROMETE.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    conexion = servidor_propio.conectar(cabeza)
    assert conexion.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    conexion.sendall(b"x" * 60)
    assert todo(conexion).startswith(b"HTTP/1.1 200 ")

    assert todo(servidor_propio.conectar(cabeza.replace("60", "5000000"))).startswith(b"HTTP/1.1 200 ")


# --- Slow clients hold nobody up ---

LENTOS = {
    "sin decir nada": "",
    "a media cabeza": "GET /hola HTTP/1.1\r\nHost",
    "sin cuerpo": PROMETE,
    "a medio trozo": EN_TROZOS + "5\r\nho",
    "sin leer la lista": HOLA.replace("hola", "lista"),
    "sin leer lo grande": HOLA.replace("hola", "grande?9000000"),
}


@pytest.mark.parametrize("texto", LENTOS.values(), ids=LENTOS)
def test_lentos_no_detienen_a_nadie_y_se_cortan(servidor_propio, texto):
    antes = servidor_propio.conexiones()
    for _ in range(60):
        servidor_propio.conectar(texto)

    assert [servidor_propio.pedir("/hola").status for _ in range(20)] == [200] * 20
    esperar_a(lambda: servidor_propio.conexiones() <= antes)


def test_listas_que_nadie_lee_dejan_lugar_a_las_otras(servidor_propio):
    """Each worker sends a few at once and tells the others to come back; once nobody reads one, it is closed."""
    lentos = [servidor_propio.conectar(HOLA.replace("hola", "lista")) for _ in range(20)]
    cabezas = [lento.recv(17) for lento in lentos]

    assert cabezas.count(b"HTTP/1.1 200 OK\r\n") == 8
    assert cabezas.count(b"HTTP/1.1 503 Serv") == 12
    assert not json.loads(servidor_propio.pedir("/hola").cuerpo)["cabe"]  # the next needn't make its first piece
    esperar_a(lambda: servidor_propio.hechos().count("lista cerrada") == 20)
    assert servidor_propio.pedir("/corta").cuerpo == b"[]"
    assert json.loads(servidor_propio.pedir("/hola").cuerpo)["cabe"]


ESPERA = PROMETE.replace("/eco", "/espera").replace("60", "0")


def test_escrituras_que_esperan_dejan_leer(servidor_propio):
    """Two of each worker's four threads write. Those that get none in time are told to come back, and weren't done."""
    conexiones = [servidor_propio.conectar(ESPERA) for _ in range(20)]
    esperar_a(lambda: servidor_propio.hechos().count("espera") == 4)

    assert [servidor_propio.pedir("/hola").status for _ in range(20)] == [200] * 20
    assert servidor_propio.pedir("/corta").cuerpo == b"[]"
    esperar_a(lambda: len(select.select(conexiones, [], [], 0)[0]) == 16)

    servidor_propio.soltar()
    cabezas = [conexion.recv(17) for conexion in conexiones]
    assert (cabezas.count(b"HTTP/1.1 200 OK\r\n"), cabezas.count(b"HTTP/1.1 503 Serv")) == (4, 16)
    assert servidor_propio.hechos().count("POST /espera 0") == 4
    assert servidor_propio.pedir("/eco", "POST").status == 200


def test_lo_que_tarda_en_calcularse_deja_leer(servidor_propio):
    """Two of each worker's four threads read what took long twice in a row, whatever is asked of it now."""
    assert [servidor_propio.pedir("/calcula").status for _ in range(4)] == [200] * 4
    conexiones = [servidor_propio.conectar(HOLA.replace("hola", "calcula?espera")) for _ in range(20)]
    esperar_a(lambda: servidor_propio.hechos().count("espera") == 4)

    assert [servidor_propio.pedir("/hola").status for _ in range(20)] == [200] * 20
    assert servidor_propio.hechos().count("espera") == 4
    esperar_a(lambda: len(select.select(conexiones, [], [], 0)[0]) == 16)  # they are told to come back
    servidor_propio.soltar()
    esperar_a(lambda: len(select.select(conexiones, [], [], 0)[0]) == 20)


def test_de_lo_que_nadie_lee_se_hace_poco(servidor_propio):
    """The part of it that the system would keep counts too."""
    servidor_propio.conectar(HOLA.replace("hola", "lista"))
    esperar_a(lambda: "lista cerrada" in servidor_propio.hechos())

    assert servidor_propio.hechos().count("pieza") < 20


def test_una_sonda_no_espera_a_los_hilos_que_vigila(servidor_propio):
    for _ in range(20):
        servidor_propio.conectar(HOLA.replace("hola", "espera"))
    esperar_a(lambda: servidor_propio.hechos().count("espera") == 8)

    assert [servidor_propio.pedir("/sonda").status for _ in range(4)] == [200] * 4

    servidor_propio.soltar()
    esperar_a(servidor_propio.contesta)


def test_escrituras_que_esperan_y_listas_dejan_leer(servidor_propio):
    for _ in range(20):
        servidor_propio.conectar(ESPERA)
    esperar_a(lambda: servidor_propio.hechos().count("espera") == 4)
    listas = [servidor_propio.conectar(HOLA.replace("hola", "lista")) for _ in range(4)]

    for lista in listas:
        for _ in range(20):
            assert lista.recv(65536)
    assert [servidor_propio.pedir("/hola").status for _ in range(20)] == [200] * 20
    assert servidor_propio.pedir("/corta").cuerpo == b"[]"


def test_quien_se_va_a_media_lista_la_cierra(servidor_propio):
    with servidor_propio.conectar(HOLA.replace("hola", "lista")) as conexion:
        conexion.recv(1000)

    esperar_a(lambda: "lista cerrada" in servidor_propio.hechos())


def test_cuerpos_a_medias_no_llenan_la_memoria(servidor_propio):
    medio = PROMETE.replace("60", "1024") + "x" * 1000
    conexiones = [servidor_propio.conectar(medio) for _ in range(60)]

    assert any(todo(conexion).startswith(b"HTTP/1.1 503 ") for conexion in conexiones)
    assert servidor_propio.pedir("/eco", "POST", "x" * 1000).status == 200


def test_conexiones_de_mas_se_cierran_al_llegar(servidor_propio):
    conexiones = [servidor_propio.conectar(HOLA.replace("hola", "espera")) for _ in range(120)]
    for conexion in conexiones:
        conexion.setblocking(False)
    esperar_a(lambda: sum(map(cerrada, conexiones)) == 20)

    servidor_propio.soltar()
    esperar_a(servidor_propio.contesta)


# --- Workers ---


def cerrada(conexion) -> bool:
    try:
        return conexion.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_conexiones_se_reparten_por_igual(servidor_propio):
    quienes = [json.loads(servidor_propio.pedir("/hola").cuerpo)["pid"] for _ in range(20)]

    assert sorted(quienes.count(pid) for pid in set(quienes)) == [10, 10]


def test_proceso_que_muere_una_y_otra_vez_empieza_de_nuevo(servidor_propio):
    for muertes in (1, 2, 2):
        antes = servidor_propio.pids()
        for _ in range(muertes):
            todo(servidor_propio.conectar(HOLA.replace("hola", "muere")))
        esperar_a(
            lambda antes=antes, nuevos=muertes: (
                servidor_propio.contesta() and len(servidor_propio.pids() - antes) == nuevos
            )
        )


@pytest.mark.parametrize("senal", [signal.SIGTERM, signal.SIGINT])
def test_al_terminar_contesta_lo_que_acepto(servidor_propio, senal):
    lento = servidor_propio.conectar(HOLA.replace("hola", "lento"))
    ociosa = servidor_propio.conectar(HOLA)
    ociosa.recv(65536)
    servidor_propio.proceso.send_signal(senal)
    esperar_a(lambda: not servidor_propio.escucha())
    ociosa.sendall(HOLA.encode())

    assert todo(ociosa).startswith(b"HTTP/1.1 200 ")
    ultima = todo(lento)
    assert ultima.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nConnection: close\r\n" in ultima
    assert servidor_propio.proceso.wait(10) == 0


def test_al_terminar_bajo_carga_contesta_por_cada_conexion_hasta_decir_que_la_cierra(servidor_propio):
    finales, contestadas = [], []

    def pedir_siempre(conexion):
        respuesta = b"HTTP/1.1 200 "
        while respuesta.startswith(b"HTTP/1.1 200 ") and b"\r\nConnection: close\r\n" not in respuesta:
            conexion.sendall(HOLA.encode())
            respuesta = conexion.recv(65536)
            contestadas.append(1)
        finales.append(respuesta)

    hilos = [threading.Thread(target=pedir_siempre, args=[servidor_propio.conectar()]) for _ in range(8)]
    for hilo in hilos:
        hilo.start()
    esperar_a(lambda: len(contestadas) > 200)
    servidor_propio.proceso.terminate()
    for hilo in hilos:
        hilo.join()

    assert [final[:13] for final in finales] == [b"HTTP/1.1 200 "] * 8


def test_procesos_no_sobreviven_a_su_padre(servidor_propio):
    hijos = servidor_propio.pids()
    servidor_propio.proceso.kill()
    servidor_propio.proceso.wait()

    esperar_a(lambda: not any(Path(f"/proc/{pid}/fd/0").exists() for pid in hijos))
