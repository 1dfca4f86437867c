"""Rows that other systems keep a copy of: they ask what was written since they last asked, and miss nothing
(docs/adr/0016)."""

from datetime import datetime

from django.db import models

from monitor.cambios.cadena import Encadenado
from monitor.cambios.models import Actualizacion
from monitor.db.frontier import millisecond_of, visible_until
from monitor.db.triggers import Followed

# By the moment of their last writing. The uid is there twice: this one is in the index.
EN_ORDEN = ("actualizacion__momento", "actualizacion__uid")


class _ByUid(models.ForeignObject):
    """The way from a row to what another table keeps of its `uid`: a join that neither migrations nor forms know of."""

    def contribute_to_class(self, cls, name, private_only=False, **kwargs):
        super().contribute_to_class(cls, name, private_only=True, **kwargs)


class Seguido(Followed, Encadenado):
    actualizacion = _ByUid(
        Actualizacion, models.DO_NOTHING, from_fields=["uid"], to_fields=["uid"], related_name="+", editable=False
    )

    class Meta:
        abstract = True


def actualizadas(filas: models.QuerySet, desde: datetime | None) -> tuple[models.QuerySet, datetime]:
    """Return those of the rows that were written at that moment or later, and the moment from which to ask the next
    time (see `escritas_desde`)."""
    de_su_tabla = filas.filter(actualizacion__objeto=filas.model._meta.db_table)
    [filas], hasta = escritas_desde(desde, (de_su_tabla, Actualizacion, "actualizacion__momento"))
    return filas, hasta


def escritas_desde(
    desde: datetime | None, *fuentes: tuple[models.QuerySet, type[models.Model], str]
) -> tuple[list[models.QuerySet], datetime]:
    """Return, for each (rows, table, moment), those of the rows whose moment, which the table keeps, is `desde` or
    later; and the moment from which to ask the next time. What is written afterwards isn't among them, even when it
    could be seen already."""
    hasta = visible_until(*(tabla for _, tabla, _ in fuentes))
    return [_entre(filas, momento, desde, hasta) for filas, _, momento in fuentes], hasta


def _entre(filas, momento, desde, hasta) -> models.QuerySet:
    limites = {f"{momento}__lt": hasta} | ({f"{momento}__gte": millisecond_of(desde)} if desde else {})
    return filas.filter(**limites)
