import pytest

from catalogos.tests.factories import (
    DepartamentoFactory,
    LugarFactory,
    TipoPrioridadSolicitudFactory,
    TipoServicioSolicitudFactory,
)
from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory, manana


@pytest.fixture
def mundo(db):
    """Return the rows that a solicitud refers to, with the values of the contract's sample where it has them."""
    return {
        "solicitante": UsuarioFactory(nombre="Juan Pérez", email="juan@example.org", administrador=True),
        "aprobador": UsuarioFactory(nombre="María González", email="maria@example.org"),
        "departamento": DepartamentoFactory(nombre="Logística"),
        "prioridad": TipoPrioridadSolicitudFactory(nombre="Normal"),
        "servicio": TipoServicioSolicitudFactory(nombre="Transporte de personal"),
        "sede": LugarFactory(
            codigo="SC-001",
            nombre="Sede Central",
            direccion="Av. Principal 123",
            latitud=13.6929,
            longitud=-89.2182,
        ),
        "norte": LugarFactory(codigo=None, nombre="Oficina Regional Norte", direccion="Calle Norte 456"),
    }


@pytest.fixture
def cuerpo(mundo):
    """Return the contract's sample body, for tomorrow."""
    return {
        "idUsuarioSolicitante": mundo["solicitante"].pk,
        "idDepartamentoSolicitante": mundo["departamento"].pk,
        "idUsuarioAprobador": mundo["aprobador"].pk,
        "idTipoPrioridadSolicitud": mundo["prioridad"].pk,
        "idTipoServicioSolicitud": mundo["servicio"].pk,
        "asunto": "Transporte de personal a sede central",
        "descripcion": "Se requiere transporte para personal de la unidad",
        "justificacion": "Reunión de coordinación institucional",
        "cantidadPasajeros": 5,
        "nombresPasajeros": "Juan Pérez, María López, Carlos Rivas",
        "fechaServicioRequerido": manana().isoformat(),
        "horaServicioRequerido": "08:00",
        "observaciones": "Llevar a las 8am y regresar a las 5pm",
        "lugares": [
            {"idLugar": mundo["sede"].pk, "esOrigen": True, "orden": 0, "descripcion": "Sede central - Salida"},
            {
                "idLugar": mundo["norte"].pk,
                "esOrigen": False,
                "orden": 1,
                "descripcion": "Primer destino",
                "horaEstimadaLlegada": "10:30",
                "requiereRetorno": True,
                "horaEstimadaRetorno": "12:00",
            },
        ],
    }


@pytest.fixture
def solicitud(db):
    return SolicitudFactory()
