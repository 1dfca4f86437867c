"""Columns that PostgreSQL and SQLite keep alike, whoever writes them."""

from django.db import models

from monitor.db.functions import DaysToLast, Lines


class KeyField(models.CharField):
    """Text that sorts and compares by code point: SQLite's way; on PostgreSQL its collation "C"."""

    def db_parameters(self, connection):
        parametros = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parametros["collation"] = "C"
        return parametros

    def get_prep_value(self, value):
        """A key with NUL is nobody's, but PostgreSQL can't be asked: the empty one, which no row has, stands for it."""
        valor = super().get_prep_value(value)
        return "" if valor and "\0" in valor else valor


def search_column(*columnas: str) -> models.GeneratedField:
    """The column that `Contains` searches."""
    return models.GeneratedField(
        expression=Lines(*columnas), output_field=models.TextField(), db_persist=True, editable=False
    )


def order_column(fecha: str) -> models.GeneratedField:
    """A row comparison of (this, key) answers any page from one index, with no nulls to step around."""
    return models.GeneratedField(
        expression=DaysToLast(fecha), output_field=models.IntegerField(), db_persist=True, editable=False
    )
