"""Somebody who may not, or no longer may, changes nothing: for every unsafe action, all tables are the same before and
after."""

import time
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.utils import timezone

from catalogos.tests.factories import FABRICAS
from expedientes.evidencias.tests.factories import EvidenciaFactory
from expedientes.evidencias.tests.formas import MULTIPARTE, con_archivo
from expedientes.nube.models import Respaldo, Resultado, Tipo
from expedientes.tests.anexos import ANEXOS
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.api.tests.rutas import ABIERTA, CATALOGOS, RUTAS
from monitor.api.tests.test_routes import rutas_declaradas
from monitor.db.writes import NOBODY
from monitor.roles import Rol
from monitor.usuarios.llaves import Llave
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory

FORMA = (con_archivo(), MULTIPARTE)
MOTIVO = {"motivo": "Hay unidad disponible"}

# For each unsafe route of `RUTAS`, a body that changes something. Every table has a row whose key is 999999.
CUERPOS = {
    "POST /api/auth/logout": {},
    "POST /api/auth/register": {"username": "nueva.persona", "password": "mesa-redonda-58", "rol": "Tecnico"},
    "PUT /api/usuarios/999999": {"nombre": "Otro Nombre"},
    "DELETE /api/usuarios/999999": None,
    "POST /api/llaves": {"nombre": "Otra", "rol": "Tecnico"},
    "DELETE /api/llaves/999999": None,
    "POST /api/expedientes": {"no_siniestro": "NUEVO"},
    "PUT /api/expedientes/999999": {"color": "azul"},
    "PATCH /api/expedientes/999999": {"color": "azul"},
    "DELETE /api/expedientes/999999": None,
    "PATCH /api/expedientes/999999/estado": {"estado": "Salida"},
    "PATCH /api/expedientes/999999/no_siniestro": {"no_siniestro": "NUEVO"},
    "POST /api/expedientes/999999/evidencias": FORMA,
    "DELETE /api/expedientes/999999/evidencias": None,
    "DELETE /api/expedientes/999999/evidencias/999999": None,
    "POST /api/comentarios": {"no_siniestro": "999999", "comentario": "Llegó la fascia"},
    "DELETE /api/comentarios/999999": None,
    "POST /api/levantamientos": {"no_siniestro": "999999"},
    "PUT /api/levantamientos/999999": {"color": "azul"},
    "PATCH /api/levantamientos/999999": {"color": "azul"},
    "DELETE /api/levantamientos/999999": None,
    "POST /api/levantamientos/999999/conceptos": {"concepto": "Pintura"},
    "PUT /api/levantamientos/conceptos/999999": {"costo": 5},
    "PATCH /api/levantamientos/conceptos/999999": {"costo": 5},
    "DELETE /api/levantamientos/conceptos/999999": None,
    "POST /api/checklist": {"no_siniestro": "999999"},
    "PUT /api/checklist/999999": {"serie": "3N1"},
    "PATCH /api/checklist/999999": {"serie": "3N1"},
    "DELETE /api/checklist/999999": None,
    "POST /api/checklist/999999/items": {"sistema": "Pintura"},
    "PUT /api/checklist/999999/items/bulk": {"items": []},
    "PATCH /api/checklist/999999/items/bulk": {"items": []},
    "PUT /api/checklist/items/999999": {"valor": "OK"},
    "PATCH /api/checklist/items/999999": {"valor": "OK"},
    "DELETE /api/checklist/items/999999": None,
    "DELETE /api/backup/logs": None,
    "POST /api/backup/logs/limpiar": None,
    "POST /solicitud": "solicitud",
    "PUT /solicitud/999999": {"cantidadPasajeros": 9},
    "DELETE /solicitud/999999": None,
    "POST /solicitud/999999/aprobar": MOTIVO,
    "POST /solicitud/999999/rechazar": MOTIVO,
    "POST /solicitud/999999/cancelar": MOTIVO,
}
for catalogo in CATALOGOS:
    CUERPOS |= {
        f"POST /{catalogo}": {"nombre": "Nuevo"} | ({"codigo": "NUEVO"} if catalogo == "departamento" else {}),
        f"PUT /{catalogo}/999999": {"nombre": "Otro nombre"},
        f"DELETE /{catalogo}/999999": None,
    }
