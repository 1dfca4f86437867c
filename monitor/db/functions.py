"""SQL functions that give the same on PostgreSQL and on SQLite: folding of case and accents, search, order."""

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
    """Map each letter of Latin-1 and Latin Extended-A to its lower case without accents, and combining marks to
    nothing."""
    plegados = {chr(n): "" for n in range(0x300, 0x30D)} | {"\u0327": "", "\u0328": ""}
    for n in range(0xC0, 0x180):
        base = "".join(c for c in unicodedata.normalize("NFKD", chr(n)) if not unicodedata.combining(c)).lower()
        if len(base) == 1 and base != chr(n):
            plegados[chr(n)] = base
    return plegados


FOLDS = _plegados()
_TABLA = str.maketrans(FOLDS | {chr(n): chr(n + 32) for n in range(ord("A"), ord("Z") + 1)})


def fold(texto: str) -> str:
    """«Nissan ÁVILA» → «nissan avila»."""
    return texto.translate(_TABLA)


def _plegado_en_postgresql(texto: str) -> str:
    # translate() drops the characters of its first list that have no pair in the second.
    de = sorted(FOLDS, key=lambda c: FOLDS[c] == "")
    return f"""lower(translate({texto}, '{"".join(de)}', '{"".join(FOLDS[c] for c in de)}') COLLATE "C")"""


@receiver(connection_created)
def _dar_plegar_a_sqlite(connection, **kwargs):
    """SQLite can't write this folding in SQL: its parser has no room for so many letters."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("plegar", 1, lambda t: t and fold(t), deterministic=True)


class Folded(models.Func):
    """A text folded by the database, to order by."""

    arity = 1
    function = "plegar"
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        return _plegado_en_postgresql(texto), tuple(params)


# Spanish and its neighbours. SQLite's parser has no room for more: its lower() knows ASCII alone, and each letter here
# is one call around the others.
_MAYUSCULAS = "ÁÉÍÓÚÜÑÇÀÈÒÏÂÊÔÃÕÄÖ"
_MINUSCULAS = str.maketrans(_MAYUSCULAS + ascii_uppercase, _MAYUSCULAS.lower() + ascii_lowercase)


def case_blind(texto: str) -> str:
    """Return what `CaseBlind` gives."""
    return texto.translate(_MINUSCULAS)


class CaseBlind(models.Func):
    """A text in lower case, accents kept: for unique constraints blind to case, of the same letters on both databases.

    Made of the databases' own functions, so that any program may write to a table with an index on it.
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
    """The text of some columns, a line each so that no search matches across two: folded on PostgreSQL, as it is on
    SQLite, where `Contains` folds it (a generated column that called our function would bar other programs)."""

    output_field = models.TextField()

    def as_sql(self, compiler, connection, **extra):
        textos = [f"coalesce({compiler.compile(e)[0]}, '')" for e in self.source_expressions]
        texto = " || '\n' || ".join(textos)
        return _plegado_en_postgresql(texto) if connection.vendor == "postgresql" else texto, ()


class Contains(models.Func):
    """`filter(Contains("busqueda", "avila"))`: blind to case and accents, alike on both databases."""

    output_field = models.BooleanField()
    template = "%(expressions)s"
    arg_joiner = " LIKE "

    def __init__(self, columna, texto, **extra):
        patron = re.sub(r"([%_\\])", r"\\\1", fold(texto))
        super().__init__(columna, models.Value(f"%{patron}%", output_field=models.TextField()), **extra)

    def as_postgresql(self, compiler, connection, **extra):
        """The pattern in the SQL itself: a prepared plan for any pattern knows not whether it is rare or common."""
        columna, params = compiler.compile(self.source_expressions[0])
        literal = sql.quote(self.source_expressions[1].value).replace("%", "%%")
        return f"{columna} LIKE {literal}", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        (columna, de_columna), (patron, de_patron) = (compiler.compile(e) for e in self.source_expressions)
        return f"plegar({columna}) LIKE {patron} ESCAPE '\\'", (*de_columna, *de_patron)


# --- Version ---


class Version(models.Func):
    """The transaction that wrote a row last (PostgreSQL's alone): it changes whenever the row is written, by whomever.
    `columna` is one of the row's own, not of what it refers to."""

    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        return f"{compiler.quote_name_unless_alias(self.source_expressions[0].alias)}.xmin::text", ()


# --- Order ---

LAST_DAY = date.max


class DaysToLast(models.Func):
    """Days from a date to 9999-12-31, and -1 without one: ascending, it is «newest first, nulls before»."""

    output_field = models.IntegerField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template=f"coalesce(DATE '{LAST_DAY}' - %(expressions)s, -1)")

    def as_sqlite(self, compiler, connection, **extra):
        dias = f"CAST(julianday('{LAST_DAY}') - julianday(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=f"coalesce({dias}, -1)")
