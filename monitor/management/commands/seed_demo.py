import csv
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from catalogos.models import Aseguradora, Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from expedientes.checklist.models import Checklist, Valor, de_plantilla
from expedientes.comentarios.models import Comentario
from expedientes.estados import Estado
from expedientes.evidencias.models import Evidencia, Tipo
from expedientes.levantamientos.models import Levantamiento
from expedientes.models import Expediente
from monitor.archivos import ALMACEN
from monitor.archivos.tipos import examinar
from monitor.management.dibujos import VISTAS, Unidad, foto, papel
from monitor.origen import ahora, fingiendo
from monitor.usuarios.models import Usuario
from solicitudes.models import Solicitud

DATOS = settings.BASE_DIR / "monitor" / "datos"

# In the data file, the first is in days before today, and the others in days after the intake. The delivery is promised
# when the unit comes; the other dates are written when they come, and the insurer's comments with the first of them.
INGRESO, ENTREGA = "fecha_ingreso", "fecha_entrega"
DESPUES = ("fecha_valuacion", "fecha_autorizacion", "fecha_pzas_completas", "unidad_terminada")
COMENTARIOS = "comentarios_aseguradora"


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
        agenda = Agenda()
        expedientes = abrir_expedientes(agenda, personas)
        colgar(agenda, expedientes, personas)
        solicitudes = pedir_transporte(agenda, personas)
        agenda.cumplir()
        self.stdout.write(f"Demostración: {len(personas)} personas y {len(expedientes)} expedientes.")
        self.stdout.write(f"Demostración: {solicitudes} solicitudes de transporte.")


class Agenda:
    """The story of the shop. It is written in the order in which things happened, each with its moment."""

    def __init__(self):
        self._hechos = []
        self._hoy = timezone.now()

    def apuntar(self, dia: date, hora: time, verbo, *datos, **opciones):
        """Note something. What would come later today is happening now."""
        momento = min(timezone.make_aware(datetime.combine(dia, hora)), self._hoy)
        self._hechos.append((momento, partial(verbo, *datos, **opciones)))

    def cumplir(self):
        for momento, hecho in sorted(self._hechos, key=itemgetter(0)):
            with fingiendo(momento):
                hecho()


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


def abrir_expedientes(agenda, personas):
    """Note what each expediente went through, and return them, by number."""
    aseguradoras = dict(Aseguradora.objects.values_list("nombre", "pk"))
    expedientes = {}
    for n, fila in enumerate(leer("demo_expedientes.csv")):
        caso = expedientes[fila["no_siniestro"]] = Caso(fila, personas, aseguradoras)
        agenda.apuntar(caso.dia(0), time(9 + n % 3, 7 * n % 60), Expediente.objects.abrir, caso.al_abrir, por=caso.por)
        for dias, datos in caso.despues:
            agenda.apuntar(caso.dia(dias), time(12, 15), Expediente.objects.actualizar, caso.pk, datos, por=caso.por)
        for estado, dias in caso.estados:
            agenda.apuntar(caso.dia(dias), time(12, 30), cambiar_estado, caso.pk, estado, por=caso.por)
    return expedientes


class Caso:
    """A row of the file of expedientes: what it was opened with (`al_abrir`), and what it was given and the states that
    it came to some days later."""

    def __init__(self, fila, personas, aseguradoras):
        self.fila, self.pk, self.por = fila, fila["no_siniestro"], personas[fila["por"]]
        self.estados = [paso.split(" ") for paso in (fila["estados"] or "").split(" > ") if paso]
        de_la_demo = {"estados", "por", "documentos", "aseguradora", *DESPUES, COMENTARIOS}
        self.al_abrir = {
            **{columna: valor for columna, valor in fila.items() if columna not in de_la_demo},
            INGRESO: self.dia(0),
            ENTREGA: self.dia(fila[ENTREGA]) if fila[ENTREGA] else None,
            **{f"doc_{documento}": True for documento in (fila["documentos"] or "").split()},
            "aseguradora_id": fila["aseguradora"] and aseguradoras[fila["aseguradora"]],
        }
        self.despues = [(fila[columna], {columna: self.dia(fila[columna])}) for columna in DESPUES if fila[columna]]
        if fila[COMENTARIOS]:
            self.despues[0][1][COMENTARIOS] = fila[COMENTARIOS]

    def dia(self, dias) -> date:
        """Return the day so many days after the intake."""
        return timezone.localdate() + timedelta(days=int(dias) - int(self.fila[INGRESO]))

    @property
    def unidad(self) -> Unidad:
        vehiculo = f"{self.fila['marca']} {self.fila['modelo']}"
        return Unidad(self.pk, self.fila["placas"], vehiculo, self.fila["tipo"], self.fila["color"])


def cambiar_estado(no_siniestro, estado, *, por):
    if estado == Estado.SALIDA:
        revisar_salida(Expediente.objects.get(pk=no_siniestro), por)
    Expediente.objects.cambiar_estado(no_siniestro, estado, por=por)


def revisar_salida(expediente, por):
    """Inspect the unit of an expediente that leaves, and find it well."""
    hoy = timezone.localdate(ahora())
    datos = {
        "fecha_inspeccion": hoy,
        "hora": time(11, 30),
        "inspeccionado_por": expediente.tecnico,
        "aprobada": True,
        "marca_tipo": expediente.marca_y_modelo,
        "lugar_entrega": "Taller",
        "fecha_entrega": hoy,
        "nombre_quien_recibe": expediente.nombre_cliente,
        "items": [punto | {"valor": Valor.OK} for punto in de_plantilla()],
    }
    Checklist.objects.crear(expediente.no_siniestro, datos, por=por)


