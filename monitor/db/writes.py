"""INSERT and UPDATE of just the columns that are given, in as few statements as the database allows.

`Model.save` writes every column, asks again for what the database filled in and compiles its SQL each time. Values come
by attname; what is written comes back as an instance.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cache, lru_cache
from typing import Any, Protocol

from django.db import IntegrityError, connection, router, transaction
from django.db.models.expressions import Col

from monitor.db.errors import es_referencia
from monitor.db.queries import ejecutar
from monitor.errores import DatosInvalidos

NINGUNA = -1  # an id that no row has
FORMAS = 256  # statements whose SQL is kept, each of other columns
YA_NO_EXISTE = "Algo de lo que eligió acaba de eliminarse; elija de nuevo"


class Condicion(Protocol):
    """What a row that is referred to must meet. The statement that writes the reference asks for it."""

    sql: str
    params: Sequence

    def cumplida(self) -> None:
        """The statement found that it holds."""


class _Vigente:
    """Not marked as deleted; held, so that nobody marks it meanwhile."""

    sql = "NOT eliminado"
    params = ()

    def cumplida(self):
        pass


VIGENTE = _Vigente()
Condiciones = Mapping[str, Condicion | None]
SIN_CONDICIONES: dict[str, Condicion] = {}


def una_sentencia():
    """Around a write that is one statement, and so a transaction already: a savepoint where it is within another's,
    which its error mustn't spoil."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def insertar(modelo, valores: dict[str, Any], *, con: Sequence[tuple] = (), si: Condiciones = SIN_CONDICIONES):
    """One row. `con`: (model, values) of others that go in with it or not at all, on PostgreSQL in the same statement.

    `si`: by attname, what the row of a reference must meet. The statement holds those rows, and raises DatosInvalidos
    when one doesn't meet its condition.
    """
    si = _pedidas(valores, si)
    sql, params = _insertar(modelo, [valores], si)
    if connection.vendor == "postgresql":
        for i, (otro, suyos) in enumerate(_insertar(otro_modelo, [fila]) for otro_modelo, fila in con):
            sql = f"{sql}), otra_{i} AS ({otro}"
            params += suyos
        return _escribir(modelo, f"WITH fila AS ({sql}) SELECT * FROM fila" if con else sql, params, si)[0]
    with transaction.atomic():
        [instancia] = _escribir(modelo, sql, params, si)
        for fila in con:
            insertar(*fila)
    return instancia


def insertar_varias(modelo, filas: list[dict[str, Any]]) -> list:
    """One INSERT of all, which have the same keys in the same order; bound them."""
    return _escribir(modelo, *_insertar(modelo, filas), SIN_CONDICIONES)


def cambiar(modelo, pk, valores: dict[str, Any], *, si: Condiciones = SIN_CONDICIONES, quien=None):
    """One UPDATE of one row, or None when there is none. `si`: see `insertar`.

    `quien`: a condition of a row (its `modelo` and `pk`) without which nothing is written, and None is given.
    """
    columnas, si = _columnas(modelo), _pedidas(valores, si)
    params = [*_parametros(columnas, valores, si), columnas[modelo._meta.pk.attname].preparar(pk)]
    if quien:
        params += [quien.pk, *quien.params]
    sql = _update(modelo, _forma(valores, si), quien and (quien.modelo, quien.sql))
    filas = _escribir(modelo, sql, params, si)
    if filas and quien:
        quien.cumplida()
    return filas[0] if filas else None


def _insertar(modelo, filas, si: dict[str, Condicion] = SIN_CONDICIONES) -> tuple[str, list]:
    columnas = _columnas(modelo)
    params = [param for fila in filas for param in _parametros(columnas, fila, si)]
    return _insert(modelo, _forma(filas[0], si), len(filas)), params


def _pedidas(valores, si: Condiciones) -> dict[str, Condicion]:
    """The conditions that the statement asks for: of references that are written, and not as null."""
    return {attname: c for attname, c in si.items() if c is not None and valores.get(attname) is not None}


def _forma(valores, si: dict[str, Condicion]) -> tuple[tuple[str, str | None], ...]:
    """Of a row: its attnames, each with the condition of the row it refers to. What its SQL depends on."""
    return tuple((attname, si[attname].sql if attname in si else None) for attname in valores)


