"""Somebody who may not, or no longer may, changes nothing: for every unsafe action, all tables are the same before and
after."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import cache
from itertools import product
from typing import NamedTuple

import pytest
from django.db import connection, transaction
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
# These need a cloud: expedientes/nube/tests/test_quien_puede.py walks over them.
CON_NUBE = {f"POST /api/expedientes/999999/evidencias/{verbo}" for verbo in ("respaldar", "restaurar")}
CON_NUBE |= {"POST /api/backup/exportar", "POST /api/backup/exportar/999999"}

YA_NO_PUEDEN = {"con el token revocado": {"version_token": 99}, "desactivado": {"is_active": False}}


def revocar(llave):
    Llave.objects.revocar(llave.pk, por=UsuarioFactory(administrador=True))


def no_ser_nadie(llave):
    llave.llave = llave.llave[:-1] + ("a" if llave.llave[-1] != "a" else "b")


def vencer(llave):
    """It does by itself: see `mas_tarde`."""


YA_NO_SIRVEN = {"revocada": revocar, "vencida": vencer, "equivocada": no_ser_nadie}
LECTURAS = [ruta for ruta, (roles, _) in RUTAS.items() if ruta.startswith("GET ") and roles is not ABIERTA]


@contextmanager
def mas_tarde():
    """Ask two hours later, when no key of an hour is good any more."""
    ahora = time.time()
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr("monitor.api.keys.time.time", lambda: ahora + 7200)
        yield


class Intruso(NamedTuple):
    """Somebody who may not, and what they are told. `entretanto` is in force while they ask."""

    nombre: str
    api: Api
    status: int
    entretanto: Callable = nullcontext


def sin_el_rol(roles) -> Iterator[Intruso]:
    for rol in Rol:
        if rol not in roles:
            yield Intruso(rol, Api(UsuarioFactory(rol=rol)), 403)


def con_un_token_que_ya_no_sirve() -> Iterator[Intruso]:
    """The token of each was issued before its user changed."""
    for nombre, cambio in YA_NO_PUEDEN.items():
        usuario = UsuarioFactory(administrador=True)
        api = Api(usuario)
        assert api.token
        Usuario.objects.filter(pk=usuario.pk).update(**cambio)
        yield Intruso(nombre, api, 401)


def con_una_llave_que_ya_no_sirve() -> Iterator[Intruso]:
    """A process that has used the key knows more of it than one that hasn't."""
    for (nombre, cambiar), usada in product(YA_NO_SIRVEN.items(), (True, False)):
        llave = LlaveFactory(administrador=True, vence=timezone.now() + timedelta(hours=1))
        if usada:
            assert Api(llave).get("/api/expedientes?por_pagina=1").status_code == 200
        cambiar(llave)
        yield Intruso(f"{nombre}, usada: {usada}", Api(llave), 401, mas_tarde if cambiar is vencer else nullcontext)


def intrusos_de(ruta) -> list[Intruso]:
    return [*sin_el_rol(RUTAS[ruta][0]), *con_un_token_que_ya_no_sirve(), *con_una_llave_que_ya_no_sirve()]


@pytest.fixture
def mundo(db, request):
    """A row of each table that somebody may change, whose key is 999999."""
    if "llaves" in request.node.name:  # the id of a key is that of its user
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
    """Return every row of every table, as text: one statement, because the tests ask for it some thousand times."""
    filas = {tabla: [] for tabla in connection.introspection.table_names()}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(map(sus_filas, filas)))
        for tabla, fila in cursor.fetchall():
            filas[tabla].append(fila)
    return {tabla: sorted(suyas) for tabla, suyas in filas.items()}


@cache
def sus_filas(tabla) -> str:
    """Return the SQL that gives the table's name with each row of it."""
    fila = "_fila::text"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            columnas = connection.introspection.get_table_description(cursor, tabla)
        fila = " || ',' || ".join(f'quote("{columna.name}")' for columna in columnas)
    return f"SELECT '{tabla}', {fila} FROM \"{tabla}\" AS _fila"


def enviar(api, ruta, mundo) -> int:
    """Send the body of a route, and return the status."""
    return api.pedir(*ruta.split(), *cuerpo_en(mundo, ruta)).status_code


def cuerpo_en(mundo, ruta) -> tuple:
    """Return the body of a route, with its type if it isn't JSON."""
    cuerpo = CUERPOS[ruta]
    if isinstance(cuerpo, tuple):
        return cuerpo
    return (cuerpo_de_solicitud(mundo) if cuerpo == "solicitud" else cuerpo,)


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

    assert protegidas == CUERPOS.keys() | SIN_EFECTO | CON_NUBE


@pytest.mark.parametrize("ruta", CUERPOS)
def test_cambia_algo_quien_puede_y_nadie_mas(mundo, ruta):
    pueden = {"sesión": Api(UsuarioFactory(administrador=True)), "llave": Api(LlaveFactory(administrador=True))}
    intrusos = intrusos_de(ruta)
    antes = volcado()

    for nombre, api, esperado, entretanto in intrusos:
        with entretanto():
            assert (nombre, enviar(api, ruta, mundo), volcado()) == (nombre, esperado, antes)

    del antes["llave"]  # it says when each key was used
    for quien, api in pueden.items():
        status, igual = y_deshacer(lambda api=api: (enviar(api, ruta, mundo), antes.items() <= volcado().items()))
        cerrar_sesion = (quien, ruta) == ("llave", "POST /api/auth/logout")
        assert (quien, status, igual) == (quien, 403 if cerrar_sesion else min(status, 201), cerrar_sesion)


def y_deshacer(hacer):
    """Do something, undo it, and return what it returned."""
    with transaction.atomic():
        try:
            return hacer()
        finally:
            transaction.set_rollback(True)


@pytest.mark.parametrize("quienes", [con_un_token_que_ya_no_sirve, con_una_llave_que_ya_no_sirve])
def test_con_lo_que_ya_no_sirve_no_se_lee_nada(mundo, quienes):
    for nombre, api, esperado, entretanto in quienes():
        with entretanto():
            assert [(nombre, ruta, *leido(ruta, api)) for ruta in LECTURAS] == [
                (nombre, ruta, esperado, False) for ruta in LECTURAS
            ]


def leido(ruta, api):
    """Return the status, and whether the answer tells of any row."""
    recibida = api.pedir(*ruta.split())
    return recibida.status_code, b"999999" in recibida.content
