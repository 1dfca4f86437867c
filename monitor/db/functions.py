"""SQL functions that give the same result on PostgreSQL and on SQLite: folding of case and accents, search, and
order."""

import re
import unicodedata
from datetime import date
from string import ascii_lowercase, ascii_uppercase

from django.db import models
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg import sql

# --- Folding ---


def _plegados() -> dict[str, str]:
    """Map the letters of Latin-1 and Latin Extended-A to their lower case without accents, where that is one letter,
    and the combining marks to nothing."""
    folds = {chr(n): "" for n in range(0x300, 0x30D)} | {"\u0327": "", "\u0328": ""}
    for n in range(0xC0, 0x180):
        base = "".join(c for c in unicodedata.normalize("NFKD", chr(n)) if not unicodedata.combining(c)).lower()
        if len(base) == 1 and base != chr(n):
            folds[chr(n)] = base
    return folds


FOLDS = _plegados()
_TABLA = str.maketrans(FOLDS | {chr(n): chr(n + 32) for n in range(ord("A"), ord("Z") + 1)})


def fold(texto: str) -> str:
    """Return the text in lower case and without accents: «Nissan ÁVILA» becomes «nissan avila». Letters beyond Latin
    Extended-A stay as they are."""
    return texto.translate(_TABLA)


def _plegado_en_postgresql(texto: str) -> str:
    # translate() drops the characters of its first list that have no pair in the second, so those go last.
    letters = sorted(FOLDS, key=lambda c: FOLDS[c] == "")
    return f"""lower(translate({texto}, '{"".join(letters)}', '{"".join(FOLDS[c] for c in letters)}') COLLATE "C")"""


@receiver(connection_created)
def _dar_plegar_a_sqlite(connection, **kwargs):
    """Give each SQLite connection the function `plegar`. This folding can't be written in SQL there: SQLite's parser
    has no room for so many letters."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("plegar", 1, lambda t: t and fold(t), deterministic=True)


class Folded(models.Func):
    """A text that the database folds, to order by it or to search in it."""

    arity = 1
    function = "plegar"
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        return _plegado_en_postgresql(texto), tuple(params)


# These are the letters of Spanish and its neighbours. SQLite's lower() knows ASCII alone, so each of these letters is
# one call around the others, and SQLite's parser has no room for more.
_MAYUSCULAS = "ÁÉÍÓÚÜÑÇÀÈÒÏÂÊÔÃÕÄÖ"
_MINUSCULAS = str.maketrans(_MAYUSCULAS + ascii_uppercase, _MAYUSCULAS.lower() + ascii_lowercase)


def case_blind(texto: str) -> str:
    """Return the text in lower case with its accents, as `CaseBlind` does in the database."""
    return texto.translate(_MINUSCULAS)


class CaseBlind(models.Func):
    """A text in lower case that keeps its accents, for unique constraints that are blind to case. Both databases lower
    the same letters.

    It is made of the databases' own functions, so that any program may write to a table that has an index on it.
    """

    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        return f"""lower(translate({texto}, '{_MAYUSCULAS}', '{_MAYUSCULAS.lower()}') COLLATE "C")""", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        for letra in _MAYUSCULAS:
            texto = f"replace({texto}, '{letra}', '{letra.lower()}')"
        return f"lower({texto})", tuple(params)


class Lines(models.Func):
    """The text of several columns, a line each, so that no search matches across two columns. On PostgreSQL the text is
    folded here. On SQLite `Contains` folds it when it searches, because a generated column that called our function
    would keep other programs from writing to the table."""

    output_field = models.TextField()

    def as_sql(self, compiler, connection, **extra):
        texts = [f"coalesce({compiler.compile(e)[0]}, '')" for e in self.source_expressions]
        text = " || '\n' || ".join(texts)
        return _plegado_en_postgresql(text) if connection.vendor == "postgresql" else text, ()


class Contains(models.Func):
    """Whether a column contains a text, blind to case and accents and alike on both databases:
    `filter(Contains("busqueda", "avila"))`."""

    output_field = models.BooleanField()
    template = "%(expressions)s"
    arg_joiner = " LIKE "

    def __init__(self, columna, texto, **extra):
        patron = re.sub(r"([%_\\])", r"\\\1", fold(texto))
        super().__init__(columna, models.Value(f"%{patron}%", output_field=models.TextField()), **extra)

    def as_postgresql(self, compiler, connection, **extra):
        """Write the pattern into the SQL itself: a plan that is prepared for any pattern doesn't know whether this one
        is rare or common."""
        columna, params = compiler.compile(self.source_expressions[0])
        literal = sql.quote(self.source_expressions[1].value).replace("%", "%%")
        return f"{columna} LIKE {literal}", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        (columna, de_columna), (patron, de_patron) = (compiler.compile(e) for e in self.source_expressions)
        return f"plegar({columna}) LIKE {patron} ESCAPE '\\'", (*de_columna, *de_patron)


# --- Version ---


class Version(models.Func):
    """The transaction that last wrote a row (only on PostgreSQL): it changes whenever anybody writes the row. The
    expression that it takes is a column of the row's own table, not of a table that the row refers to."""

    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        return f"{compiler.quote_name_unless_alias(self.source_expressions[0].alias)}.xmin::text", ()


# --- Order ---

LAST_DAY = date.max


class DaysToLast(models.Func):
    """The days from a date to 9999-12-31, and -1 without a date. In ascending order the rows without a date come first,
    and then the newest."""

    output_field = models.IntegerField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template=f"coalesce(DATE '{LAST_DAY}' - %(expressions)s, -1)")

    def as_sqlite(self, compiler, connection, **extra):
        dias = f"CAST(julianday('{LAST_DAY}') - julianday(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=f"coalesce({dias}, -1)")
