"""A summary of where all the evidence is, and of how the copies in the cloud go."""

import shutil
from datetime import datetime

from django.db.models import Count, Max, Q

from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia
from expedientes.models import Expediente
from expedientes.nube.models import EstadoDeLaNube, Exportacion, Respaldo
from monitor.archivos import ALMACEN
from monitor.archivos.nube import NUBE

GB = 1024**3
SIN_ERROR = "Ninguno"


def situacion() -> dict:
    """Return what `GET /api/backup/estado` answers."""
    cuentas = Evidencia.objects.aggregate(
        totales=Count("pk"),
        local=Count("pk", filter=Q(ubicacion_almacenamiento=Ubicacion.LOCAL)),
        nube=Count("pk", filter=Q(ubicacion_almacenamiento=Ubicacion.NUBE)),
        ultimo=Max("en_la_nube_desde"),
    )
    ultimo = cuentas.pop("ultimo")
    return {
        "disco_local": disco(),
        "nube": {
            "estado": estado(ultimo),
            "ultimo_respaldo": ultimo,
            "ultimo_error": Respaldo.objects.ultimo_error() or SIN_ERROR,
            "pendientes": Expediente.objects.por_respaldar().count(),
        },
        "evidencias": cuentas,
        "expedientes": {"totales": Expediente.objects.count()},
    }


def estado(ultimo: datetime | None) -> EstadoDeLaNube:
    if not NUBE.hay:
        return EstadoDeLaNube.SIN_CONFIGURAR
    return EstadoDeLaNube.ACTIVO if ultimo else EstadoDeLaNube.SIN_RESPALDOS


def disco() -> dict:
    """Return how full the disk of the store is."""
    total, usado, libre = shutil.disk_usage(ALMACEN.entrantes)
    return {
        f"{nombre}_gb": round(bytes_ / GB, 2)
        for nombre, bytes_ in (("libre", libre), ("usado", usado), ("total", total))
    }


def progreso() -> dict:
    """Return what `GET /api/backup/progreso` answers: of the export that goes on, or else of the last."""
    e = Exportacion.objects.first() or Exportacion(corriendo=False, total=0, procesados=0, subidas=0, fallidas=0)
    return {
        "corriendo": e.corriendo,
        "total": e.total,
        "procesados": e.procesados,
        "subidas": e.subidas,
        "fallidas": e.fallidas,
        "archivoActual": e.archivo_actual,
        "terminado_en": e.terminado_en,
        "error": e.error,
    }
