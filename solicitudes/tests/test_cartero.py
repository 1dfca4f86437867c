"""The worker against a real SMTP server that is up, down, rude, slow or dying, and a worker that is killed and started
again."""

import os
import signal
import smtplib
import ssl
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as ajustes
from django.db import connection
from django.utils import timezone
from post_office.models import STATUS, Email, Log

from monitor.api.tests.cliente import Api
from monitor.entorno import ajustes_de_correo, correo
from monitor.tests.paciencia import PACIENCIA, esperar_a
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.correo import cola
from solicitudes.correo.cartero import Cartero, _servidor
from solicitudes.correo.servidor import Rechazo, rechazo_de
from solicitudes.models import Solicitud
from solicitudes.tests.buzon import Buzon
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
    """Return the function that does one round of a worker."""
    return Cartero().work


def encolar(*personas):
    for persona in personas:
        Email.objects.create(**cola.fila_de(cola.Mensaje(f"{persona}@example.org", "Asunto", "Texto", "<p>Texto</p>")))


def adelantar():
    """Set the time of every mail in the past, as if every retry were due."""
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
@pytest.mark.parametrize("codigo", ["550", "553"])
def test_rechazo_definitivo_de_una_persona_no_detiene_a_las_demas(buzon, repartir, codigo):
    buzon.rechazos["beto@example.org"] = f"{codigo} No existe"
    encolar("ana", "beto", "carla")

    with buzon.abierto():
        repartir()

    assert buzon.para() == ["ana@example.org", "carla@example.org"]
    assert estados() == {"ana": STATUS.sent, "beto": STATUS.failed, "carla": STATUS.sent}
    fallo = Log.objects.get()
    assert (fallo.exception_type, codigo in fallo.message) == ("SMTPRecipientsRefused", True)


@pytest.mark.django_db
def test_quien_encola_muchos_no_hace_esperar_a_los_de_los_demas(buzon, repartir):
    ana, luis, jefa = (UsuarioFactory(email=f"{nombre}@example.org") for nombre in ("ana", "luis", "jefa"))
    SolicitudFactory.create_batch(5, solicitante=ana, aprobador=jefa)
    SolicitudFactory(solicitante=luis, aprobador=jefa)

    with buzon.abierto():
        repartir()

    orden = [mensaje["To"].partition("@")[0] for mensaje in buzon.recibidos]
    assert (sorted(orden[:4]), len(orden)) == (["ana", "jefa", "jefa", "luis"], 12)


@pytest.mark.django_db
def test_lo_que_se_reintenta_tampoco_espera_a_quien_encola_muchos(buzon, repartir):
    solicitud = SolicitudFactory(solicitante=UsuarioFactory(email="luis@example.org"))
    buzon.rechazos["luis@example.org"] = "451 4.7.1 Luego"
    with buzon.abierto():
        assert repartir()
        buzon.rechazos.clear()
        buzon.recibidos.clear()
        SolicitudFactory.create_batch(
            5, aprobador=solicitud.aprobador, solicitante=UsuarioFactory(email="a@example.org")
        )
        adelantar()
        assert repartir()

    assert "luis@example.org" in [mensaje["To"] for mensaje in buzon.recibidos][:3]


@pytest.mark.django_db
def test_lo_que_se_devolvio_va_detras_de_lo_demas(buzon, repartir):
    """Also when it is the only mail of its two people: who has many isn't held up at each of them."""
    sola = SolicitudFactory()
    buzon.rechazos[sola.aprobador.email] = "554 5.7.1 No"
    with buzon.abierto():
        assert not repartir()
        SolicitudFactory.create_batch(
            5, solicitante=UsuarioFactory(email="ana@example.org"), aprobador=sola.solicitante
        )
        assert not repartir()

    assert buzon.para().count("ana@example.org") == 5


@pytest.mark.django_db
@pytest.mark.parametrize("respuesta", ["550 No", "551 No", "553 No", "550 5.1.1 No", "554 5.1.2 No", "501 5.1.3 No"])
def test_rechazo_de_la_persona_hace_fallar_su_correo(buzon, repartir, respuesta):
    buzon.rechazos["ana@example.org"] = respuesta
    encolar("ana", "beto")

    with buzon.abierto():
        assert repartir()

    assert estados() == {"ana": STATUS.failed, "beto": STATUS.sent}


