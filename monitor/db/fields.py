"""Columns that PostgreSQL and SQLite keep alike, whoever writes them."""

from django.db import models

from monitor.db.functions import DaysToLast
from monitor.db.search import Searchable
from monitor.textos import composed, is_visible


class Composed:
    """A text that is kept composed (NFC), whoever writes it, and is looked for composed. Where a text is required, one
    that nobody can see is none."""

    def to_python(self, value):
        """Return the text composed. Django calls this for a value that is checked, written, or looked for."""
        text = super().to_python(value)
        return composed(text) if isinstance(text, str) else text

    def validate(self, value, model_instance):
        unseen = isinstance(value, str) and not is_visible(value)
        super().validate("" if unseen and not self.blank else value, model_instance)


class LineField(Composed, models.CharField):
    """A line of text."""


class LongTextField(Composed, models.TextField):
    """A text that may have several lines."""


class MailField(Composed, models.EmailField):
    """An address of e-mail."""


class KeyField(LineField):
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


def search_column(*columns: str | models.Func) -> models.GeneratedField:
    """Return the generated column that `search` searches: the text of `columns`, of which the last two are plates and
    a telephone number (see `Searchable`)."""
    return models.GeneratedField(
        expression=Searchable(*columns), output_field=models.TextField(), db_persist=True, editable=False
    )


def order_column(fecha: str, days: type[DaysToLast] = DaysToLast) -> models.GeneratedField:
    """Return the generated column with the days from `fecha` to the last day. A row comparison of this column and the
    key reads any page of the list from one index, and has no nulls to step around."""
    return models.GeneratedField(
        expression=days(fecha), output_field=models.IntegerField(), db_persist=True, editable=False
    )