# --- What hangs from them ---


def colgar(agenda, expedientes, personas):
    for fila in leer("demo_comentarios.csv"):
        apuntar(agenda, expedientes, personas, fila, Comentario.objects.escribir, fila["comentario"])
    for fila in leer("demo_evidencia.csv"):
        apuntar(agenda, expedientes, personas, fila, guardar, expedientes[fila["no_siniestro"]].unidad, fila)
    for _, filas in groupby(leer("demo_levantamientos.csv"), key=itemgetter("no_siniestro")):
        conceptos = list(filas)
        apuntar(agenda, expedientes, personas, conceptos[0], levantar, conceptos)


def apuntar(agenda, expedientes, personas, fila, verbo, *datos):
    """Note what a row of a file tells of an expediente, so many days after its intake."""
    dia, hora = expedientes[fila["no_siniestro"]].dia(fila["dia"]), time.fromisoformat(fila["hora"])
    agenda.apuntar(dia, hora, verbo, fila["no_siniestro"], *datos, por=personas[fila["por"]])


def guardar(no_siniestro, unidad, fila, *, por):
    """Send a photo or a paper of a unit, as whoever uploads it does: first the bytes, and then the row."""
    contenido, tipo = hacer(unidad, fila)
    with ALMACEN.recibir() as entrante:
        entrante.write(contenido)
        examen = examinar(entrante.archivo)
        entrante.guardar()
        Evidencia.objects.agregar(no_siniestro, entrante, examen, nombre=fila["nombre"], tipo=tipo, por=por)


def hacer(unidad, fila) -> tuple[bytes, Tipo]:
    tomada = timezone.localtime(ahora())
    if fila["dibujo"] in VISTAS:
        return foto(fila["dibujo"], unidad, tomada, con_lugar=fila["dibujo"] == "costado"), Tipo.EVIDENCIA
    if fila["dibujo"] == "txt":
        return f"{fila['texto']}\n".encode(), Tipo.DOCUMENTO
    titulo, *lineas = fila["texto"].split(" / ")
    return papel(titulo, lineas, unidad, tomada, "PDF" if fila["dibujo"] == "pdf" else "JPEG"), Tipo.DOCUMENTO


def levantar(no_siniestro, filas, *, por):
    expediente = Expediente.objects.get(pk=no_siniestro)
    iguales = ("orden", "marca", "tipo", "modelo", "placas", "color")
    datos = {columna: getattr(expediente, columna) for columna in iguales} | {
        "fecha": timezone.localdate(ahora()),
        "nombre_propietario": expediente.nombre_cliente,
        "telefono": expediente.telefono_cliente,
        "conceptos": [{c: f[c] for c in ("claves", "concepto")} | {"costo": Decimal(f["costo"])} for f in filas],
    }
    Levantamiento.objects.crear(no_siniestro, datos, por=por)


# --- Solicitudes ---


def pedir_transporte(agenda, personas) -> int:
    """Note what became of each solicitud, and return how many they are. The days of the file are after today."""
    catalogos = (Departamento, TipoPrioridadSolicitud, TipoServicioSolicitud, Lugar)
    claves = {modelo: dict(modelo.objects.values_list("nombre", "pk")) for modelo in catalogos}
    filas = leer("demo_solicitudes.csv")
    for n, fila in enumerate(filas):
        pedido = Pedido(fila, personas, claves)
        agenda.apuntar(pedido.dia("pedida"), time(8 + n % 8, 11 * n % 60), pedido.crear)
        if fila["decision"]:
            agenda.apuntar(pedido.dia("decidida"), time(17, 7 * n % 60), pedido.decidir)
    return len(filas)


class Pedido:
    """A row of the file of solicitudes: what is asked for, and how it was decided."""

    def __init__(self, fila, personas, claves):
        self.fila, self.solicitante, self.aprobador = fila, personas[fila["solicitante"]], personas[fila["aprobador"]]
        self.datos = {
            "solicitante_id": self.solicitante.pk,
            "aprobador_id": self.aprobador.pk,
            "departamento_id": claves[Departamento][fila["departamento"]],
            "prioridad_id": claves[TipoPrioridadSolicitud][fila["prioridad"]],
            "servicio_id": claves[TipoServicioSolicitud][fila["servicio"]],
            "asunto": fila["asunto"],
            "cantidad_pasajeros": int(fila["cantidad_pasajeros"]),
            "nombres_pasajeros": fila["nombres_pasajeros"],
            "fecha_servicio": self.dia("dias"),
            "hora_servicio": time.fromisoformat(fila["hora"]),
            "lugares": paradas_de(fila["lugares"], claves[Lugar]),
        }

    def dia(self, columna) -> date:
        return timezone.localdate() + timedelta(days=int(self.fila[columna]))

    def crear(self):
        self.pk = Solicitud.objects.crear(self.datos, por=self.solicitante).pk

    def decidir(self):
        quien = self.solicitante if self.fila["decision"] == "cancelar" else self.aprobador
        getattr(Solicitud.objects, self.fila["decision"])(self.pk, por=quien, motivo=self.fila["motivo"])


def paradas_de(nombres, claves):
    vacia = {"descripcion": None, "hora_llegada": None, "requiere_retorno": False, "hora_retorno": None}
    return [
        {"lugar_id": claves[nombre], "orden": orden, "es_origen": orden == 0} | vacia
        for orden, nombre in enumerate(nombres.split(" > "))
    ]