@pytest.mark.django_db
@pytest.mark.parametrize("respuesta", ["554 No", "550 5.2.1 No", "552 5.2.2 Lleno", "451 4.7.1 Luego"])
def test_rechazo_que_no_es_de_la_persona_ni_nuestro_se_reintenta(buzon, repartir, respuesta):
    buzon.rechazos["ana@example.org"] = respuesta
    encolar("ana", "beto")

    with buzon.abierto():
        assert repartir()

    assert estados() == {"ana": STATUS.requeued, "beto": STATUS.sent}


@pytest.mark.django_db
@pytest.mark.parametrize("a", ["MAIL", "ana@example.org", "DATA"])
@pytest.mark.parametrize("respuesta", ["503 No", "530 5.7.0 No", "535 No", "554 5.7.1 No", "550 5.7.1 No"])
def test_rechazo_nuestro_pausa_la_cola_sin_gastar_intentos(buzon, repartir, a, respuesta):
    buzon.rechazos[a] = respuesta
    encolar("ana", "beto")

    with buzon.abierto():
        assert not repartir()
        assert buzon.recibidos == []
        sin_tocar = list(Email.objects.values_list("status", "number_of_retries", "scheduled_time"))
        assert (sin_tocar, Log.objects.count()) == ([(STATUS.queued, None, None)] * 2, 0)
        buzon.rechazos.clear()
        assert repartir()

    assert buzon.para() == ["ana@example.org", "beto@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize("respuesta", ["550 5.1.8 No", "550 No", "501 No"])
def test_rechazo_del_remitente_pausa_la_cola(buzon, repartir, respuesta):
    buzon.rechazos["MAIL"] = respuesta
    encolar("ana")

    with buzon.abierto():
        assert not repartir()

    assert estados() == {"ana": STATUS.queued}


@pytest.mark.django_db
def test_correo_que_no_cabe_no_pausa_la_cola(buzon, repartir):
    buzon.rechazos["MAIL"] = "552 5.3.4 Muy grande"
    encolar("ana")

    with buzon.abierto():
        assert repartir()

    assert estados() == {"ana": STATUS.requeued}


def test_rechazo_del_saludo_es_nuestro():
    assert rechazo_de(smtplib.SMTPHeloError(550, b"No")) == Rechazo.NUESTRO


@pytest.mark.django_db
def test_correo_que_pausa_la_cola_queda_detras_de_los_demas(buzon, repartir):
    buzon.rechazos["ana@example.org"] = "550 5.7.1 No"
    encolar("ana", "beto", "carla")

    with buzon.abierto():
        assert [repartir(), repartir()] == [False, False]

    assert estados() == {"ana": STATUS.queued, "beto": STATUS.sent, "carla": STATUS.sent}


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
    assert timedelta(minutes=1) < tomado.scheduled_time - timezone.now() <= timedelta(minutes=2)

    adelantar()

    assert cola.tomar(tomado.pk).number_of_retries == 2


@pytest.mark.django_db
def test_un_fallo_tardio_no_toca_lo_que_otro_ya_entrego(db):
    encolar("ana")
    tardio = cola.tomar(Email.objects.get().pk)
    adelantar()
    cola.anotar_entregado(cola.tomar(tardio.pk))

    cola.anotar_fallo(tardio, OSError("tarde"), definitivo=False)
    cola.anotar_omision(tardio, "tarde")

    assert (estados(), Log.objects.count()) == ({"ana": STATUS.sent}, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("adelanto", [timedelta(minutes=3), timedelta(minutes=-3)])
def test_dos_obreros_con_relojes_distintos_no_toman_el_mismo_correo(monkeypatch, adelanto):
    encolar("ana")
    clave, ahora = Email.objects.get().pk, timezone.now

    def con_otro_reloj():
        monkeypatch.setattr("django.utils.timezone.now", lambda: ahora() + adelanto)
        return cola.tomar(clave)

    tomados = [cola.tomar(clave), con_otro_reloj(), cola.tomar(clave)]

    assert [bool(tomado) for tomado in tomados] == [True, False, False]
    assert timedelta(minutes=1) < tomados[0].scheduled_time - ahora() <= timedelta(minutes=2)


@pytest.mark.django_db
def test_correo_que_toma_primero_un_obrero_atrasado_no_lo_toma_otro(monkeypatch):
    encolar("ana")
    clave, ahora = Email.objects.get().pk, timezone.now
    with monkeypatch.context() as atrasado:
        atrasado.setattr("django.utils.timezone.now", lambda: ahora() - timedelta(minutes=3))
        assert cola.tomar(clave)

    assert (cola.tomar(clave), cola.pendientes(10)) == (None, [])


# --- What changed since it was queued ---


@pytest.fixture
def partes(db):
    """Return the people around a solicitud that waits for approval: its requester, its approver and an
    administrator."""
    nombres = {"juan": {}, "maria": {}, "jefa": {"administrador": True}}
    return {n: UsuarioFactory(nombre=n, email=f"{n}@example.org", **datos) for n, datos in nombres.items()}


@pytest.fixture
def pendiente(partes):
    return SolicitudFactory(solicitante=partes["juan"], aprobador=partes["maria"])


def entregados(buzon):
    """Return to whom what was delivered, person by person. What each got stays in the order of its arrival."""
    llegados = [(mensaje["To"], mensaje["Subject"].partition(":")[0].strip()) for mensaje in buzon.recibidos]
    return sorted(llegados, key=lambda llegado: llegado[0])


REGISTRADA, PENDIENTE = "Solicitud registrada", "Solicitud pendiente de su aprobación"
CAMBIADA = "Solicitud cambiada"
JUAN, MARIA, ANA = "juan@example.org", "maria@example.org", "ana@example.org"


@pytest.mark.parametrize(
    ("hechos", "llegan"),
    [
        ([], [(JUAN, REGISTRADA), (MARIA, PENDIENTE)]),
        (["aprobar"], [(JUAN, "Solicitud aprobada")]),
        (["rechazar"], [(JUAN, "Solicitud rechazada")]),
        (["cancelar"], [(JUAN, "Solicitud cancelada"), (MARIA, "Solicitud cancelada")]),
        (["aprobar", "cancelar"], [(JUAN, "Solicitud cancelada"), (MARIA, "Solicitud cancelada")]),
        (["eliminar"], [(JUAN, "Solicitud eliminada"), (MARIA, "Solicitud eliminada")]),
        (
            [{"idUsuarioAprobador": "ana"}],
            [(ANA, PENDIENTE), (JUAN, REGISTRADA), (MARIA, "Solicitud que ya no necesita su decisión")],
        ),
        (
            [{"idUsuarioSolicitante": "ana"}],
            [(ANA, REGISTRADA), (JUAN, "Solicitud que ya no está a su nombre"), (MARIA, PENDIENTE)],
        ),
        (
            [{"idUsuarioAprobador": "ana"}, {"idUsuarioAprobador": "maria"}],
            [
                (ANA, "Solicitud que ya no necesita su decisión"),
                (JUAN, REGISTRADA),
                (MARIA, PENDIENTE),
                (MARIA, PENDIENTE),
            ],
        ),
        (
            [{"cantidadPasajeros": 9}],
            [(JUAN, REGISTRADA), (MARIA, PENDIENTE), (MARIA, CAMBIADA)],
        ),
        ([{"cantidadPasajeros": 9}, "aprobar"], [(JUAN, "Solicitud aprobada")]),
    ],
)
def test_lo_que_un_cambio_posterior_dejo_sin_objeto_no_se_entrega(buzon, repartir, partes, pendiente, hechos, llegan):
    partes["ana"] = UsuarioFactory(email=ANA)
    jefa, ruta = Api(partes["jefa"]), f"/solicitud/{pendiente.pk}"
    for hecho in hechos:
        if hecho == "eliminar":
            recibida = jefa.delete(ruta)
        elif isinstance(hecho, str):
            recibida = jefa.post(f"{ruta}/{hecho}", {"motivo": "Porque sí"})
        else:
            cambio = {campo: getattr(partes.get(valor), "pk", valor) for campo, valor in hecho.items()}
            recibida = jefa.put(ruta, cambio)
        assert recibida.status_code == 200

    with buzon.abierto():
        assert repartir()

    assert entregados(buzon) == llegan
    assert set(Email.objects.values_list("status", flat=True)) <= {STATUS.sent, cola.OMITIDO}
    omitidos = Email.objects.filter(status=cola.OMITIDO).count()
    dicho = "No se envía: un cambio posterior de la solicitud lo dejó sin objeto."
    assert list(Log.objects.values_list("message", flat=True)) == [dicho] * omitidos


def cambiar(partes, solicitud, **cambio):
    assert Api(partes["jefa"]).put(f"/solicitud/{solicitud.pk}", cambio).status_code == 200


def test_lo_que_se_cambia_llega_despues_de_lo_que_cambia(buzon, repartir, partes):
    """Also when the change has another other party, whose mails have their own turn."""
    SolicitudFactory.create_batch(3, solicitante=partes["juan"], aprobador=partes["maria"])
    ultima = SolicitudFactory(solicitante=partes["juan"], aprobador=partes["maria"])
    cambiar(partes, ultima, idUsuarioSolicitante=partes["jefa"].pk, cantidadPasajeros=999)

    with buzon.abierto():
        assert repartir()

    suyos = [m["Subject"] for m in buzon.recibidos if m["To"] == MARIA and ultima.codigo in m["Subject"]]
    assert [asunto.partition(":")[0].strip() for asunto in suyos] == [PENDIENTE, CAMBIADA]


def test_lo_que_se_cambia_espera_a_que_llegue_lo_que_cambia(buzon, repartir, partes, pendiente):
    buzon.rechazos[MARIA] = "451 4.7.1 Luego"
    with buzon.abierto():
        assert repartir()
        cambiar(partes, pendiente, cantidadPasajeros=999)
        buzon.rechazos.clear()
        assert repartir()
        assert entregados(buzon) == [(JUAN, REGISTRADA)]
        adelantar()
        assert repartir()

    assert entregados(buzon) == [(JUAN, REGISTRADA), (MARIA, PENDIENTE), (MARIA, CAMBIADA)]


def test_lo_que_se_dio_por_perdido_no_detiene_lo_que_sigue_ni_llega_despues(buzon, repartir, partes, pendiente):
    buzon.rechazos[MARIA] = "550 5.1.1 No"
    with buzon.abierto():
        assert repartir()
        cambiar(partes, pendiente, cantidadPasajeros=999)
        buzon.rechazos.clear()
        assert repartir()
        assert cola.reenviar(Email.objects.all()) == 1
        assert repartir()

    assert entregados(buzon) == [(JUAN, REGISTRADA), (MARIA, CAMBIADA)]
    assert Email.objects.get(status=cola.OMITIDO).subject.startswith(PENDIENTE)


def test_lo_que_se_reintenta_sin_objeto_no_detiene_la_decision(buzon, repartir, partes, pendiente):
    """Its next attempt may be hours away; the decision has it looked at again as soon as no worker can have it."""
    buzon.rechazos[JUAN] = "451 4.7.1 Luego"
    with buzon.abierto():
        assert repartir()
        ahora = timezone.now()
        de_juan = Email.objects.filter(to=JUAN)
        de_juan.update(scheduled_time=ahora + timedelta(hours=4), last_updated=ahora - timedelta(minutes=3))
        buzon.rechazos.clear()
        Solicitud.objects.aprobar(pendiente.pk, por=partes["jefa"])
        assert repartir()

    assert entregados(buzon) == [(JUAN, "Solicitud aprobada"), (MARIA, PENDIENTE)]


def test_lo_que_se_reintenta_no_se_adelanta_dos_veces_por_lo_mismo(buzon, repartir, partes, pendiente):
    buzon.rechazos[MARIA] = "451 4.7.1 Luego"
    with buzon.abierto():
        assert repartir()
        hace_rato = timezone.now() - timedelta(minutes=3)
        Email.objects.filter(to=MARIA).update(
            scheduled_time=timezone.now() + timedelta(hours=4), last_updated=hace_rato
        )
        cambiar(partes, pendiente, cantidadPasajeros=999)
        assert [repartir() for _ in range(3)] == [True] * 3

    assert sorted(Email.objects.filter(to=MARIA).values_list("number_of_retries", flat=True), key=bool) == [None, 2]


def test_lo_que_espera_a_otro_no_cuenta_como_demorado(buzon, repartir, partes, pendiente):
    buzon.rechazos[MARIA] = "451 4.7.1 Luego"
    with buzon.abierto():
        assert repartir()
    cambiar(partes, pendiente, cantidadPasajeros=999)
    Email.objects.filter(subject__startswith=CAMBIADA).update(created=timezone.now() - timedelta(hours=1))

    assert cola.espera() == timedelta()


@pytest.mark.parametrize("cambio", [{"is_active": False}, {"email": None}, {"email": ""}])
def test_a_quien_ya_no_esta_o_no_tiene_direccion_no_se_le_entrega(buzon, repartir, partes, pendiente, cambio):
    Usuario.objects.filter(pk=partes["maria"].pk).update(**cambio)

    with buzon.abierto():
        assert repartir()

    [mensaje] = buzon.recibidos
    assert (mensaje["To"], mensaje["Reply-To"]) == (JUAN, None)
    assert Log.objects.get().message == "No se envía: la persona está desactivada o no tiene dirección."


def test_se_entrega_donde_la_persona_tiene_hoy_su_correo(buzon, repartir, partes, pendiente):
    Usuario.objects.filter(pk=partes["maria"].pk).update(email="gonzalez@example.org")

    with buzon.abierto():
        assert repartir()

    assert buzon.para() == ["gonzalez@example.org", JUAN]
    assert sorted(correo.to[0] for correo in Email.objects.all()) == ["gonzalez@example.org", JUAN]


def test_se_responde_a_la_otra_parte(buzon, repartir, partes, pendiente):
    with buzon.abierto():
        assert repartir()

    assert {m["To"]: m["Reply-To"] for m in buzon.recibidos} == {JUAN: MARIA, MARIA: JUAN}


def test_se_responde_a_una_direccion_con_coma(buzon, repartir, partes, pendiente):
    Usuario.objects.filter(pk=partes["juan"].pk).update(email='"perez,juan"@example.org')

    with buzon.abierto():
        assert repartir()

    [respuesta] = [m["Reply-To"] for m in buzon.recibidos if m["To"] == MARIA]
    assert [direccion.username for direccion in respuesta.addresses] == ["perez,juan"]


def test_direccion_de_la_otra_parte_que_no_se_puede_escribir_no_detiene_el_correo(buzon, repartir, partes, pendiente):
    Usuario.objects.filter(pk=partes["juan"].pk).update(email='"a\x01b"@example.org')

    with buzon.abierto():
        assert repartir()

    assert [(m["To"], m["Reply-To"]) for m in buzon.recibidos] == [(MARIA, None)]


def test_un_correo_de_antes_sin_sobre_se_entrega(buzon, repartir, db):
    encolar("ana")
    with buzon.abierto():
        assert repartir()

    assert buzon.para() == [ANA]


# --- Addresses ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("direccion", "local"),
    [
        ('"perez,juan"@example.org', "perez,juan"),
        ("=?utf-8?q?juan=2Cana=40otro.org?=@example.org", "=?utf-8?q?juan=2Cana=40otro.org?="),
        ('"=?utf-8?q?juan?="@example.org', "=?utf-8?q?juan?="),
        ('"ana@otro.org"@example.org', "ana@otro.org"),
        (r'"ana\" <ana@otro.org>, x"@example.org'.replace(" ", "\\ "), 'ana" <ana@otro.org>, x'),
        ('"a..b"@example.org', "a..b"),
        ("juan@example.org", "juan"),
    ],
)
def test_direccion_sale_como_una_sola(buzon, repartir, direccion, local):
    SolicitudFactory(solicitante__email=direccion, aprobador__email=None)

    with buzon.abierto():
        repartir()

    [[destino]], [mensaje] = buzon.destinos, buzon.recibidos
    [para] = mensaje["To"].addresses
    assert (para.username, para.domain) == (local, "example.org")
    assert destino == para.addr_spec


@pytest.mark.django_db
@pytest.mark.parametrize("direccion", ['"a\x01b"@example.org', "\u017fan@example.org", '""@example.org'])
def test_direccion_que_no_se_puede_escribir_falla_y_lo_dice(buzon, repartir, direccion):
    SolicitudFactory(solicitante__email=direccion, aprobador__email="ana@example.org")

    with buzon.abierto():
        assert repartir()

    assert buzon.para() == ["ana@example.org"]
    assert Log.objects.get().message == f"no se puede escribir la dirección {direccion!r}"


@pytest.mark.django_db
def test_dominio_con_acentos_sale_en_ascii(buzon, repartir):
    SolicitudFactory(solicitante__email="ana@exámple.org", aprobador__email=None)

    with buzon.abierto():
        repartir()

    assert buzon.destinos == [["ana@xn--exmple-qta.org"]]


# --- Real processes ---


@contextmanager
def obreros(cuantos, buzon):
    """Give some processes of `manage.py enviar_correos` that work on the test database, and kill them at the end."""
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
            assert buzon.llego.wait(PACIENCIA)
            obrero.kill()  # SIGKILL leaves it no time to note anything
            obrero.wait()
        assert estados() == {"ana": STATUS.queued}
        buzon.demora = 0
        adelantar()  # as if PLAZO were over
        with obreros(1, buzon):
            esperar_a(lambda: estados() == {"ana": STATUS.sent})

    assert {mensaje["Message-ID"] for mensaje in buzon.recibidos} == {Email.objects.get().message_id}


@pytest.mark.lenta
def test_obrero_que_recibe_sigterm_termina_la_entrega_y_se_va(transactional_db, buzon):
    buzon.demora = 1
    encolar("ana", "beto")
    with buzon.abierto(), obreros(1, buzon) as [obrero]:
        assert buzon.llego.wait(PACIENCIA)
        obrero.send_signal(signal.SIGTERM)
        assert obrero.wait(timeout=PACIENCIA) == 0

    assert estados() == {"ana": STATUS.sent, "beto": STATUS.queued}


# --- A change and its mail ---


@pytest.mark.django_db
def test_cambio_que_se_deshace_no_encola_nada(monkeypatch):
    def fallar(*_):
        raise RuntimeError

    monkeypatch.setattr("solicitudes.models.verbos.SolicitudManager._anotar", fallar)

    with pytest.raises(RuntimeError):
        SolicitudFactory()

    assert (Solicitud.objects.count(), Email.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_crear_no_habla_con_el_servidor_de_correo(buzon):
    """The server is up and would notice."""
    with buzon.abierto():
        SolicitudFactory()

    assert buzon.intentos == 0


@contextmanager
def lanzado_por_otro():
    """Give a parent process that may be killed, and the pid of the worker that it started, as `make run` starts it."""
    guion = (
        "import os, subprocess, sys, time\n"
        "orden = [sys.executable, 'manage.py', 'enviar_correos', f'--con-su-padre={os.getpid()}']\n"
        "print(subprocess.Popen(orden, stdout=subprocess.DEVNULL).pid, flush=True); time.sleep(60)"
    )
    entorno = os.environ | {
        "DJANGO_SETTINGS_MODULE": "monitor.tests.settings",
        "BASE_DE_PRUEBAS": str(connection.settings_dict["NAME"]),
    }
    orden = [sys.executable, "-c", guion]
    with subprocess.Popen(orden, cwd=ajustes.BASE_DIR, env=entorno, stdout=subprocess.PIPE, text=True) as padre:
        obrero = int(padre.stdout.readline())
        try:
            yield padre, obrero
        finally:
            padre.kill()
            with suppress(ProcessLookupError):
                os.kill(obrero, signal.SIGKILL)


@pytest.mark.lenta
def test_obrero_con_su_padre_no_lo_sobrevive(transactional_db):
    """The worker of `make run` is started like this, because its server may be killed without a word."""
    encolar("ana")
    with lanzado_por_otro() as (padre, obrero):
        esperar_a(lambda: estados() == {"ana": STATUS.sent})
        assert vive(obrero)
        padre.kill()

        esperar_a(lambda: not vive(obrero))


@pytest.mark.lenta
def test_obrero_cuyo_padre_murio_antes_de_que_arrancara_no_trabaja(transactional_db):
    encolar("ana")
    with lanzado_por_otro() as (padre, obrero):
        padre.kill()  # within milliseconds, while the worker is still importing

        esperar_a(lambda: not vive(obrero))
    assert estados() == {"ana": STATUS.queued}


def vive(proceso) -> bool:
    """Return whether the process runs. When nobody collects a dead process it stays as a zombie, which doesn't
    count."""
    try:
        estado = Path(f"/proc/{proceso}/stat").read_text()
    except OSError:
        return False
    return estado.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("esquema", ["smtp+tls", "smtp+ssl"])
def test_con_tls_se_revisa_de_quien_es_el_servidor(settings, esquema):
    for nombre, valor in ajustes_de_correo(correo(f"{esquema}://correo.example.org")).items():
        setattr(settings, nombre, valor)

    contexto = _servidor().ssl_context

    assert (contexto.verify_mode, contexto.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert contexto.minimum_version >= ssl.TLSVersion.TLSv1_2