# These routes only answer that the key is missing from the path, or write nothing.
SIN_EFECTO = {"PUT /api/expedientes", "PATCH /api/expedientes", "DELETE /api/expedientes"}
SIN_EFECTO |= {"POST /api/expedientes/999999/evidencias/999999/enlace"}
# These need a cloud: expedientes/nube/tests.
SIN_EFECTO |= {f"POST /api/expedientes/999999/evidencias/{verbo}" for verbo in ("respaldar", "restaurar")}
SIN_EFECTO |= {"POST /api/backup/exportar", "POST /api/backup/exportar/999999"}

YA_NO_PUEDEN = {"con el token revocado": {"version_token": 99}, "desactivado": {"is_active": False}}


def revocar(llave, monkeypatch):
    Llave.objects.revocar(llave.pk, por=UsuarioFactory(administrador=True))


def vencer(llave, monkeypatch):
    ahora = time.time()
    monkeypatch.setattr("monitor.api.keys.time.time", lambda: ahora + 7200)


def no_ser_nadie(llave, monkeypatch):
    llave.llave = llave.llave[:-1] + ("a" if llave.llave[-1] != "a" else "b")


YA_NO_SIRVEN = {"revocada": revocar, "vencida": vencer, "equivocada": no_ser_nadie}
LECTURAS = [ruta for ruta, (roles, _) in RUTAS.items() if ruta.startswith("GET ") and roles is not ABIERTA]


@pytest.fixture
def mundo(db, ruta):
    if "llaves" in ruta:  # the id of a key is that of its user
        LlaveFactory(usuario__id=999999)
    else:
        UsuarioFactory(id=999999)
    EvidenciaFactory(id=999999, expediente=ExpedienteFactory(no_siniestro="999999"))
    Respaldo.objects.anotar(Tipo.NUBE, Resultado.EXITOSO, "Evidencias subidas: 1.", por=NOBODY)
    for fabrica in ANEXOS:
        fabrica(id=999999, no_siniestro="999999")
    for fabrica in FABRICAS.values():
        fabrica(id=999999)
    return SolicitudFactory(id=999999)


def volcado() -> dict[str, list[str]]:
    """Return every row of every table, as text."""
    with connection.cursor() as cursor:
        filas = {}
        for tabla in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{tabla}"')
            filas[tabla] = sorted(map(repr, cursor.fetchall()))
        return filas


def pedir(ruta, mundo, usuario, cambio):
    """Return the status, and all the rows before and after. The token was issued before `cambio` was made to its
    user."""
    api = Api(usuario)
    assert api.token
    Usuario.objects.filter(pk=usuario.pk).update(**{"is_active": True} | cambio)
    antes = volcado()
    return enviar(api, ruta, mundo), antes, volcado()


def enviar(api, ruta, mundo) -> int:
    """Send the body of a route, and return the status."""
    return api.pedir(*ruta.split(), *cuerpo_en(mundo, ruta)).status_code


def cuerpo_en(mundo, ruta) -> tuple:
    """Return the body of a route, with its type if it isn't JSON."""
    cuerpo = CUERPOS[ruta]
    if isinstance(cuerpo, tuple):
        return cuerpo
    return (cuerpo_de_solicitud(mundo) if cuerpo == "solicitud" else cuerpo,)


def pedir_con_llave(ruta, mundo, llave):
    antes = volcado()
    return enviar(Api(llave), ruta, mundo), antes, volcado()


