"""The records of the copies in the cloud: the log of the backups, and how far the export of all of them has come."""

from contextlib import AbstractContextManager

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from monitor.archivos import ALMACEN
from monitor.db.errors import is_duplicate
from monitor.db.fields import LineField
from monitor.db.functions import ClockTime
from monitor.db.writes import Author, insert
from monitor.errores import Conflicto
from monitor.usuarios.models import Usuario

EN_CURSO = "Ya hay una exportación en curso"
LARGO_DEL_DETALLE = 500
UNICA = 1  # the id of the row of the export: there is never more than one


class Tipo(models.TextChoices):
    NUBE = "Nube", "De todos"
    MANUAL = "Manual", "De uno"


class Resultado(models.TextChoices):
    EXITOSO = "Exitoso", "Exitoso"
    PARCIAL = "Parcial", "Parcial"
    ERROR = "Error", "Error"


class EstadoDeLaNube(models.TextChoices):
    ACTIVO = "Activo"
    SIN_RESPALDOS = "Sin respaldos"
    SIN_CONFIGURAR = "Sin configurar"


class RespaldoManager(models.Manager):
    def anotar(self, tipo: Tipo, resultado: Resultado, detalle: str, *, por: Author) -> "Respaldo":
        valores = {
            "tipo": tipo,
            "resultado": resultado,
            "detalle": detalle[:LARGO_DEL_DETALLE],
            "usuario_id": por.pk,
        }
        return insert(Respaldo, valores, por=por)

    def limpiar(self, *, por: Author) -> int:
        """Empty the log, and return how many rows it had."""
        por.pk  # noqa: B018  whoever may not write hears so
        return self.all().delete()[0]

    def ultimo_error(self) -> str | None:
        """Return what the last backup had to say, when it didn't go well."""
        ultimo = self.order_by("-id").values_list("resultado", "detalle").first()
        return None if ultimo is None or ultimo[0] == Resultado.EXITOSO else ultimo[1]


class Respaldo(models.Model):
    """A line of the log: a backup of an expediente, or of all of them, that was done or tried."""

    id = models.BigAutoField(primary_key=True)
    fecha = models.DateTimeField("cuándo", db_default=ClockTime(), editable=False)
    tipo = models.CharField("cuáles", max_length=10, choices=Tipo)
    resultado = models.CharField("resultado", max_length=10, choices=Resultado)
    detalle = LineField("detalle", max_length=LARGO_DEL_DETALLE)
    usuario = models.ForeignKey(
        Usuario, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="quién"
    )

    objects = RespaldoManager()

    class Meta:
        db_table = "respaldo_nube"
        verbose_name = "respaldo en la nube"
        verbose_name_plural = "respaldos en la nube"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.get_resultado_display()}: {self.detalle}"


class ExportacionManager(models.Manager):
    """The verbs of the export: who asks for one, and the worker that does it (`exportacion`)."""

    @transaction.atomic
    def pedir(self, *, por: Author) -> None:
        """Leave an export to the worker. Raise Conflicto when there is one that waits for the worker, or that a living
        one does."""
        actual = self.select_for_update().filter(pk=UNICA).first()
        if actual and actual.corriendo and not (actual.tomada and _esta_libre()):
            raise Conflicto(EN_CURSO, codigo="exportacion_en_curso")
        if actual is None:
            self._primera(por)
        else:
            self.filter(pk=UNICA).update(pedida_por=por.pk, pedida_en=Now(), **DE_NUEVO)

    def _primera(self, por):
        try:
            with transaction.atomic():
                insert(Exportacion, {"id": UNICA, "pedida_por_id": por.pk} | DE_NUEVO, por=por)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            raise Conflicto(EN_CURSO, codigo="exportacion_en_curso") from error

    def pendiente(self) -> "Exportacion | None":
        return self.select_related("pedida_por").filter(pk=UNICA, corriendo=True).first()

    def avanzar(self, **valores) -> None:
        """Write how it goes. Only who has the turn writes it."""
        self.filter(pk=UNICA).update(**valores)

    def terminar(self, error: str | None) -> None:
        self.avanzar(corriendo=False, archivo_actual=None, terminado_en=timezone.now(), error=error)


class Exportacion(models.Model):
    """The export of all the expedientes in Salida: the one that goes on, or the last. `tomada` says that a worker began
    it, and has, while it lives, the turn (`turno`)."""

    id = models.SmallIntegerField(primary_key=True, default=UNICA)
    pedida_en = models.DateTimeField("pedida", db_default=ClockTime(), editable=False)
    pedida_por = models.ForeignKey(
        Usuario, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name="pedida por"
    )
    corriendo = models.BooleanField("en curso")
    tomada = models.BooleanField("la hace un proceso")
    total = models.IntegerField("expedientes")
    procesados = models.IntegerField("expedientes vistos")
    subidas = models.IntegerField("evidencias subidas")
    fallidas = models.IntegerField("evidencias que no se pudo subir")
    archivo_actual = LineField("lo que se sube", max_length=255, null=True)
    terminado_en = models.DateTimeField("terminada", null=True)
    error = LineField("error", max_length=LARGO_DEL_DETALLE, null=True)

    objects = ExportacionManager()

    class Meta:
        db_table = "exportacion_nube"
        verbose_name = "exportación a la nube"
        verbose_name_plural = "exportaciones a la nube"

    def __str__(self):
        return f"{self.procesados} de {self.total}"


DE_NUEVO = {
    "corriendo": True,
    "tomada": False,
    "total": 0,
    "procesados": 0,
    "subidas": 0,
    "fallidas": 0,
    "archivo_actual": None,
    "terminado_en": None,
    "error": None,
}


def turno() -> AbstractContextManager[bool]:
    """Have the turn to export, if nobody alive has it, until the end of the block; give whether it is had."""
    return ALMACEN.turno("exportacion", esperar=False)


def _esta_libre() -> bool:
    with turno() as libre:
        return libre
