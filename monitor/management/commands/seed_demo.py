import csv
from datetime import time, timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from catalogos.models import Aseguradora, Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from expedientes.checklist.models import Checklist, Valor, de_plantilla
from expedientes.estados import Estado
from expedientes.models import Expediente
from monitor.usuarios.models import Usuario
from solicitudes.models import Solicitud

DATOS = settings.BASE_DIR / "monitor" / "datos"

# In the data file, the first is in days before today, and the others in days after the intake.
INGRESO = "fecha_ingreso"
DESPUES = ("fecha_valuacion", "fecha_autorizacion", "fecha_pzas_completas", "unidad_terminada", "fecha_entrega")


class Command(BaseCommand):
    help = "Llena una base vacía con las personas, los expedientes y las solicitudes de la demostración."

    @transaction.atomic
    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("Las personas de demostración tienen claves públicas: sólo se crean con DEMO=on.")
        if Usuario.objects.exists():
            raise CommandError("La base de datos ya tiene usuarios: la demostración empieza con una vacía.")
        if not Departamento.objects.exists() or not Lugar.objects.exists():
            raise CommandError(
                "Faltan los catálogos de muestra: corra antes «manage.py seed_catalogos --con-ejemplos»."
            )
        personas = crear_personas()
        expedientes = abrir_expedientes(personas)
        solicitudes = crear_solicitudes(personas)
        self.stdout.write(f"Demostración: {len(personas)} personas y {expedientes} expedientes.")
        self.stdout.write(f"Demostración: {solicitudes} solicitudes de transporte.")


def leer(archivo):
    """Return the rows of a data file on disk; an empty cell is None."""
    with (DATOS / archivo).open(encoding="utf-8", newline="") as texto:
        return [{columna: valor or None for columna, valor in fila.items()} for fila in csv.DictReader(texto)]


def crear_personas():
    personas = [Usuario.objects.registrar(**fila, es_demo=True, por=None) for fila in leer("demo_personas.csv")]
    # The ids of these people came from the file, so the next user's id must come after them.
    with connection.cursor() as cursor:
        for sentencia in connection.ops.sequence_reset_sql(no_style(), [Usuario]):
            cursor.execute(sentencia)
    return {persona.username: persona for persona in personas}


def abrir_expedientes(personas):
    aseguradoras = dict(Aseguradora.objects.values_list("nombre", "pk"))
    filas = leer("demo_expedientes.csv")
    for fila in filas:
        por = personas[fila.pop("por")]
        estados = (fila.pop("estados") or "").split(" > ")
        expediente = Expediente.objects.abrir(datos_de(fila, aseguradoras), por=por)
        for estado in filter(None, estados):
            if estado == Estado.SALIDA:
                revisar_salida(expediente, por)
            Expediente.objects.cambiar_estado(expediente.no_siniestro, estado, por=por)
    return len(filas)


def revisar_salida(expediente, por):
    """Inspect the unit of an expediente that leaves on the day that was promised, and find it well."""
    datos = {
        "fecha_inspeccion": expediente.fecha_entrega,
        "hora": time(11, 30),
        "inspeccionado_por": expediente.tecnico,
        "aprobada": True,
        "marca_tipo": expediente.marca_y_modelo,
        "lugar_entrega": "Taller",
        "fecha_entrega": expediente.fecha_entrega,
        "nombre_quien_recibe": expediente.nombre_cliente,
        "items": [punto | {"valor": Valor.OK} for punto in de_plantilla()],
    }
    Checklist.objects.crear(expediente.no_siniestro, datos, por=por)


def datos_de(fila, aseguradoras):
    """Return what `abrir` takes, from a row of the file."""
    ingreso = timezone.localdate() - timedelta(days=int(fila.pop(INGRESO)))
    recibidos = (fila.pop("documentos") or "").split()
    aseguradora = fila.pop("aseguradora")
    fechas = {columna: fila.pop(columna) for columna in DESPUES}
    return {
        **fila,
        INGRESO: ingreso,
        **{columna: ingreso + timedelta(days=int(dias)) for columna, dias in fechas.items() if dias},
        **{f"doc_{documento}": True for documento in recibidos},
        "aseguradora_id": aseguradora and aseguradoras[aseguradora],
    }


def crear_solicitudes(personas):
    catalogos = (Departamento, TipoPrioridadSolicitud, TipoServicioSolicitud, Lugar)
    claves = {modelo: dict(modelo.objects.values_list("nombre", "pk")) for modelo in catalogos}
    filas = leer("demo_solicitudes.csv")
    for fila in filas:
        solicitante, aprobador = personas[fila["solicitante"]], personas[fila["aprobador"]]
        datos = {
            "solicitante_id": solicitante.pk,
            "aprobador_id": aprobador.pk,
            "departamento_id": claves[Departamento][fila["departamento"]],
            "prioridad_id": claves[TipoPrioridadSolicitud][fila["prioridad"]],
            "servicio_id": claves[TipoServicioSolicitud][fila["servicio"]],
            "asunto": fila["asunto"],
            "cantidad_pasajeros": int(fila["cantidad_pasajeros"]),
            "nombres_pasajeros": fila["nombres_pasajeros"],
            "fecha_servicio": timezone.localdate() + timedelta(days=int(fila["dias"])),
            "hora_servicio": time.fromisoformat(fila["hora"]),
            "lugares": paradas_de(fila["lugares"], claves[Lugar]),
        }
        solicitud = Solicitud.objects.crear(datos, por=solicitante)
        if fila["decision"]:
            quien = solicitante if fila["decision"] == "cancelar" else aprobador
            getattr(Solicitud.objects, fila["decision"])(solicitud.pk, por=quien, motivo=fila["motivo"])
    return len(filas)


def paradas_de(nombres, claves):
    vacia = {"descripcion": None, "hora_llegada": None, "requiere_retorno": False, "hora_retorno": None}
    return [
        {"lugar_id": claves[nombre], "orden": orden, "es_origen": orden == 0} | vacia
        for orden, nombre in enumerate(nombres.split(" > "))
    ]
