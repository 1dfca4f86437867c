"""The numbers of expedientes, apart from the expedientes: those that nobody may give, the provisional ones, which the
system gives, and those that an expediente left when it got another."""

import re

from django.core.exceptions import ValidationError
from django.db import models

from expedientes.archivo import ExpedienteArchivado
from monitor.db.fields import KeyField
from monitor.db.functions import ClockTime
from monitor.db.queries import execute
from monitor.usuarios.models import Usuario

PROVISIONAL = re.compile(r"TALLER-\d{4}-\d{6}", re.ASCII)

# Servers hand over the path decoded, so an expediente with one of these keys, or with one of these endings, would be
# taken for another route. Some of those routes don't exist yet.
COMIENZOS_RESERVADOS = ("/", "checklist/", "levantamiento/")
CLAVES_RESERVADAS = frozenset({".", "..", "pendientes", "nube", "aseguradoras", "archivados"})
COMIENZOS_RESERVADOS = ("/", "checklist/", "levantamiento/")
FINALES_RESERVADOS = (
    "/",
    "/estado",
    "/estado/historial",
    "/no_siniestro",
    "/cambios",
    "/evidencias",
    "/respaldar",
)

SIGUIENTE = (
    "INSERT INTO numero_provisional (anio, ultimo) VALUES (%s, 1)"
    " ON CONFLICT (anio) DO UPDATE SET ultimo = numero_provisional.ultimo + 1 RETURNING ultimo"
)


def es_provisional(no_siniestro: str) -> bool:
    return PROVISIONAL.fullmatch(no_siniestro) is not None


def sin_ambiguedad(no_siniestro: str) -> None:
    if (
        no_siniestro in CLAVES_RESERVADAS
        or no_siniestro.startswith(COMIENZOS_RESERVADOS)
        or no_siniestro.endswith(FINALES_RESERVADOS)
        or "//" in no_siniestro
        or "/evidencias/" in no_siniestro
        or es_provisional(no_siniestro)
    ):
        raise ValidationError("ese No. Siniestro está reservado o sus diagonales son ambiguas", code="reservado")


class NumeroProvisionalManager(models.Manager):
    def dar(self, anio: int) -> str:
        """Return the next provisional number of a year. Whoever asks for one meanwhile waits until this transaction
        ends; when it fails, it gave none."""
        [(ultimo,)] = execute(SIGUIENTE, [anio])
        return f"TALLER-{anio:04}-{ultimo:06}"


class NumeroProvisional(models.Model):
    """The last provisional number of each year. It only grows, so that no number is given twice, whatever became of
    the expediente that had it."""

    anio = models.PositiveSmallIntegerField("año", primary_key=True)
    ultimo = models.PositiveIntegerField("último número")

    objects = NumeroProvisionalManager()

    class Meta:
        db_table = "numero_provisional"
        verbose_name = "número provisional"
        verbose_name_plural = "números provisionales"

    def __str__(self):
        return f"{self.anio}: {self.ultimo}"


class NumeroDejadoManager(models.Manager):
    def ahora_es(self, no_siniestro: str, expedientes: models.QuerySet) -> str | None:
        """Return the present number of the expediente that left this one; None when none did, when it isn't among
        `expedientes` any more, or when another one had the number after it and is archived."""
        suyo = expedientes.filter(uid=models.OuterRef("uid")).order_by().values("pk")
        de_otro = ExpedienteArchivado.objects.filter(
            no_siniestro=models.OuterRef("no_siniestro"), archivado_en__gt=models.OuterRef("dejado_en")
        )
        dejados = self.filter(no_siniestro=no_siniestro).order_by("-id")
        ultimo = dejados.values_list(models.Subquery(suyo), models.Exists(de_otro)).first()
        return ultimo[0] if ultimo and not ultimo[1] else None


class NumeroDejado(models.Model):
    """A number that the expediente with this `uid` had until it got another. Whoever asks for it hears which one
    (`ahora_es`), and whoever keeps a copy of the expedientes takes it out of there."""

    id = models.BigAutoField(primary_key=True)
    no_siniestro = KeyField("No. Siniestro", max_length=100, db_index=True)
    uid = models.UUIDField("expediente")
    dejado_en = models.DateTimeField("dejado", db_default=ClockTime(), editable=False)
    dejado_por = models.ForeignKey(Usuario, models.PROTECT, db_index=False, related_name="+", verbose_name="dejado por")

    objects = NumeroDejadoManager()

    class Meta:
        db_table = "numero_dejado"
        verbose_name = "número dejado"
        verbose_name_plural = "números dejados"
        ordering = ["-id"]
        indexes = [models.Index(fields=["dejado_en", "id"], name="numero_dejado_en_orden")]

    def __str__(self):
        return self.no_siniestro
