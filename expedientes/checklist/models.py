import re
from collections.abc import Sequence

from django.db import models

from expedientes import columnas
from expedientes.anexos.models import Anexo
from expedientes.anexos.partes import ConPartesManager, Parte
from expedientes.checklist.plantilla import PUNTOS
from expedientes.models import Expediente
from monitor.db.fields import LongTextField
from monitor.errores import Conflicto, DatosInvalidos
from monitor.textos import case_blind, is_visible
from monitor.validadores import sin_control

NO_ENCONTRADO = "Checklist no encontrado"
ITEM_NO_ENCONTRADO = "Item no encontrado"
REPETIDO = "Ese punto ya está en el checklist"
SIN_PUNTO = "sistema o nombre_item es requerido"
LARGO, FIRMA_MAXIMA = 10_000, 200_000
FIRMA_DIBUJADA = re.compile(r"data:image/png;base64,([A-Za-z0-9+/]+={0,2})", re.ASCII)


class Valor(models.TextChoices):
    OK = "OK", "OK: bien"
    RE = "RE", "RE: reparar"
    MA = "MA", "MA: mal"
    NA = "NA", "NA: no aplica"


class ChecklistManager(ConPartesManager):
    """The verbs of checklists. Each locks the expediente first: whether it may leave is judged under the same lock
    (`expedientes.salida`)."""

    def retener(self, no_siniestro):
        uid = self._expedientes().filter(pk=no_siniestro).values_list("uid", flat=True).first()
        if uid is None:
            raise self.model.sin_expediente()
        return uid

    def tomar(self, pk, visto=None, no_siniestro=None):
        self._expedientes().filter(checklists=pk).values_list("uid", flat=True).first()
        return super().tomar(pk, visto, no_siniestro)

    def exigir(self, partes):
        super().exigir(partes)
        if any(sin_punto(parte) for parte in partes):
            raise DatosInvalidos(SIN_PUNTO, codigo="faltan_campos")
        if repetido_en(partes) is not None:
            raise Conflicto(REPETIDO, codigo="ya_existe")

    def _expedientes(self):
        return Expediente.objects.select_for_update(no_key=True, of=("self",))


def sin_punto(item: dict) -> bool:
    """Return whether an item says nothing of what was inspected."""
    return not any(is_visible(item.get(columna) or "") for columna in ("sistema", "nombre_item"))


def punto_de(item: dict) -> tuple[str, ...]:
    """Return what tells the point of an item from another: its names, blind to case and to how they are spaced, which
    nobody sees on paper."""
    return tuple(" ".join(case_blind(item.get(columna) or "").split()) for columna in ("sistema", "nombre_item"))


def repetido_en(items: Sequence[dict]) -> int | None:
    """Return the place of the first item whose point another before it has; None when there is none."""
    vistos = set()
    for lugar, item in enumerate(items):
        punto = punto_de(item)
        if punto in vistos:
            return lugar
        vistos.add(punto)
    return None


def de_plantilla() -> list[dict]:
    """Return the points of our form as items that nobody has marked."""
    return [{"sistema": sistema, "nombre_item": punto, "valor": None} for sistema, punto in PUNTOS]


class Checklist(Anexo):
    """The inspection of a unit before it leaves."""

    cambio = "El checklist cambió desde que lo leyó; vuelva a leerlo"
    no_encontrado = NO_ENCONTRADO

    fecha_inspeccion = columnas.fecha("fecha de inspección")
    hora = models.TimeField("hora", null=True, blank=True)
    inspeccionado_por = columnas.texto("inspeccionado por")
    ubicacion = columnas.texto("ubicación")
    aprobada = columnas.bandera("aprobada")
    detallado = columnas.bandera("detallado")
    carroceo_asignado = columnas.texto("hojalatero asignado")
    mecanico_asignado = columnas.texto("mecánico asignado")
    pintor = columnas.texto("pintor")
    area_detallado = columnas.texto("área de detallado")
    marca_tipo = columnas.texto("marca y tipo")
    anio = columnas.texto("año")
    serie = columnas.texto("serie")
    areas_danadas = columnas.texto_largo("áreas dañadas", LARGO)
    a = columnas.bandera("A")
    t = columnas.bandera("T")
    fecha_vencimiento_seguro = columnas.fecha("vencimiento del seguro")
    deducible = columnas.dinero("deducible")
    demerito = columnas.dinero("demérito")
    lugar_entrega = columnas.texto("lugar de entrega")
    fecha_entrega = columnas.fecha("fecha de entrega")
    nombre_quien_recibe = columnas.texto("nombre de quien recibe")
    firma_quien_recibe = LongTextField(
        "firma de quien recibe", max_length=FIRMA_MAXIMA, null=True, blank=True, validators=[sin_control]
    )
    observaciones_adicionales = columnas.texto_largo("observaciones adicionales", LARGO)

    objects = ChecklistManager()

    class Meta(Anexo.Meta):
        db_table = "checklist"
        verbose_name = "checklist de salida"
        verbose_name_plural = "checklists de salida"

    def __str__(self):
        return f"Checklist {self.pk}"

    @classmethod
    def parte(cls) -> type[Parte]:
        return ChecklistItem


class ChecklistItem(Parte):
    """A point that was inspected, and how it was found."""

    cambio = "El punto cambió desde que lo leyó; vuelva a leerlo"
    duena, lista = "checklist", "items"
    no_encontrada = ITEM_NO_ENCONTRADO

    checklist = models.ForeignKey(
        Checklist, models.PROTECT, db_column="id_checklist", related_name="items", editable=False
    )
    sistema = columnas.texto("sistema")
    nombre_item = columnas.texto("punto")
    valor = models.CharField("valor", max_length=2, choices=Valor, null=True, blank=True)

    class Meta(Parte.Meta):
        db_table = "checklist_item"
        verbose_name = "punto"
        verbose_name_plural = "puntos"

    def __str__(self):
        return self.nombre_item or self.sistema or ""
