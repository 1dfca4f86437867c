"""Annexes: the rows that hang from an expediente (comments, surveys, checklists, and what other modules add).

An annex refers to the identity of its expediente, which no change of number touches. It has a chain and a version of
its own, so that writing it moves nothing of the expediente. It goes to the archive and comes back with it
(`archivo.colgantes`), and one that is deleted goes there by itself.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import models, transaction

from expedientes.archivo import anexos_archivados, archivar_anexo
from expedientes.models import Expediente
from expedientes.verbos import NO_ENCONTRADO
from monitor.cambios.cadena import Encadenado
from monitor.cambios.registro import anotar, cambiar_tomada, crear, exigir_visto
from monitor.db.queries import CompiledQuery, Param
from monitor.db.versions import Seen
from monitor.db.writes import Author
from monitor.errores import DatosInvalidos, ErrorDeDominio, NoEncontrado

OTRO_EXPEDIENTE = "No se puede cambiar de expediente"

_retenido = CompiledQuery(
    lambda: Expediente.objects.filter(pk=Param("no_siniestro", Expediente._meta.pk)).order_by().values_list("uid"),
    hold=True,
)


class AnexoManager(models.Manager):
    """The parts that the verbs of every annex are made of."""

    def retener(self, no_siniestro: str) -> UUID:
        """Return the identity of an expediente, which nobody archives until the transaction ends. Raise the error of
        `sin_expediente` when there is none."""
        filas = _retenido.rows(no_siniestro=no_siniestro)
        if not filas:
            raise self.model.sin_expediente()
        return filas[0][0]

    @transaction.atomic
    def crear(self, no_siniestro: str, datos: dict, *, por: Author) -> "Anexo":
        """Hang a new annex from the expediente with this number, and return it."""
        return crear(self.model, {"expediente_id": self.retener(no_siniestro)} | datos, por=por)

    @transaction.atomic
    def actualizar(
        self, pk: int, datos: dict, *, por: Author, visto: Seen | None = None, no_siniestro: str | None = None
    ) -> "Anexo":
        """Write only what is in `datos` and differs, and return the annex as it is then. Raise DatosInvalidos when its
        writer takes it for one of the expediente `no_siniestro`, and it is another's."""
        anexo = self.tomar(pk, visto, no_siniestro)
        distintos = distintos_en(anexo, datos)
        return cambiar_tomada(anexo, distintos, por=por) if distintos else anexo

    @transaction.atomic
    def eliminar(self, pk: int, *, por: Author, visto: Seen | None = None) -> "Anexo":
        """Take an annex out of the live tables, and return it as it was; its copy goes to the archive."""
        anexo = self.tomar(pk, visto)
        dicho = anotar(anexo, {}, {"eliminado": True}, por=por)
        archivar_anexo(dicho, anexo.expediente_id, por=por)
        return anexo

    def tomar(self, pk: int, visto: Seen | None = None, no_siniestro: str | None = None) -> "Anexo":
        """Return an annex, locked. Raise NoEncontrado, DatosInvalidos when it isn't of the expediente `no_siniestro`,
        or Desactualizado when it isn't what its writer saw."""
        anexo = self.select_for_update(no_key=True).filter(pk=pk).first()
        if anexo is None:
            raise NoEncontrado(self.model.no_encontrado)
        if no_siniestro is not None and not self.filter(pk=pk, expediente__no_siniestro=no_siniestro).exists():
            raise DatosInvalidos(OTRO_EXPEDIENTE, codigo="otro_expediente")
        exigir_visto(anexo, visto)
        return anexo


def uids_de(modelo: type["Anexo"], expediente: UUID) -> models.QuerySet:
    """Return the query of the `uid` of the annexes of a model that the expediente with this identity has."""
    return modelo._base_manager.filter(expediente=expediente).order_by().values_list("uid")


def distintos_en(fila: models.Model, datos: dict) -> dict:
    """Return those of the values, by attname, that the row hasn't."""
    return {columna: valor for columna, valor in datos.items() if getattr(fila, columna) != valor}


class Anexo(Encadenado):
    """A row that hangs from an expediente. A subclass has its own sentence for one that isn't there."""

    no_encontrado: str

    id = models.BigAutoField(primary_key=True)
    expediente = models.ForeignKey(
        Expediente,
        models.PROTECT,
        to_field="uid",
        db_column="expediente_uid",
        related_name="%(class)ss",
        editable=False,
        verbose_name="expediente",
    )

    objects = AnexoManager()

    class Meta:
        abstract = True
        ordering = ["-id"]

    @classmethod
    def sin_expediente(cls) -> ErrorDeDominio:
        """Return the error of whoever names an expediente that isn't there."""
        return NoEncontrado(NO_ENCONTRADO)

    @classmethod
    def archivados(cls) -> Iterable[tuple]:
        return anexos_archivados(cls)
