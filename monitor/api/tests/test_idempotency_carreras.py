"""The same request many times at once, with real threads against the real server and its two processes; and a process
that dies halfway."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection
from post_office.models import Email

from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota
from monitor.api.tests.test_fail_closed import cuerpo_de_solicitud
from monitor.repeticiones.models import RespuestaGuardada, _turno
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

CLAVE = {"Idempotency-Key": "7b0e-1"}
VECES = 20


@pytest.fixture
def remota(servidor):
    return Remota(servidor, UsuarioFactory(administrador=True))


def a_la_vez(pedir):
    with ThreadPoolExecutor(VECES) as hilos:
        return [futuro.result() for futuro in [hilos.submit(pedir) for _ in range(VECES)]]


def exigir_una(recibidas):
    """The first answer came once, and all others are the same or ask to wait; on SQLite, none of those."""
    hechas = [r for r in recibidas if r.status != 409]
    esperan = {(r.headers["X-Error-Code"], r.headers["Retry-After"]) for r in recibidas if r.status == 409}
    assert sorted(r.headers.get("Idempotent-Replayed", "") for r in hechas) == ["", *["true"] * (len(hechas) - 1)]
    assert len({(r.status, r.cuerpo, r.headers["Location"]) for r in hechas}) == 1
    assert esperan <= {("idempotencia_en_curso", "1")}
    if connection.vendor == "sqlite":
        assert len(hechas) == VECES


@pytest.mark.parametrize("vuelta", range(3))
def test_veinte_solicitudes_iguales_son_una(remota, vuelta):
    cuerpo = cuerpo_de_solicitud(SolicitudFactory())

    recibidas = a_la_vez(lambda: remota.pedir("POST", "/solicitud", cuerpo, **CLAVE))

    exigir_una(recibidas)
    assert (Solicitud.objects.count(), Email.objects.count(), RespuestaGuardada.objects.count()) == (2, 4, 1)


@pytest.mark.parametrize("vuelta", range(3))
def test_veinte_altas_iguales_son_una_y_ninguna_dice_que_ya_existe(remota, vuelta):
    recibidas = a_la_vez(lambda: remota.pedir("POST", "/api/expedientes", {"no_siniestro": "X"}, **CLAVE))

    exigir_una(recibidas)
    assert (Expediente.objects.count(), HistorialEstado.objects.count()) == (1, 1)


def test_veinte_cambios_iguales_de_estado_son_uno_y_ninguno_dice_que_ya_esta(remota):
    ExpedienteFactory(no_siniestro="X")

    recibidas = a_la_vez(lambda: remota.pedir("PATCH", "/api/expedientes/X/estado", {"estado": "Salida"}, **CLAVE))

    assert {r.status for r in recibidas} <= {200, 409}
    assert HistorialEstado.objects.filter(estado_nuevo="Salida").count() == 1


@pytest.mark.postgresql
def test_mientras_la_primera_se_atiende_es_409_con_retry_after(remota):
    usuario = UsuarioFactory()
    propia, ajena = Remota(f"http://{remota.direccion}", usuario), remota
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_turno(usuario.pk, "7b0e-1")])
        try:
            ocupada = propia.pedir("POST", "/api/expedientes", {"no_siniestro": "S-1"}, **CLAVE)
            de_otra = ajena.pedir("POST", "/api/expedientes", {"no_siniestro": "S-2"}, **CLAVE)
            otra = propia.pedir("POST", "/api/expedientes", {"no_siniestro": "S-3"}, **{"Idempotency-Key": "otra"})
        finally:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    despues = propia.pedir("POST", "/api/expedientes", {"no_siniestro": "S-1"}, **CLAVE)

    frase = "La petición con esa Idempotency-Key todavía se atiende; espere un momento y repítala"
    assert (ocupada.status, ocupada.json()) == (409, {"error": frase})
    assert (ocupada.headers["Retry-After"], ocupada.headers["X-Error-Code"]) == ("1", "idempotencia_en_curso")
    assert [r.status for r in (de_otra, otra, despues)] == [201] * 3


MUERE = """
import os
import django
django.setup()
from monitor.api.tests.cliente import Api
from monitor.repeticiones.models import RespuestaGuardadaManager
from monitor.usuarios.models import Usuario

guardar = RespuestaGuardadaManager.guardar

def morir(*args):
    {antes} and guardar(*args)
    os._exit(9)

RespuestaGuardadaManager.guardar = morir
Api(Usuario.objects.get(username="ana")).post("/api/expedientes", {{"no_siniestro": "S-1"}}, **{clave})
"""


@pytest.mark.parametrize("antes", [False, True], ids=["antes_de_guardar", "antes_de_confirmar"])
def test_proceso_que_muere_a_medio_camino_no_deja_nada(transactional_db, antes):
    ana = UsuarioFactory(username="ana")
    base = str(connection.settings_dict["NAME"])
    proceso = subprocess.run(
        [sys.executable, "-c", MUERE.format(antes=antes, clave=CLAVE)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "monitor.tests.settings", "BASE_DE_PRUEBAS": base},
        check=False,
    )

    assert proceso.returncode == 9
    assert (Expediente.objects.exists(), RespuestaGuardada.objects.exists()) == (False, False)
    assert ana.is_active
