from django.db import models
from django.utils import timezone

from catalogos.models import Aseguradora
from expedientes import columnas
from expedientes.archivo import (
    AnexoArchivado,  # noqa: F401  Django looks for it here
    ExpedienteArchivado,  # noqa: F401
    archivados,
)
from expedientes.estados import ABIERTOS, EN_LA_NUBE, ESTADO_INVALIDO, TODA_EN_LA_NUBE, Estado, Ubicacion
from expedientes.historial import HistorialEstado
from expedientes.numeros import sin_ambiguedad
from expedientes.verbos import YA_EXISTE, ExpedienteManager
from monitor.cambios.registro import DE_LA_CADENA, columnas_de
from monitor.cambios.seguimiento import Seguido
from monitor.db.fields import KeyField, MailField, order_column, search_column
from monitor.db.functions import ClockTime, DaysToLastOrMore, IndexedPlates
from monitor.db.search import Beginning
from monitor.usuarios.models import Usuario
from monitor.validadores import que_se_puede_mostrar, sin_control, sin_formato

OBLIGATORIO = "El No. Siniestro es obligatorio"


def _instante(nombre):
    return models.DateTimeField(nombre, null=True, blank=True, validators=[que_se_puede_mostrar])


class Expediente(Seguido):
    """The expediente of an insurance claim for a vehicle in the shop. Its columns are the contract's, in the same
    order."""

    cambio = "El expediente cambió desde que lo leyó; vuelva a leerlo"
    versions_of = ("aseguradora",)
    computed = {EN_LA_NUBE: TODA_EN_LA_NUBE}
    se_dicen = ("ubicacion_almacenamiento",)

    no_siniestro = KeyField(
        "No. Siniestro",
        max_length=100,
        primary_key=True,
        validators=[sin_control, sin_formato, sin_ambiguedad],
        error_messages={"unique": YA_EXISTE, "blank": OBLIGATORIO, "null": OBLIGATORIO, "required": OBLIGATORIO},
    )
    factura = columnas.texto("factura")
    orden = columnas.texto("orden de trabajo")
    asesor = columnas.texto("asesor")
    fecha_ingreso = columnas.fecha("fecha de ingreso")
    fecha_valuacion = columnas.fecha("fecha de valuación")
    fecha_autorizacion = columnas.fecha("fecha de autorización")
    fecha_pzas_completas = columnas.fecha("fecha de piezas completas")
    unidad_terminada = columnas.fecha("unidad terminada")
    tecnico = columnas.texto("técnico")
    mecanico = columnas.texto("mecánico")
    vehiculo = columnas.texto_largo("vehículo")
    observaciones = columnas.texto_largo("observaciones")
    marca = columnas.texto("marca")
    placas = columnas.texto("placas")
    tipo = columnas.texto("tipo")
    color = columnas.texto("color")
    modelo = columnas.texto("modelo")
    nombre_cliente = columnas.texto("nombre del cliente")
    telefono_cliente = columnas.texto("teléfono del cliente")
    correo_cliente = MailField(
        "correo del cliente", max_length=255, null=True, blank=True, validators=[sin_control, sin_formato]
    )
    dato1 = columnas.texto("dato 1", 500)
    dato1_fecha_hora = _instante("dato 1: fecha y hora")
    dato2 = columnas.texto("dato 2", 500)
    dato2_fecha_hora = _instante("dato 2: fecha y hora")
    dato3 = columnas.texto("dato 3", 500)
    dato3_fecha_hora = _instante("dato 3: fecha y hora")
    dato4 = columnas.texto("dato 4", 500)
    dato4_fecha_hora = _instante("dato 4: fecha y hora")
    comentarios_aseguradora = columnas.texto_largo("comentarios de la aseguradora")
    comentarios_aseguradora_fh = _instante("último comentario de la aseguradora")
    # Each document was received, or it wasn't, or nobody has confirmed it.
    doc_orden_admision = columnas.bandera("orden de admisión")
    doc_identificacion = columnas.bandera("identificación oficial")
    doc_tarjeta_circulacion = columnas.bandera("tarjeta de circulación")
    doc_caratula_poliza = columnas.bandera("carátula de la póliza")
    doc_carta_reparacion = columnas.bandera("carta de autorización de reparación")
    doc_comprobante_deducible = columnas.bandera("comprobante de pago del deducible")
    doc_finiquito = columnas.bandera("finiquito")
    doc_encuesta_servicio = columnas.bandera("encuesta de servicio")
    estado = models.CharField("estado", max_length=20, choices=Estado, db_default=Estado.INGRESO, editable=False)
    ubicacion_almacenamiento = models.CharField(
        "ubicación", max_length=10, choices=Ubicacion, db_default=Ubicacion.LOCAL, editable=False
    )
    aseguradora = models.ForeignKey(
        Aseguradora,
        models.PROTECT,
        verbose_name="aseguradora",
        db_column="id_aseguradora",
        null=True,
        blank=True,
        db_index=False,  # the index expediente_por_aseguradora begins with it
        related_name="expedientes",
    )
    creado_por = models.ForeignKey(
        Usuario,
        models.PROTECT,
        verbose_name="creado por",
        db_column="creado_por",
        null=True,
        editable=False,
        related_name="+",
    )
    fecha_entrega = columnas.fecha("fecha de entrega prometida")

    en_estado_desde = models.DateTimeField("en el estado desde", db_default=ClockTime(), editable=False)
    orden_ingreso = order_column("fecha_ingreso")
    orden_en_admin = order_column("fecha_ingreso", DaysToLastOrMore)
    orden_entrega = order_column("fecha_entrega")
    busqueda = search_column(
        *("no_siniestro", "nombre_cliente", "marca", "modelo", "orden", "factura", "asesor", Beginning("vehiculo")),
        *("placas", "telefono_cliente"),
    )

    objects = ExpedienteManager()

    class Meta:
        db_table = "expediente"
        verbose_name = "expediente"
        verbose_name_plural = "expedientes"
        # With these indexes a filter of the list reads its rows in the list's order, except for the filter by plates.
        # Migration 0003 adds an index of trigrams for the search.
        indexes = [
            models.Index(fields=["orden_ingreso", "no_siniestro"], name="expediente_en_orden"),
            # The panel counts by its last two, without reading the rows.
            models.Index(
                fields=["estado", "orden_ingreso", "no_siniestro", "aseguradora", "fecha_entrega"],
                name="expediente_por_estado",
            ),
            models.Index(fields=["aseguradora", "orden_ingreso", "no_siniestro"], name="expediente_por_aseguradora"),
            models.Index(
                fields=["ubicacion_almacenamiento", "orden_ingreso", "no_siniestro"], name="expediente_por_ubicacion"
            ),
            models.Index(IndexedPlates("placas"), name="expediente_por_placas"),
            # The filters of the admin's list pass over what they don't show without reading the rows.
            models.Index(
                fields=[
                    *("orden_en_admin", "no_siniestro"),
                    *("estado", "aseguradora", "ubicacion_almacenamiento", "fecha_entrega"),
                ],
                name="expediente_en_admin",
            ),
            models.Index(fields=["orden_entrega", "no_siniestro"], name="expediente_por_entrega"),
            models.Index(fields=["en_estado_desde", "no_siniestro"], name="expediente_por_dias_en_estado"),
        ]
        constraints = [
            models.CheckConstraint(
                name="expediente_estado_valido",
                condition=models.Q(estado__in=Estado.values),
                violation_error_message=ESTADO_INVALIDO,
            ),
            models.CheckConstraint(
                name="expediente_ubicacion_valida",
                condition=models.Q(ubicacion_almacenamiento__in=Ubicacion.values),
                violation_error_message="Ubicación inválida. Valores permitidos: Local, Nube",
            ),
            models.CheckConstraint(
                name="expediente_con_no_siniestro",
                condition=~models.Q(no_siniestro=""),
                violation_error_message=OBLIGATORIO,
            ),
        ]

    def __str__(self):
        return self.no_siniestro

    @property
    def marca_y_modelo(self) -> str:
        return " ".join(filter(None, (self.marca, self.modelo)))

    @property
    def esta_abierto(self) -> bool:
        """Return whether the unit hasn't left."""
        return self.estado in ABIERTOS

    @property
    def esta_atrasado(self) -> bool:
        """Return whether it was promised for a day that is past."""
        return self.esta_abierto and self.fecha_entrega is not None and self.fecha_entrega < timezone.localdate()

    @property
    def dias_en_el_estado(self) -> int:
        """Return how many days ago, by the calendar of the shop, it came to its state."""
        return (timezone.localdate() - timezone.localdate(self.en_estado_desde)).days

    @property
    def documentos_que_faltan(self) -> int:
        return sum(getattr(self, documento) is not True for documento in self.DOCUMENTOS)

    @classmethod
    def archivados(cls):
        return archivados(HistorialEstado)


Expediente.DOCUMENTOS = tuple(c.name for c in Expediente._meta.concrete_fields if c.name.startswith("doc_"))
# These are the columns that people read, as fields. The others are for the server itself.
Expediente.LEGIBLES = tuple(campo for campo in columnas_de(Expediente) if campo.name not in DE_LA_CADENA)
# These are the columns that people write. The others belong to the server.
Expediente.EDITABLES = tuple(campo.attname for campo in columnas_de(Expediente) if campo.editable)
