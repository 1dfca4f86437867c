"""The contents of the database, as plain lists; `manage.py shell` runs this module, and `cuentas` compares."""

import json
from collections import defaultdict
from datetime import timedelta
from io import StringIO

from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from post_office.models import STATUS, Email

from benchmarks.proyecto import hacer_tablas
from expedientes.archivo import ExpedienteArchivado
from expedientes.evidencias import revision
from expedientes.evidencias.models import Evidencia
from expedientes.models import Expediente, HistorialEstado
from monitor.api import tokens
from monitor.archivos import ALMACEN
from monitor.roles import Rol
from monitor.usuarios.models import Usuario
from solicitudes.correo.cola import OMITIDO
from solicitudes.models import HistoricoEstado, LugarSolicitud, Solicitud


def preparar() -> str:
    """Make the tables and the people of the load, and return the id and a token of each person."""
    hacer_tablas()
    ana = Usuario.objects.create(username="ana", rol=Rol.ADMINISTRADOR, email="ana@example.org", password="!")
    luz = Usuario.objects.create(username="luz", rol=Rol.OPERADOR, email="luz@example.org", password="!")
    return json.dumps([(persona.pk, tokens.issue(persona)) for persona in (ana, luz)])


def rendir() -> str:
    """Deliver what is in the queue, as if the time that a mail waits had passed, and return what the database holds."""
    Email.objects.filter(status__in=[STATUS.queued, STATUS.requeued]).update(scheduled_time=None)
    call_command("enviar_correos", "--una-vez")
    return json.dumps(
        {
            "expedientes": _expedientes(),
            "archivados": _archivados(),
            "solicitudes": _solicitudes(),
            "correos": _correos(),
            "entera": _entera(),
            "cadena": _cadena(),
            **_fotos(),
        }
    )


def _expedientes():
    historial = defaultdict(list)
    filas = HistorialEstado.objects.order_by("id")
    for clave, desde, hasta in filas.values_list("expediente_id", "estado_anterior", "estado_nuevo"):
        historial[clave].append((desde, hasta))
    columnas = Expediente.objects.values_list("pk", "estado", "color")
    return [(clave, estado, color, historial.get(clave, [])) for clave, estado, color in columnas]


def _archivados():
    def pasos(datos):
        return [(fila["estado_anterior"], fila["estado_nuevo"]) for fila in datos["historial_estado"]]

    columnas = ExpedienteArchivado.objects.order_by("id").values_list("no_siniestro", "datos")
    return [(clave, datos["estado"], datos["color"], pasos(datos)) for clave, datos in columnas]


def _solicitudes():
    historico, lugares = defaultdict(list), defaultdict(int)
    for pk, estado, motivo in HistoricoEstado.objects.order_by("id").values_list("solicitud_id", "estado_id", "motivo"):
        historico[pk].append((estado, motivo))
    for pk in LugarSolicitud.objects.values_list("solicitud_id", flat=True):
        lugares[pk] += 1
    columnas = Solicitud.objects.values_list("pk", "asunto", "estado_id")
    return [(pk, asunto, estado, lugares.get(pk, 0), historico.get(pk, [])) for pk, asunto, estado in columnas]


def _correos():
    nombres = {STATUS.sent: "entregado", OMITIDO: "omitido", STATUS.failed: "fallido"}
    return [
        (sobre["solicitud"], sobre["aviso"], nombres.get(status, "pendiente"), message_id)
        for sobre, status, message_id in Email.objects.order_by("id").values_list("context", "status", "message_id")
    ]


def _entera() -> str:
    """Return what the database says of its own files."""
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return cursor.fetchone()[0]


def _cadena() -> str:
    """Return what `verificar_historial` says, if there is such a command, or «ok»."""
    if "verificar_historial" not in get_commands():
        return "ok"
    salida = StringIO()
    try:
        call_command("verificar_historial", stdout=salida, stderr=salida)
    except (CommandError, SystemExit) as error:
        return f"{error} {salida.getvalue()}"
    return "ok"


def _fotos() -> dict:
    """Clean what nobody refers to, as if it were old, and return the photos that there are and what is wrong."""
    revision.VIEJO = timedelta(seconds=-60)
    limpiados = revision.limpiar(list(revision.huerfanos()))
    limpiados += revision.limpiar_la_nube(list(revision.huerfanos_en_la_nube()))
    sueltos = [*revision.huerfanos(), *revision.huerfanos_en_la_nube(), *ALMACEN.a_medias()]
    problemas = [f"{que}: {cual}" for que, cual in revision.filas_con_problemas()]
    return {
        "fotos": list(Evidencia.objects.values_list("pk", "sha256")),
        "fotos_en_la_nube": Evidencia.objects.en_la_nube().count(),
        "huerfanos_limpiados": limpiados,
        "problemas_de_fotos": problemas + [f"huérfano: {uno.lugar}" for uno in sueltos] + list(_mal_ubicados()),
    }


def _mal_ubicados():
    """Yield the expedientes that don't say where their files are."""
    for uno in Expediente.objects.order_by("pk"):
        donde = {una.ubicacion_almacenamiento for una in uno.evidencia.all()}
        esperada = "Nube" if uno.estado == "Salida" and donde == {"Nube"} else "Local"
        if uno.ubicacion_almacenamiento != esperada:
            yield f"{uno.pk} dice {uno.ubicacion_almacenamiento}, y es {esperada}"
