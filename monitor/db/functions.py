"""SQL functions that give the same result on PostgreSQL and on SQLite: folding of case and accents, search, and
order."""

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.db import connection, models
from django.db.backends.signals import connection_created
from django.db.models.lookups import Exact, In
from django.dispatch import receiver
from django.utils import timezone
from psycopg import sql

from monitor import textos

# --- Folding ---


def _literal(texto: str) -> str:
    return sql.quote(texto).replace("%", "%%")


def _translated(texto: str, table: dict[str, str]) -> str:
    return f"translate({texto}, {_literal(''.join(table))}, {_literal(''.join(table.values()))})"


def _without_case(texto: str) -> str:
    """Return the SQL of `textos.case_blind` for a decomposed text."""
    return f"replace({_translated(texto, textos.capitals())}, 'ß', 'ss')"


def _plain(texto: str) -> str:
    """Return the SQL of `textos.fold` for a decomposed text."""
    ranges = "".join(first if first == last else f"{first}-{last}" for first, last in textos.dropped())
    plain = _translated(
        f"regexp_replace({_without_case(texto)}, {_literal(f'[{ranges}]+')}, '', 'g')", textos.plain_letters()
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
            llano := regexp_replace(descompuesto, {_literal(f"[{MARKS}]+")}, '', 'g');
            {more}
            IF octet_length(llano) = length(llano) THEN RETURN lower({result}); END IF;
            RETURN {body("descompuesto")};
        END $$;"""


@receiver(connection_created)
def _dar_funciones_a_sqlite(connection, **kwargs):
    if connection.vendor == "sqlite":
        give_functions(connection.connection)


def give_functions(conexion: sqlite3.Connection) -> None:
    """Give a SQLite connection the functions that a migration creates on PostgreSQL."""
    for nombre, funcion in (
        ("sin_mayusculas", textos.case_blind),
        ("plegar", textos.fold),
        ("ordenable", textos.sort_key),
        ("compuesto", textos.composed),
        ("placas_llanas", textos.plates),
        ("plegar_busqueda", fold_searchable),
        ("dia_local", local_day),
    ):
        conexion.create_function(nombre, 1, _or_null(funcion), deterministic=True)


def _or_null(funcion):
    return lambda texto: texto if texto is None else funcion(texto)


class _OfAText(models.Func):
    """A function of one text, which SQLite has by its name and PostgreSQL as `on_postgresql` writes it. The result
    compares by code point."""

    arity = 1
    output_field = models.TextField()
    on_postgresql: str

    def as_postgresql(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        return f'({self.on_postgresql.format(texto)} COLLATE "C")', tuple(params)


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
        texto, params = compiler.compile(self.source_expressions[0])
        ascii_only = f"replace(replace(lower({texto}), ' ', ''), '-', '')"
        case = f"CASE WHEN {texto} GLOB '*[^ -~]*' THEN '{self.NOT_ASCII}' ELSE {ascii_only} END"
        return case, tuple(params) * 2


def has_plates(columna: str, placas: str) -> models.Q:
    """Return the condition that a column has these plates, whole."""
    llanas = models.Value(textos.plates(placas), output_field=models.TextField())
    if connection.vendor == "postgresql":
        return models.Q(Exact(IndexedPlates(columna), llanas))
    candidatas = In(IndexedPlates(columna), [llanas, models.Value(IndexedPlates.NOT_ASCII)])
    return models.Q(candidatas) & models.Q(Exact(Plates(columna), llanas))


# --- Searching ---

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


def fold_searchable(texto: str) -> str:
    """Return what `Searchable` is on PostgreSQL, from what it is on SQLite after AS_WRITTEN."""
    lineas, _, resto = texto.removeprefix(AS_WRITTEN).partition(PLATES)
    placas, _, telefono = resto.partition(PHONE)
    return textos.fold(lineas) + PLATES + textos.loose_plates(placas) + PHONE + textos.digits(telefono)


class Readable(models.Func):
    """A `Searchable` column, folded whole."""

    arity = 1
    output_field = models.TextField()
    template = "%(expressions)s"

    def as_sqlite(self, compiler, connection, **extra):
        folded = "CASE WHEN substr(%(expressions)s, 1, 1) = char(3) THEN plegar_busqueda(%(expressions)s)"
        return self.as_sql(compiler, connection, template=f"{folded} ELSE %(expressions)s END")


class Contains(models.Func):
    """Whether a folded text contains another, blind to case and accents and alike on both databases:
    `filter(Contains(Folded("asesor"), "avila"))`. With `after`, only what follows that mark is looked at."""

    output_field = models.BooleanField()
    template = "%(expressions)s"
    arg_joiner = " LIKE "

    def __init__(self, columna, texto, *, after: str = "", **extra):
        patron = re.sub(r"([%_\\])", r"\\\1", textos.fold(texto))
        comienzo = f"%{after}%" if after else "%"
        super().__init__(columna, models.Value(f"{comienzo}{patron}%", output_field=models.TextField()), **extra)

    def as_postgresql(self, compiler, connection, **extra):
        """Write the pattern into the SQL itself: a plan that is prepared for any pattern doesn't know whether this one
        is rare or common."""
        columna, params = compiler.compile(self.source_expressions[0])
        return f"{columna} LIKE {_literal(self.source_expressions[1].value)}", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        (columna, de_columna), (patron, de_patron) = (compiler.compile(e) for e in self.source_expressions)
        return f"{columna} LIKE {patron} ESCAPE '\\'", (*de_columna, *de_patron)


def search(filas: models.QuerySet, columna: str, texto: str) -> models.QuerySet:
    """Return the rows of which a `Searchable` column has every word of a search. On PostgreSQL an index of trigrams
    finds them. SQLite reads every row, and in the order of the table takes a third of the time that it takes in that of
    the list."""
    condiciones = [searched(columna, palabra) for palabra in textos.words(texto)]
    if connection.vendor == "postgresql":
        return filas.filter(*condiciones)
    return filas.filter(pk__in=filas.model._base_manager.filter(*condiciones).values("pk"))


def searched(columna: str, palabra: str) -> models.Q:
    """Return the condition that a `Searchable` column has a word of a search (`textos.words`): as it is, as plates are
    compared, or as a telephone number when it has no letters."""
    columna = Readable(columna)
    condicion = models.Q(Contains(columna, palabra))
    placas, telefono = textos.loose_plates(palabra), textos.digits(palabra)
    if placas not in ("", palabra) and (len(placas) <= LETTERS_OF_PLATES or any(c.isdigit() for c in palabra)):
        condicion |= models.Q(Contains(columna, placas, after=PLATES))
    if telefono not in ("", palabra) and not any(c.isalpha() for c in palabra):
        condicion |= models.Q(Contains(columna, telefono, after=PHONE))
    return condicion


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
        zona = _literal(timezone.get_default_timezone_name())
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
    """As `DaysToLast`, but in ascending order the rows without a date come last, after the oldest."""

    undated = (LAST_DAY - date.min).days + 1
