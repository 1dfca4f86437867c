"""SQL that Django compiles once and the process runs many times.

Compiling a query over the 45 columns of an expediente costs more than running it (docs/adr/0002). Here a queryset
is compiled at its first use, with `Parametro` where a value will come, and its SQL is kept: the ORM still writes it,
for both databases. `escrituras` does the same for writes.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from django.db import DEFAULT_DB_ALIAS, connection, connections, models


def ejecutar(sql: str, params: Sequence) -> list[tuple]:
    """All its rows. Raises Django's errors.

    Django's cursor takes up to a tenth of the time of a short request. On PostgreSQL the statement goes to psycopg's,
    unless there is something for Django's to do: connect, refuse a transaction that failed, tell who listens.
    """
    conexion = connections[DEFAULT_DB_ALIAS]
    if (
        conexion.vendor == "postgresql"
        and conexion.connection is not None
        and not (conexion.needs_rollback or conexion.execute_wrappers or conexion.queries_logged)
    ):
        with conexion.wrap_database_errors:
            return conexion.connection.execute(sql, params).fetchall()
    with conexion.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


class Parametro(models.Expression):
    """A value that is given when the query runs: `filter(pk=Parametro("id", models.IntegerField()))`."""

    def __init__(self, nombre: str, campo: models.Field):
        super().__init__(output_field=campo)
        self.nombre = nombre

    def as_sql(self, compiler, connection):
        return "%s", [self]

    def preparar(self, valor):
        if type(valor) is int:  # as it is, on both databases
            return valor
        return self.output_field.get_db_prep_value(valor, connection)


class DespuesDe(models.Expression):
    """`(a, b) > (x, y)` as one row comparison, which both databases answer from an index on (a, b)."""

    conditional = True

    def __init__(self, columnas: list, limite: list):
        super().__init__(output_field=models.BooleanField())
        self.columnas, self.limite = columnas, limite

    def get_source_expressions(self):
        return [*self.columnas, *self.limite]

    def set_source_expressions(self, expresiones):
        mitad = len(expresiones) // 2
        self.columnas, self.limite = expresiones[:mitad], expresiones[mitad:]

    def resolve_expression(self, query=None, *args, **kwargs):
        copia = self.copy()
        copia.set_source_expressions(
            [
                e.resolve_expression(query, *args, **kwargs) if isinstance(e, models.F) else e
                for e in self.get_source_expressions()
            ]
        )
        return copia

    def as_sql(self, compiler, connection):
        lados, params = [], []
        for lado in (self.columnas, self.limite):
            partes = [compiler.compile(e) for e in lado]
            lados.append("(" + ", ".join(sql for sql, _ in partes) + ")")
            params += [p for _, ps in partes for p in ps]
        return " > ".join(lados), params


def es_limite(columnas: list[models.Field], valores) -> bool:
    """Whether values from outside can stand beside these columns in `DespuesDe`, on both databases."""
    if not isinstance(valores, list) or len(valores) != len(columnas):
        return False
    return all(
        isinstance(valor, str) and "\0" not in valor
        if isinstance(campo, models.CharField)
        else type(valor) is int and abs(valor) < 2**63
        for campo, valor in zip(columnas, valores, strict=True)
    )


class Consulta:
    """A `values_list` queryset, compiled once.

    `hacer(*variante)` builds it; a variant (a limit, with or without a cursor) is compiled at its first use.
    Variants must be few: their values come from code, never from a request.
    `retener`: whoever would lock the rows to delete them waits until the reader's transaction ends. Django has no word
    for the lock that a foreign key takes; SQLite has one writer at a time and needs none.
    """

    def __init__(self, hacer: Callable[..., models.QuerySet], *, retener: bool = False):
        self._hacer, self._retener = hacer, retener
        self._compilar = lru_cache(maxsize=64)(self._compilar)

    def _compilar(self, *variante):
        compilador = self._hacer(*variante).query.get_compiler(connection=connection)
        sql, params = compilador.as_sql()
        if self._retener and connection.vendor == "postgresql":
            sql += " FOR KEY SHARE"
        convertidores = compilador.get_converters([expresion for expresion, _, _ in compilador.select])
        return sql, params, compilador, convertidores

    def filas(self, *variante, tramo: tuple[int, int] | None = None, **valores) -> list[tuple]:
        """All rows at once: bound them by a limit, or by `tramo`, how many are passed over and how many are given."""
        sql, params, compilador, convertidores = self._compilar(*variante)
        if tramo:
            # In the SQL itself: with a limit that it doesn't know, PostgreSQL plans the statement again each time.
            sql = f"{sql} LIMIT {tramo[1]:d} OFFSET {tramo[0]:d}"
        filas = ejecutar(sql, _con_valores(params, valores))
        if convertidores:
            filas = [tuple(fila) for fila in compilador.apply_converters(filas, convertidores)]
        return filas

    def cuantas(self, *variante, **valores) -> int:
        sql, params, _, _ = self._compilar(*variante)
        return ejecutar(f"SELECT COUNT(*) FROM ({sql}) AS filas", _con_valores(params, valores))[0][0]


class ConsultaUnida:
    """Several `values_list` querysets of like columns, compiled once as one statement (see `Consulta`).

    `bloqueo` holds the rows on PostgreSQL, which takes it in each part and not in the whole; SQLite's transactions take
    turns. The columns must need no converters: ids and texts.
    """

    def __init__(self, hacer: Callable[..., list[models.QuerySet]], *, bloqueo: str = ""):
        self._hacer, self._bloqueo = hacer, bloqueo
        self._compilar = lru_cache(maxsize=64)(self._compilar)

    def _compilar(self, *variante):
        partes = [qs.query.get_compiler(connection=connection).as_sql() for qs in self._hacer(*variante)]
        bloqueo = self._bloqueo if connection.features.has_select_for_update else ""
        sql = " UNION ALL ".join(f"SELECT * FROM ({sql} {bloqueo}) AS parte" for sql, _ in partes)
        return sql, [param for _, params in partes for param in params]

    def filas(self, *variante, **valores) -> list[tuple]:
        sql, params = self._compilar(*variante)
        return ejecutar(sql, _con_valores(params, valores))


def _con_valores(params, valores: dict) -> list:
    return [p.preparar(valores[p.nombre]) if isinstance(p, Parametro) else p for p in params]
