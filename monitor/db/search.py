"""Searching in texts by pieces of words, alike on PostgreSQL and on SQLite."""

import re

from django.db import connection, models

from monitor import textos
from monitor.db.functions import literal

LETTERS_OF_PLATES = 4  # the most of them together: a longer word without digits isn't a piece of plates
PLATES, PHONE = "\1", "\2"  # what follows in a searchable text; nobody may type them
AS_WRITTEN = "\3"  # what begins a searchable text that SQLite couldn't fold by itself


class Lines(models.Func):
    """The text of several columns, a line each, so that no search matches across two columns; folded."""

    output_field = models.TextField()

    def as_sql(self, compiler, connection, **extra):
        lines = self._lines([compiler.compile(e)[0] for e in self.source_expressions])
        return f'plegar(({lines}) COLLATE "C")' if connection.vendor == "postgresql" else f"plegar({lines})", ()

    def _lines(self, columns):
        return " || '\n' || ".join(f"coalesce({column}, '')" for column in columns)


class Beginning(models.Func):
    """The first 500 letters of a long text: what is searched of it, because an index of all of it would have no end."""

    template = "substr(%(expressions)s,1,500)"  # Django reads SQLite's columns by splitting at a comma and a blank
    arity = 1
    output_field = models.TextField()


class Searchable(Lines):
    """The text of several columns, as `Lines`, and at its end that of the last two once more: plates as they are
    searched, after PLATES, and the digits of a telephone number, after PHONE.

    On SQLite it is made of SQLite's own functions, so that any program may write to the table. They fold what is
    written in Spanish; any other text is kept as it was written, after AS_WRITTEN, and `Readable` folds it."""

    def as_sql(self, compiler, connection, **extra):
        *columns, phone = [compiler.compile(e)[0] for e in self.source_expressions]
        lines, plates, phone = self._lines(columns), f"coalesce({columns[-1]}, '')", f"coalesce({phone}, '')"
        if connection.vendor == "sqlite":
            return _searchable_on_sqlite(lines, plates, phone), ()
        lines, plates, phone = (f'plegar(({text}) COLLATE "C")' for text in (lines, plates, phone))
        digits = f"regexp_replace({phone}, '[^0-9]', '', 'g')"
        return f"{lines} || chr(1) || translate({plates}, 'oi -', '01') || chr(2) || {digits}", ()


AROUND_DIGITS = " ().+-"  # in telephone numbers


def _searchable_on_sqlite(lines: str, plates: str, phone: str) -> str:
    def without(text: str, letters: str) -> str:
        return _replaced(text, dict.fromkeys(letters, ""))

    spanish = "".join(letter for letter, _ in textos.DEL_ESPANOL)
    strange = f"{lines} GLOB '*[^ -~{spanish}' || char(9,10,13) || ']*' OR {phone} GLOB '*[^0-9{AROUND_DIGITS}]*'"
    as_written = f"char(3) || {lines} || char(1) || {plates} || char(2) || {phone}"
    loose = _replaced(without(_spanish_folded(plates), " -"), {"o": "0", "i": "1"})
    folded = f"{_spanish_folded(lines)} || char(1) || {loose} || char(2) || {without(phone, AROUND_DIGITS)}"
    return f"CASE WHEN {strange} THEN {as_written} ELSE {folded} END"


def _spanish_folded(text: str) -> str:
    """Return SQLite's SQL of `textos.fold` for a text that is ASCII but for the letters of Spanish."""
    return f"lower({_replaced(text, dict(textos.DEL_ESPANOL))})"


def _replaced(text: str, table: dict[str, str]) -> str:
    for letter, other in table.items():
        text = f"replace({text},'{letter}','{other}')"  # without blanks, because Django splits SQLite's columns at ", "
    return text


def fold_searchable(text: str) -> str:
    """Return what `Searchable` is on PostgreSQL, from what it is on SQLite after AS_WRITTEN."""
    lines, _, rest = text.removeprefix(AS_WRITTEN).partition(PLATES)
    plates, _, phone = rest.partition(PHONE)
    return textos.fold(lines) + PLATES + textos.loose_plates(plates) + PHONE + textos.digits(phone)


class Readable(models.Func):
    """A `Searchable` column, folded whole."""

    arity = 1
    output_field = models.TextField()
    template = "%(expressions)s"

    def as_sqlite(self, compiler, connection, **extra):
        folded = "CASE WHEN substr(%(expressions)s, 1, 1) = char(3) THEN plegar_busqueda(%(expressions)s)"
        return self.as_sql(compiler, connection, template=f"{folded} ELSE %(expressions)s END")


class Contains(models.Func):
    """A condition: a folded text contains another, blind to case and accents and alike on both databases:
    `filter(Contains(Folded("asesor"), "avila"))`. With `after`, only what follows that mark is looked at."""

    output_field = models.BooleanField()
    template = "%(expressions)s"
    arg_joiner = " LIKE "

    def __init__(self, column, text, *, after: str = "", **extra):
        pattern = re.sub(r"([%_\\])", r"\\\1", textos.fold(text))
        start = f"%{after}%" if after else "%"
        super().__init__(column, models.Value(f"{start}{pattern}%", output_field=models.TextField()), **extra)

    def as_postgresql(self, compiler, connection, **extra):
        """Write the pattern into the SQL itself: a plan that is prepared for any pattern doesn't know whether this one
        is rare or common."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} LIKE {literal(self.source_expressions[1].value)}", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        (column, column_params), (pattern, pattern_params) = (compiler.compile(e) for e in self.source_expressions)
        return f"{column} LIKE {pattern} ESCAPE '\\'", (*column_params, *pattern_params)


def search(rows: models.QuerySet, column: str, text: str) -> models.QuerySet:
    """Return the rows of which a `Searchable` column has every word of a search. On PostgreSQL an index of trigrams
    finds them. SQLite reads every row, and in the order of the table takes a third of the time that it takes in that of
    the list."""
    conditions = [searched(column, word) for word in textos.words(text)]
    if connection.vendor == "postgresql":
        return rows.filter(*conditions)
    return rows.filter(pk__in=rows.model._base_manager.filter(*conditions).values("pk"))


def searched(column: str, word: str) -> models.Q:
    """Return the condition that a `Searchable` column has a word of a search (`textos.words`): as it is, as plates are
    compared, or as a telephone number when it has no letters."""
    column = Readable(column)
    condition = models.Q(Contains(column, word))
    plates, phone = textos.loose_plates(word), textos.digits(word)
    if plates not in ("", word) and (len(plates) <= LETTERS_OF_PLATES or any(c.isdigit() for c in word)):
        condition |= models.Q(Contains(column, plates, after=PLATES))
    if phone not in ("", word) and not any(c.isalpha() for c in word):
        condition |= models.Q(Contains(column, phone, after=PHONE))
    return condition
