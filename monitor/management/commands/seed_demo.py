import csv
from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from catalogos.models import Aseguradora
from expedientes.models import Expediente
from monitor.usuarios.models import Usuario

DATOS = settings.BASE_DIR / "monitor" / "datos"

# In the data file: days before today, and days after the intake.
INGRESO = "fecha_ingreso"
DESPUES = ("fecha_valuacion", "fecha_autorizacion", "fecha_pzas_completas", "unidad_terminada", "fecha_entrega")


class Command(BaseCommand):
    help = "Llena una base vacía con las personas y los expedientes de la demostración."

    @transaction.atomic
    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError("Las personas de demostración tienen claves públicas: sólo se crean con DEMO=on.")
        if Usuario.objects.exists():
            raise CommandError("La base de datos ya tiene usuarios: la demostración empieza con una vacía.")
        personas = crear_personas()
        expedientes = abrir_expedientes(personas)
        self.stdout.write(f"Demostración: {len(personas)} personas y {expedientes} expedientes.")


def leer(archivo):
    """The rows of a data file; an empty cell is None."""
    with (DATOS / archivo).open(encoding="utf-8", newline="") as texto:
        return [{columna: valor or None for columna, valor in fila.items()} for fila in csv.DictReader(texto)]


def crear_personas():
    personas = [Usuario.objects.registrar(**fila, es_demo=True) for fila in leer("demo_personas.csv")]
    # Their ids came from the file: the next user's must come after them.
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
            Expediente.objects.cambiar_estado(expediente.no_siniestro, estado, por=por)
    return len(filas)


def datos_de(fila, aseguradoras):
    """What `abrir` takes, of a row of the file."""
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