def cuerpo_de_solicitud(solicitud):
    lugar = solicitud.lugares.first().lugar_id
    return {
        "idUsuarioSolicitante": solicitud.solicitante_id,
        "idDepartamentoSolicitante": solicitud.departamento_id,
        "idUsuarioAprobador": solicitud.aprobador_id,
        "idTipoPrioridadSolicitud": solicitud.prioridad_id,
        "idTipoServicioSolicitud": solicitud.servicio_id,
        "asunto": "Transporte de personal",
        "cantidadPasajeros": 5,
        "fechaServicioRequerido": solicitud.fecha_servicio.isoformat(),
        "horaServicioRequerido": "08:00",
        "lugares": [{"idLugar": lugar, "esOrigen": True, "orden": 0}],
    }


def test_cada_accion_que_escribe_esta_en_la_tabla():
    inseguras = {ruta for ruta, _, _ in rutas_declaradas() if not ruta.startswith("GET ")}
    protegidas = {ruta for ruta in inseguras if RUTAS[ruta][0] is not ABIERTA}

    assert protegidas == CUERPOS.keys() | SIN_EFECTO


@pytest.mark.parametrize("ruta", CUERPOS)
def test_quien_puede_cambia_algo(mundo, ruta):
    status, antes, despues = pedir(ruta, mundo, UsuarioFactory(administrador=True), {})

    assert (status in (200, 201), antes == despues) == (True, False)


@pytest.mark.parametrize("ruta", CUERPOS)
def test_quien_no_puede_no_cambia_nada(mundo, ruta):
    UsuarioFactory(administrador=True)  # another Administrador, so that the user isn't the last
    casos = [(rol, {}, 403) for rol in Rol if rol not in RUTAS[ruta][0]]
    casos += [(Rol.ADMINISTRADOR, cambio, 401) for cambio in YA_NO_PUEDEN.values()]
    for rol, cambio, esperado in casos:
        status, antes, despues = pedir(ruta, mundo, UsuarioFactory(rol=rol), cambio)

        assert (rol, status, despues) == (rol, esperado, antes)


@pytest.mark.parametrize("ruta", CUERPOS)
def test_una_llave_que_puede_cambia_algo_y_nunca_cierra_sesion(mundo, ruta):
    status, antes, despues = pedir_con_llave(ruta, mundo, LlaveFactory(administrador=True))

    for tablas in (antes, despues):
        del tablas["llave"]  # it says when each key was used
    esperado = (403, True) if ruta == "POST /api/auth/logout" else (min(status, 201), False)
    assert (status, antes == despues) == esperado


@pytest.mark.parametrize("ruta", LECTURAS)
def test_con_lo_que_ya_no_sirve_no_se_lee_nada(mundo, monkeypatch, ruta):
    for cambio in YA_NO_PUEDEN.values():
        quien = UsuarioFactory(administrador=True)
        api = Api(quien)
        assert api.token
        Usuario.objects.filter(pk=quien.pk).update(**cambio)

        assert leido(ruta, api) == (401, False)

    for cambio in YA_NO_SIRVEN.values():
        with monkeypatch.context() as parche:
            llave = llave_de_una_hora()
            cambio(llave, parche)

            assert leido(ruta, Api(llave)) == (401, False)


def leido(ruta, api):
    """Return the status, and whether the answer tells of any row."""
    recibida = api.pedir(*ruta.split())
    return recibida.status_code, b"999999" in recibida.content


def llave_de_una_hora():
    return LlaveFactory(administrador=True, vence=timezone.now() + timedelta(hours=1))


@pytest.mark.parametrize("ruta", CUERPOS)
def test_una_llave_que_ya_no_sirve_no_cambia_nada(mundo, monkeypatch, ruta):
    """A process that has used the key knows more of it than one that hasn't."""
    for nombre, usada in product(YA_NO_SIRVEN, (True, False)):
        with monkeypatch.context() as parche:
            llave = llave_de_una_hora()
            if usada:
                assert Api(llave).get("/api/expedientes?por_pagina=1").status_code == 200
            YA_NO_SIRVEN[nombre](llave, parche)

            status, antes, despues = pedir_con_llave(ruta, mundo, llave)

            assert (nombre, status, despues) == (nombre, 401, antes)
