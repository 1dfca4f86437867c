"""Columns that PostgreSQL and SQLite keep alike, whoever writes them."""

from django.db import models

from monitor.db.functions import DaysToLast, Lines


class KeyField(models.CharField):
    """A text column that sorts and compares by code point. SQLite does so by itself; on PostgreSQL the column has the
    collation "C"."""

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters

    def get_prep_value(self, value):
        """Return the empty text for a key with NUL. No row has such a key, but PostgreSQL raises an error when it is
        asked for one; no row has the empty key either."""
        prepared = super().get_prep_value(value)
        return "" if prepared and "\0" in prepared else prepared


def search_column(*columnas: str) -> models.GeneratedField:
    """Return the generated column that `Contains` searches: the text of `columnas`, a line each."""
    return models.GeneratedField(
        expression=Lines(*columnas), output_field=models.TextField(), db_persist=True, editable=False
    )


def order_column(fecha: str) -> models.GeneratedField:
    """Return the generated column with the days from `fecha` to the last day (see `DaysToLast`). A row comparison of
    this column and the key reads any page of the list from one index, and has no nulls to step around."""
    return models.GeneratedField(
        expression=DaysToLast(fecha), output_field=models.IntegerField(), db_persist=True, editable=False
    )
