"""POST /solicitud: the contract's sample, and what a creation leaves behind."""

import json

from django.utils import timezone

from monitor.api.tests.cliente import Api
from solicitudes.models import Solicitud


def enviar(cuerpo, usuario):
    return Api(usuario).post("/solicitud", cuerpo)


def test_crear_responde_con_la_forma_del_contrato(cuerpo, mundo):
    recibida = enviar(cuerpo, mundo["solicitante"])
    solicitud = Solicitud.objects.get()
    ahora = timezone.localtime(solicitud.creado_en).replace(tzinfo=None).isoformat(timespec="seconds")
    primera, segunda = solicitud.lugares.order_by("orden")
    sede, norte = mundo["sede"], mundo["norte"]
    esperada = {
        "success": True,
        "message": "Solicitud creada exitosamente",
        "data": {
            "Id": solicitud.pk,
            "CodigoSolicitud": f"SOL-{ahora[:7]}-{solicitud.pk:08d}",
            "IdUsuarioSolicitante": mundo["solicitante"].pk,
            "NombreSolicitante": "Juan Pérez",
            "EmailSolicitante": "juan@example.org",
            "IdDepartamentoSolicitante": mundo["departamento"].pk,
            "NombreDepartamento": "Logística",
            "IdUsuarioAprobador": mundo["aprobador"].pk,
            "NombreAprobador": "María González",
            "EmailAprobador": "maria@example.org",
            "IdTipoPrioridadSolicitud": mundo["prioridad"].pk,
            "NombrePrioridad": "Normal",
            "IdTipoServicioSolicitud": mundo["servicio"].pk,
            "NombreTipoServicio": "Transporte de personal",
            "Asunto": "Transporte de personal a sede central",
            "Descripcion": "Se requiere transporte para personal de la unidad",
            "Justificacion": "Reunión de coordinación institucional",
            "CantidadPasajeros": 5,
            "NombresPasajeros": "Juan Pérez, María López, Carlos Rivas",
            "FechaServicioRequerido": cuerpo["fechaServicioRequerido"],
            "HoraServicioRequerido": "08:00:00",
            "Observaciones": "Llevar a las 8am y regresar a las 5pm",
            "IdEstadoActual": 1,
            "CodigoEstadoActual": "PENDIENTE_APROBACION",
            "NombreEstadoActual": "Pendiente de Aprobación",
            "ColorEstadoActual": "#FFA500",
            "EsEstadoFinal": False,
            "FechaHoraCreacion": ahora,
            "FechaHoraActualizacion": ahora,
            "lugares": [
                {
                    "Id": primera.pk,
                    "IdLugar": sede.pk,
                    "NombreLugar": "Sede Central",
                    "DireccionLugar": "Av. Principal 123",
                    "EsOrigen": True,
                    "Orden": 0,
                    "Descripcion": "Sede central - Salida",
                    "HoraEstimadaLlegada": None,
                    "RequiereRetorno": False,
                    "HoraEstimadaRetorno": None,
                },
                {
                    "Id": segunda.pk,
                    "IdLugar": norte.pk,
                    "NombreLugar": "Oficina Regional Norte",
                    "DireccionLugar": "Calle Norte 456",
                    "EsOrigen": False,
                    "Orden": 1,
                    "Descripcion": "Primer destino",
                    "HoraEstimadaLlegada": "10:30:00",
                    "RequiereRetorno": True,
                    "HoraEstimadaRetorno": "12:00:00",
                },
            ],
            "misiones": [],
        },
    }

    # As text: the order of the keys counts too.
    assert (recibida.status_code, json.dumps(recibida.json())) == (201, json.dumps(esperada))
    assert recibida.headers["Location"] == f"/solicitud/{solicitud.pk}"
