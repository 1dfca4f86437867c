"""SQL functions that give the same result on PostgreSQL and on SQLite: folding of case and accents, identity, moments
and order."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from django.db import connection, models
from django.db.models.lookups import Exact, In
from django.utils import timezone
from psycopg import sql

from monitor import textos

# --- Folding ---


def literal(text: str) -> str:
    """Return a text as PostgreSQL's SQL has it where there are parameters."""
    return sql.quote(text).replace("%", "%%")


def _translated(text: str, table: dict[str, str]) -> str:
    return f"translate({text}, {literal(''.join(table))}, {literal(''.join(table.values()))})"


def _without_case(text: str) -> str:
    """Return the SQL of `textos.case_blind` for a decomposed text."""
    return f"replace({_translated(text, textos.capitals())}, 'ß', 'ss')"


def _plain(text: str) -> str:
    """Return the SQL of `textos.fold` for a decomposed text."""
    ranges = "".join(first if first == last else f"{first}-{last}" for first, last in textos.dropped())
    plain = _translated(
        f"regexp_replace({_without_case(text)}, {literal(f'[{ranges}]+')}, '', 'g')", textos.plain_letters()
    )
    for letter, others in textos.VARIAS.items():
        plain = f"replace({plain}, '{letter}', '{others}')"
    return plain


# What an accent of Spanish is once its letter is decomposed, among the accents of others. U+0345, which has a capital,
# isn't one of these.
MARKS = "\u0300-\u0344\u0346-\u036f"


def functions_sql() -> str:
    """Return the SQL that creates our functions on PostgreSQL, `sin_mayusculas` and `plegar`.

    Each is whole in itself and depends on no collation, so that a restored copy, which begins without a search path,
    can compute its generated columns and indexes. PostgreSQL looks for each letter in the whole table of `translate`,
    so a text that is ASCII, or that is once it has no accents, as almost all are in Spanish, doesn't go that way.
    """
    quotes = (
        f"IF octet_length(llano) > length(llano) THEN llano := {_translated('llano', textos.plain_letters())}; END IF;"
    )
    return _function("sin_mayusculas", "", "descompuesto", _without_case) + _function("plegar", quotes, "llano", _plain)


def _function(name: str, more: str, result: str, body: Callable[[str], str]) -> str:
    """Return the SQL of one function. `more` makes `llano` plainer, and `result` is what remains when that is ASCII;
    for any other text, `body` has the rule."""
    return f"""
        CREATE OR REPLACE FUNCTION {name}(texto text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
        DECLARE
            descompuesto text COLLATE "C"; llano text COLLATE "C";
        BEGIN
            IF octet_length(texto) = length(texto) THEN RETURN lower(texto COLLATE "C"); END IF;
            descompuesto := normalize(texto, NFKD);
            llano := regexp_replace(descompuesto, {literal(f"[{MARKS}]+")}, '', 'g');
            {more}
            IF octet_length(llano) = length(llano) THEN RETURN lower({result}); END IF;
            RETURN {body("descompuesto")};
        END $$;"""


class _OfAText(models.Func):
    """A function of one text, which SQLite has by its name and PostgreSQL as `on_postgresql` writes it. The result
    compares by code point."""

    arity = 1
    output_field = models.TextField()
    on_postgresql: str

    def as_postgresql(self, compiler, connection, **extra):
        text, params = compiler.compile(self.source_expressions[0])
        return f'({self.on_postgresql.format(text)} COLLATE "C")', tuple(params)


class Folded(_OfAText):
    """A text that the database folds to search in it (`textos.fold`)."""

    function = "plegar"
    on_postgresql = "plegar({})"


class Sorted(_OfAText):
    """A text as lists by name are sorted (`textos.sort_key`)."""

    function = "ordenable"
    on_postgresql = (
        f"plegar(replace(replace(normalize({{}}, NFC), 'ñ', '{textos.LETRA_TRAS_LA_N}'),"
        f" 'Ñ', '{textos.LETRA_TRAS_LA_N}'))"
    )


class CaseBlind(_OfAText):
    """A text without capitals that keeps its accents, for unique constraints that are blind to case
    (`textos.case_blind`)."""

    function = "sin_mayusculas"
    on_postgresql = "sin_mayusculas({})"


