"""Somebody who may not, or no longer may, changes nothing: for every unsafe action, all tables are the same before and
after."""

import pytest
from django.db import connection

from catalogos.tests.factories import FABRICAS
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.api.tests.rutas import ABIERTA, CATALOGOS, RUTAS
from monitor.api.tests.test_routes import rutas_declaradas
from monitor.roles import Rol
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory

MOTIVO = {"motivo": "Hay unidad disponible"}

# For each unsafe route of `RUTAS`, a body that changes something. Every table has a row whose key is 999999.
CUERPOS = {
    "POST /api/auth/logout": {},
    "POST /api/auth/register": {"username": "nueva.persona", "password": "mesa-redonda-58", "rol": "Tecnico"},
    "PUT /api/usuarios/999999": {"nombre": "Otro Nombre"},
    "DELETE /api/usuarios/999999": None,
    "POST /api/expedientes": {"no_siniestro": "NUEVO"},
    "PUT /api/expedientes/999999": {"color": "azul"},
    "PATCH /api/expedientes/999999": {"color": "azul"},
    "DELETE /api/expedientes/999999": None,
    "PATCH /api/expedientes/999999/estado": {"estado": "Salida"},
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
# These routes only answer that the key is missing from the path.
SIN_EFECTO = {"PUT /api/expedientes", "PATCH /api/expedientes", "DELETE /api/expedientes"}

YA_NO_PUEDEN = {"con el token revocado": {"version_token": 99}, "desactivado": {"is_active": False}}
CASOS = [(ruta, {}, rol) for ruta in CUERPOS for rol in Rol if rol not in RUTAS[ruta][0]]
CASOS += [(ruta, cambio, Rol.ADMINISTRADOR) for ruta in CUERPOS for cambio in YA_NO_PUEDEN.values()]


@pytest.fixture
def mundo(db):
    UsuarioFactory(id=999999)
    ExpedienteFactory(no_siniestro="999999")
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
    api, cuerpo = Api(usuario), CUERPOS[ruta]
    assert api.token
    Usuario.objects.filter(pk=usuario.pk).update(**{"is_active": True} | cambio)
    antes = volcado()
    response = api.pedir(*ruta.split(), cuerpo_de_solicitud(mundo) if cuerpo == "solicitud" else cuerpo)
    return response.status_code, antes, volcado()


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


@pytest.mark.parametrize(("ruta", "cambio", "rol"), CASOS)
def test_quien_no_puede_no_cambia_nada(mundo, ruta, cambio, rol):
    UsuarioFactory(administrador=True)  # another Administrador, so that the user isn't the last
    status, antes, despues = pedir(ruta, mundo, UsuarioFactory(rol=rol), cambio)

    assert (status, despues) == (401 if cambio else 403, antes)
