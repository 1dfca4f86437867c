"""The worker against a real SMTP server: up, down, rude, slow, dying; and itself killed and started again."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as ajustes
from django.db import connection
from django.utils import timezone
from post_office.models import STATUS, Email, Log

from monitor.entorno import ajustes_de_correo, correo
from solicitudes.correo import cola
from solicitudes.correo.cartero import Cartero
from solicitudes.models import Solicitud
from solicitudes.tests.buzon import Buzon, esperar_a
from solicitudes.tests.factories import SolicitudFactory


@pytest.fixture
def buzon(settings):
    buzon = Buzon()
    servidor = correo(f"smtp://127.0.0.1:{buzon.puerto}")
    servidor["OPTIONS"]["timeout"] = 1
    for nombre, valor in ajustes_de_correo(servidor).items():
        setattr(settings, nombre, valor)
    return buzon


@pytest.fixture
def repartir():
    """One round of a worker."""
    return Cartero().repartir


def encolar(*personas):
    for persona in personas:
        Email.objects.create(**cola.fila_de(cola.Mensaje(f"{persona}@example.org", "Asunto", "Texto", "<p>Texto</p>")))


def adelantar():
    """As if the time of every retry had come."""
    Email.objects.update(scheduled_time=timezone.now() - timedelta(seconds=1))


def estados():
    return {correo.to[0].partition("@")[0]: correo.status for correo in Email.objects.all()}


@pytest.mark.django_db
def test_reparte_lo_que_hay_con_html_y_texto_y_lo_de_la_cola(buzon, repartir):
    solicitud = SolicitudFactory()

    with buzon.abierto():
        assert repartir()

    correos = {correo.to[0]: correo for correo in Email.objects.all()}
    assert buzon.para() == sorted(correos)
    for mensaje in buzon.recibidos:
        correo = correos[mensaje["To"]]
        assert (mensaje["Message-ID"], mensaje["Date"]) == (correo.message_id, correo.headers["Date"])
        assert mensaje["Auto-Submitted"] == "auto-generated"
        assert solicitud.codigo in mensaje["Subject"]
        texto, html = (mensaje.get_body([tipo]).get_content() for tipo in ("plain", "html"))
        assert solicitud.asunto in texto
        assert html.startswith("<!doctype html>")
    assert {correo.status for correo in correos.values()} == {STATUS.sent}


@pytest.mark.django_db
def test_no_reparte_dos_veces(buzon, repartir):
    encolar("ana")
    with buzon.abierto():
        repartir()
        repartir()

    assert len(buzon.recibidos) == 1


@pytest.mark.django_db
def test_servidor_caido_no_gasta_intentos_y_al_volver_llega_todo(buzon, repartir):
    encolar("ana", "beto")

    assert [repartir() for _ in range(3)] == [False] * 3
    assert list(Email.objects.values_list("status", "number_of_retries")) == [(STATUS.queued, None)] * 2

    with buzon.abierto():
        assert repartir()
    assert buzon.para() == ["ana@example.org", "beto@example.org"]


@pytest.mark.django_db
def test_rechazo_definitivo_de_una_persona_no_detiene_a_las_demas(buzon, repartir):
    buzon.rechazos["beto@example.org"] = "550 No existe"
    encolar("ana", "beto", "carla")

    with buzon.abierto():
        repartir()

    assert buzon.para() == ["ana@example.org", "carla@example.org"]
    assert estados() == {"ana": STATUS.sent, "beto": STATUS.failed, "carla": STATUS.sent}
    fallo = Log.objects.get()
    assert (fallo.exception_type, "550" in fallo.message) == ("SMTPRecipientsRefused", True)


@pytest.mark.django_db
def test_rechazo_pasajero_se_reintenta_y_llega_con_el_mismo_message_id(buzon, repartir):
    buzon.rechazos["ana@example.org"] = "451 Vuelva luego"
    encolar("ana")
    antes = timezone.now()
    with buzon.abierto():
        repartir()
        correo = Email.objects.get()
        espera = correo.scheduled_time - antes
        assert (correo.status, correo.number_of_retries) == (STATUS.requeued, 1)
        assert timedelta(minutes=1) <= espera < timedelta(minutes=1, seconds=20)
        buzon.rechazos.clear()
        repartir()
        assert buzon.recibidos == []
        adelantar()
        repartir()

    assert [mensaje["Message-ID"] for mensaje in buzon.recibidos] == [correo.message_id]


@pytest.mark.django_db
def test_intentos_se_acaban_y_queda_fallido_hasta_que_alguien_lo_reenvia(buzon, repartir):
    buzon.rechazos["ana@example.org"] = "451 Vuelva luego"
    encolar("ana")
    with buzon.abierto():
        for _ in range(cola.INTENTOS):
            assert estados()["ana"] in (STATUS.queued, STATUS.requeued)
            adelantar()
            repartir()
        assert (estados(), Log.objects.count()) == ({"ana": STATUS.failed}, cola.INTENTOS)
        adelantar()
        repartir()
        assert Log.objects.count() == cola.INTENTOS

        buzon.rechazos.clear()
        assert cola.reenviar(Email.objects.all()) == 1
        repartir()
    assert (buzon.para(), estados()) == (["ana@example.org"], {"ana": STATUS.sent})


def test_esperas_se_doblan_hasta_cuatro_horas_y_suman_dos_dias():
    esperas = [cola.espera_tras(n) for n in range(1, cola.INTENTOS)]

    assert [espera.total_seconds() / 60 for espera in esperas] == [1, 2, 4, 8, 16, 32, 64, 128] + [240] * 11
    assert timedelta(days=2) < sum(esperas, timedelta()) < timedelta(days=2, hours=1)


@pytest.mark.django_db
def test_servidor_que_muere_a_media_entrega_recibe_otra_vez_el_mismo_mensaje(buzon, repartir):
    buzon.muertes = 1
    encolar("ana", "beto")
    with buzon.abierto():
        repartir()
        assert (buzon.para(), estados()) == (["beto@example.org"], {"ana": STATUS.requeued, "beto": STATUS.sent})
        adelantar()
        repartir()

    assert buzon.para() == ["ana@example.org", "beto@example.org"]


@pytest.mark.django_db
def test_servidor_lento_agota_el_plazo_y_se_reintenta(buzon, repartir):
    buzon.demora = 3  # more than the timeout
    encolar("ana")
    with buzon.abierto():
        repartir()
        assert estados() == {"ana": STATUS.requeued}
        buzon.demora = 0
        adelantar()
        repartir()

    assert estados() == {"ana": STATUS.sent}
    assert {mensaje["Message-ID"] for mensaje in buzon.recibidos} == {Email.objects.get().message_id}


@pytest.mark.django_db
def test_mensaje_que_no_se_puede_armar_falla_sin_detener_a_los_demas(buzon, repartir):
    encolar("ana", "beto")
    Email.objects.filter(to="ana@example.org").update(subject="con\nsalto")
    with buzon.abierto():
        repartir()

    assert estados() == {"ana": STATUS.failed, "beto": STATUS.sent}


@pytest.mark.django_db
def test_el_que_otro_tomo_no_se_toma(db):
    encolar("ana")
    clave = Email.objects.get().pk

    tomado = cola.tomar(clave)

    assert (tomado.number_of_retries, cola.tomar(clave), cola.pendientes(10)) == (1, None, [])


@pytest.mark.django_db
def test_el_que_se_quedo_a_medias_vuelve_pasado_el_plazo(db):
    encolar("ana")
    tomado = cola.tomar(Email.objects.get().pk)
    assert tomado.scheduled_time - timezone.now() <= cola.PLAZO

    adelantar()

    assert cola.tomar(tomado.pk).number_of_retries == 2


@pytest.mark.django_db
def test_un_fallo_tardio_no_toca_lo_que_otro_ya_entrego(db):
    encolar("ana")
    tardio = cola.tomar(Email.objects.get().pk)
    adelantar()
    cola.anotar_entregado(cola.tomar(tardio.pk))

    cola.anotar_fallo(tardio, OSError("tarde"), definitivo=False)

    assert estados() == {"ana": STATUS.sent}


# --- Real processes ---


@contextmanager
def obreros(cuantos, buzon):
    """`manage.py enviar_correos`, over the test database."""
    entorno = os.environ | {
        "DJANGO_SETTINGS_MODULE": "solicitudes.tests.ajustes_de_obrero",
        "BASE_DE_PRUEBAS": str(connection.settings_dict["NAME"]),
        "BUZON": str(buzon.puerto),
    }
    orden = [sys.executable, "manage.py", "enviar_correos"]
    procesos = [subprocess.Popen(orden, cwd=ajustes.BASE_DIR, env=entorno) for _ in range(cuantos)]
    try:
        yield procesos
    finally:
        for proceso in procesos:
            proceso.kill()
            proceso.wait()


@pytest.mark.lenta
def test_dos_obreros_no_reparten_lo_mismo(transactional_db, buzon):
    buzon.demora = 0.05
    encolar(*(f"persona{n}" for n in range(30)))

    with buzon.abierto(), obreros(2, buzon):
        esperar_a(lambda: len(buzon.recibidos) >= 30 and set(estados().values()) == {STATUS.sent})

    assert len(buzon.recibidos) == len(set(buzon.para())) == 30


@pytest.mark.lenta
def test_obrero_muerto_a_media_entrega_deja_el_correo_para_otro(transactional_db, buzon):
    buzon.demora = 5
    encolar("ana")
    with buzon.abierto():
        with obreros(1, buzon) as [obrero]:
            assert buzon.llego.wait(20)
            obrero.kill()  # SIGKILL: it says nothing
            obrero.wait()
        assert estados() == {"ana": STATUS.queued}
        buzon.demora = 0
        adelantar()  # to the end of PLAZO
        with obreros(1, buzon):
            esperar_a(lambda: estados() == {"ana": STATUS.sent})

    assert {mensaje["Message-ID"] for mensaje in buzon.recibidos} == {Email.objects.get().message_id}


@pytest.mark.lenta
def test_obrero_que_recibe_sigterm_termina_la_entrega_y_se_va(transactional_db, buzon):
    buzon.demora = 1
    encolar("ana", "beto")
    with buzon.abierto(), obreros(1, buzon) as [obrero]:
        assert buzon.llego.wait(20)
        obrero.send_signal(signal.SIGTERM)
        assert obrero.wait(timeout=20) == 0

    assert estados() == {"ana": STATUS.sent, "beto": STATUS.queued}


# --- The request and its mail ---


@pytest.mark.django_db
def test_cambio_que_se_deshace_no_encola_nada(monkeypatch):
    def fallar(*_):
        raise RuntimeError

    monkeypatch.setattr("solicitudes.models.solicitud.SolicitudManager._anotar", fallar)

    with pytest.raises(RuntimeError):
        SolicitudFactory()

    assert (Solicitud.objects.count(), Email.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_crear_no_habla_con_el_servidor_de_correo(buzon):
    """Which is up and would notice."""
    with buzon.abierto():
        SolicitudFactory()

    assert buzon.intentos == 0


@pytest.mark.lenta
def test_obrero_con_su_padre_no_lo_sobrevive(transactional_db, tmp_path):
    """As that of `make run`, whose server may be killed without a word."""
    guion = (
        "import subprocess, sys, time\n"
        "hijo = subprocess.Popen([sys.executable, 'manage.py', 'enviar_correos', '--con-su-padre'])\n"
        "print(hijo.pid, flush=True); time.sleep(60)"
    )
    entorno = os.environ | {
        "DJANGO_SETTINGS_MODULE": "monitor.tests.settings",
        "BASE_DE_PRUEBAS": str(connection.settings_dict["NAME"]),
    }
    padre = subprocess.Popen(
        [sys.executable, "-c", guion], cwd=ajustes.BASE_DIR, env=entorno, stdout=subprocess.PIPE, text=True
    )
    hijo = int(padre.stdout.readline())
    time.sleep(3)  # it has started by then
    padre.kill()
    padre.communicate()

    esperar_a(lambda: not vive(hijo))


def vive(proceso) -> bool:
    """A child of nobody may wait as a zombie for someone to ask after it."""
    estado = Path(f"/proc/{proceso}/stat")
    return estado.exists() and estado.read_text().rpartition(")")[2].split()[0] != "Z"