class Kept(_OfAText):
    """A text as it is kept (`textos.composed`)."""

    function = "compuesto"
    on_postgresql = "normalize({}, NFC)"


class Plates(_OfAText):
    """Plates as they are compared (`textos.plates`)."""

    function = "placas_llanas"
    on_postgresql = "translate(plegar({}), ' -', '')"


class IndexedPlates(Plates):
    """Plates as an index has them. On SQLite these are SQLite's own functions, so that any program may write to the
    table, and `NOT_ASCII` stands for plates with other letters, which `has_plates` folds as it reads them."""

    NOT_ASCII = "*"

    def as_sqlite(self, compiler, connection, **extra):
        text, params = compiler.compile(self.source_expressions[0])
        ascii_only = f"replace(replace(lower({text}), ' ', ''), '-', '')"
        case = f"CASE WHEN {text} GLOB '*[^ -~]*' THEN '{self.NOT_ASCII}' ELSE {ascii_only} END"
        return case, tuple(params) * 2


def has_plates(column: str, plates: str) -> models.Q:
    """Return the condition that a column has these plates, whole."""
    plain = models.Value(textos.plates(plates), output_field=models.TextField())
    if connection.vendor == "postgresql":
        return models.Q(Exact(IndexedPlates(column), plain))
    candidates = In(IndexedPlates(column), [plain, models.Value(IndexedPlates.NOT_ASCII)])
    return models.Q(candidates) & models.Q(Exact(Plates(column), plain))


# --- Identity ---


class RandomUUID(models.Func):
    """A random UUID, as each database keeps one."""

    arity = 0
    output_field = models.UUIDField()

    def as_postgresql(self, compiler, connection, **extra):
        return "gen_random_uuid()", ()

    def as_sqlite(self, compiler, connection, **extra):
        return "(lower(hex(randomblob(16))))", ()


class ClockTime(models.Func):
    """The moment at which the database writes a row. PostgreSQL's own default would be that at which the transaction
    began. SQLite tells milliseconds; the microsecond that is added lets Django write each of them in one way alone, so
    that texts compare as moments do."""

    arity = 0
    output_field = models.DateTimeField()
    SQL = {"postgresql": "clock_timestamp()", "sqlite": "(strftime('%Y-%m-%d %H:%M:%f001', 'now'))"}

    def as_postgresql(self, compiler, connection, **extra):
        return self.SQL["postgresql"], []  # Django adds it to other lists

    def as_sqlite(self, compiler, connection, **extra):
        return self.SQL["sqlite"].replace("%", "%%"), []


class LocalDay(models.Func):
    """The number of the day of a moment in the shop's time zone: the difference of two is in days. On SQLite, Django's
    own way to the date (`__date`) takes five times as long."""

    arity = 1
    output_field = models.IntegerField()

    def as_postgresql(self, compiler, connection, **extra):
        momento, params = compiler.compile(self.source_expressions[0])
        zona = literal(timezone.get_default_timezone_name())
        return f"(({momento} AT TIME ZONE {zona})::date - DATE '{date.min}' + 1)", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="dia_local")


def local_day(momento: str) -> int:
    """Return what `LocalDay` is, from a moment as SQLite keeps it."""
    return datetime.fromisoformat(momento).replace(tzinfo=UTC).astimezone(timezone.get_default_timezone()).toordinal()


# --- Order ---

LAST_DAY = date.max


class DaysToLast(models.Func):
    """The days from a date to 9999-12-31, and -1 without a date. In ascending order the rows without a date come first,
    and then the newest; in descending order the oldest come first, and those without a date last."""

    output_field = models.IntegerField()
    undated = -1

    def as_postgresql(self, compiler, connection, **extra):
        days = f"DATE '{LAST_DAY}' - %(expressions)s"
        return self.as_sql(compiler, connection, template=f"coalesce({days}, {self.undated})")

    def as_sqlite(self, compiler, connection, **extra):
        days = f"CAST(julianday('{LAST_DAY}') - julianday(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=f"coalesce({days}, {self.undated})")


class DaysToLastOrMore(DaysToLast):
    """The days of `DaysToLast`, with which in ascending order the rows without a date come last, after the oldest."""

    undated = (LAST_DAY - date.min).days + 1
