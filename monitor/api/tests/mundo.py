"""The rows that the examples of the API's description refer to, with the ids that they have there, and a row of each
kind to read, change and delete."""

from typing import NamedTuple

from django.core.management.color import no_style
from django.db import connection

from catalogos.tests.factories import (
    FABRICAS,
    AseguradoraFactory,
    DepartamentoFactory,
    LugarFactory,
    TipoPrioridadSolicitudFactory,
    TipoServicioSolicitudFactory,
)
from expedientes.archivo import colgantes
from expedientes.evidencias.tests.formas import subida
from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.anexos import ANEXOS
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory

CLAVE = "SIN/2023/7"
LIBRE = 9  # a user and a row of each catalogue that nothing refers to
# Ids that exist, by the name of the field that refers to them.
REFERENCIAS = {
    "idUsuarioSolicitante": 1,
    "idUsuarioAprobador": 3,
    "idPerfilJefe": 3,
    "idDepartamentoSolicitante": 2,
    "departamentoPadreId": 1,
    "idTipoPrioridadSolicitud": 2,
    "idTipoServicioSolicitud": 1,
    "idLugar": 5,
    "id_aseguradora": 1,
}


class Mundo(NamedTuple):
    maria: Usuario
    solicitud: int
    llave: int
    evidencia: int
    ruta: str

    def en_la_ruta(self, ruta: str) -> dict:
        """Return what a path asks for, of something that exists. `clave` is an id to delete with."""
        hay = {"no_siniestro": CLAVE, "clave": str(LIBRE), "id": self._id_en(ruta)}
        hay["ruta"] = self.ruta.removeprefix("/evidencias/")
        return {nombre: valor for nombre, valor in hay.items() if f"{{{nombre}}}" in ruta}

    def _id_en(self, ruta: str) -> int:
        propios = {
            "solicitud": self.solicitud,
            "estado-solicitud": 1,
            "llaves": self.llave,
            "evidencias": self.evidencia,
        }
        return next((propios[tramo] for tramo in ruta.split("/") if tramo in propios), LIBRE)


def crear() -> Mundo:
    maria = UsuarioFactory(id=3, administrador=True, username="maria.gonzalez", nombre="María González")
    juan = UsuarioFactory(id=1)
    UsuarioFactory(id=LIBRE)
    axa = AseguradoraFactory(id=1, nombre="AXA")
    DepartamentoFactory(id=1, codigo="DG", nombre="Dirección General")
    partes = {
        "departamento": DepartamentoFactory(id=2),
        "prioridad": TipoPrioridadSolicitudFactory(id=2),
        "servicio": TipoServicioSolicitudFactory(id=1),
    }
    for pk in (5, 12):
        LugarFactory(id=pk)
    for fabrica in FABRICAS.values():
        fabrica(id=LIBRE)
    ExpedienteFactory(no_siniestro=CLAVE, aseguradora=axa, por=maria)
    for fabrica in ANEXOS:
        fabrica(id=LIBRE, no_siniestro=CLAVE, por=maria)
    colgados = [modelo for modelo, _ in colgantes(Expediente) if modelo is not HistorialEstado]
    _adelantar(Usuario, *FABRICAS, *colgados)
    solicitud = SolicitudFactory(solicitante=juan, aprobador=maria, **partes)
    evidencia = subida(Api(maria), CLAVE)
    return Mundo(maria, solicitud.pk, LlaveFactory(creada_por=maria).pk, evidencia["id"], evidencia["ruta"])


def _adelantar(*modelos):
    """Put PostgreSQL's next ids after those that were chosen here."""
    with connection.cursor() as cursor:
        for sentencia in connection.ops.sequence_reset_sql(no_style(), modelos):
            cursor.execute(sentencia)