@lru_cache(maxsize=FORMAS)
def _insert(modelo, forma, filas: int) -> str:
    columnas = _columnas(modelo)
    nombres = ", ".join(columnas[attname].nombre for attname, _ in forma)
    fila = ", ".join(columnas[attname].marcador(condicion) for attname, condicion in forma)
    valores = ", ".join([f"({fila})"] * filas)
    return f"INSERT INTO {_tabla(modelo)} ({nombres}) VALUES {valores} RETURNING {_retorno(modelo).sql}"


@lru_cache(maxsize=FORMAS)
def _update(modelo, forma, quien: tuple | None) -> str:
    columnas = _columnas(modelo)
    cambios = ", ".join(f"{columnas[attname].nombre} = {columnas[attname].marcador(c)}" for attname, c in forma)
    donde = f"{columnas[modelo._meta.pk.attname].nombre} = %s"
    if quien:
        de_quien, condicion = quien
        donde += f" AND EXISTS (SELECT 1 FROM {_tabla(de_quien)} WHERE id = %s AND {condicion})"
    return f"UPDATE {_tabla(modelo)} SET {cambios} WHERE {donde} RETURNING {_retorno(modelo).sql}"


def _parametros(columnas, valores, si: dict[str, Condicion]) -> list:
    params = []
    for attname, valor in valores.items():
        params.append(columnas[attname].preparar(valor))
        if attname in si:
            params += si[attname].params
    return params


def _escribir(modelo, sql, params, si: dict[str, Condicion]) -> list:
    try:
        instancias = [_retorno(modelo).instancia(fila) for fila in ejecutar(sql, params)]
    except IntegrityError as error:
        if si and es_referencia(error):
            raise DatosInvalidos(YA_NO_EXISTE) from error
        raise
    if any(getattr(instancia, attname) == NINGUNA for instancia in instancias for attname in si):
        raise DatosInvalidos(YA_NO_EXISTE)  # the foreign key would say so only at the end of the transaction
    for condicion in si.values() if instancias else ():
        condicion.cumplida()
    return instancias


class _Columna:
    """How a field is written."""

    def __init__(self, campo):
        self._campo, self.nombre = campo, connection.ops.quote_name(campo.column)

    def preparar(self, valor):
        return None if valor is None else self._campo.get_db_prep_save(valor, connection)

    def marcador(self, condicion: str | None) -> str:
        """Of a reference to a row that doesn't meet the condition, an id that the foreign key refuses."""
        if condicion is None:
            return "%s"
        retener = " FOR KEY SHARE" if connection.features.has_select_for_update else ""
        destino = _tabla(self._campo.related_model)
        return f"coalesce((SELECT id FROM {destino} WHERE id = %s AND {condicion}{retener}), {NINGUNA})"


@cache
def _columnas(modelo) -> dict[str, _Columna]:
    return {campo.attname: _Columna(campo) for campo in modelo._meta.concrete_fields}


def _tabla(modelo) -> str:
    return connection.ops.quote_name(modelo._meta.db_table)


class _Retorno:
    """The columns that a write gives back, and how a row of them becomes an instance."""

    def __init__(self, modelo):
        self.modelo = modelo
        # Generated columns are for the database to order and search by; but a unique one is a name that people see.
        campos = [campo for campo in modelo._meta.concrete_fields if campo.unique or not campo.generated]
        self.sql = ", ".join(connection.ops.quote_name(campo.column) for campo in campos)
        self.nombres = [campo.attname for campo in campos]
        self._convertidores = []
        for i, campo in enumerate(campos):
            columna = Col(modelo._meta.db_table, campo)
            for convertir in connection.ops.get_db_converters(columna) + campo.get_db_converters(connection):
                self._convertidores.append((i, convertir, columna))

    def instancia(self, fila):
        fila = list(fila)
        for i, convertir, columna in self._convertidores:
            fila[i] = convertir(fila[i], columna, connection)
        return self.modelo.from_db(router.db_for_write(self.modelo), self.nombres, fila)


_retorno = cache(_Retorno)
