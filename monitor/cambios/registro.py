"""The one place through which rows whose changes are told are written: each write, what it changed, and the link that
this adds to the row's chain go together or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, models, transaction

from monitor.cambios.cadena import Cadena, Encadenado, canonico
from monitor.cambios.models import Cambio
from monitor.db.versions import Seen, Versioned
from monitor.db.writes import NOBODY, Author, Reference, insert, read, single_statement, update
from monitor.errores import Desactualizado
from monitor.origen import ahora, puerta
from monitor.textos import exact

NADA: Mapping = MappingProxyType({})
OCULTAS = {"password", "firma_quien_recibe"}  # that they changed is told, and nothing more
DE_LA_CADENA = {"version", "uid", "eslabones", "cabeza"}


def exigir_visto(fila: Versioned, visto: Seen | None) -> None:
    """Raise Desactualizado when the row isn't what its writer saw."""
    if visto is not None and fila not in visto:
        raise Desactualizado(fila.cambio)


def columnas_de(modelo: type[models.Model]) -> list[models.Field]:
    """Return the columns that a write gives values to: the database computes the others."""
    return [campo for campo in modelo._meta.concrete_fields if not campo.generated]


def crear(
    modelo: type[Encadenado],
    valores: dict,
    *,
    por: Author,
    con: Sequence[tuple] = (),
    uid: UUID | None = None,
    ademas: Mapping = NADA,
) -> models.Model:
    """Insert a row with the first links of its chain: those of `con`, (model, values) each, and the change that tells
    of its values, and of `ademas`, which other tables hold. `uid` is its own, which no row has had (`se_escribio`);
    without it, a new one."""
    cadena = Cadena(uid)
    eslabones = [*enlazados(cadena, con), *cambio_en(cadena, modelo, {}, valores | ademas, por)]
    return insert(modelo, valores | cadena.valores, con=eslabones, por=por)


def se_escribio(modelo: type[Encadenado], uid: UUID) -> bool:
    """Return whether there is or was a row with this identity."""
    return Cambio.objects.filter(objeto=modelo._meta.db_table, uid=uid).exists()


def cambiar(
    modelo: type[Encadenado], pk, decidir: Callable, *, por: Author, columnas: Iterable[str]
) -> models.Model | None:
    """Change one row and return it as it is then; None when there is none.

    `decidir(row)` returns what to write, by attname, and the links that go with it; `columnas` has what it reads or
    writes, besides the version and the chain. The row is written only while it still is what `decidir` saw: two
    statements, without a lock. If somebody else wrote it in between, it is done again with one.
    """
    leidas = frozenset(columnas) | DE_LA_CADENA
    for bloquear in (False, True) if connection.vendor == "postgresql" else (True,):
        with transaction.atomic() if bloquear else nullcontext():
            fila = read(modelo, pk, leidas, lock=bloquear)
            if fila is None:
                return None
            valores, con = decidir(fila)
            valores = {c: v for c, v in valores.items() if _simple(v) != _simple(getattr(fila, c))}
            if not valores and not con:
                igual = read(modelo, pk)
                if bloquear or igual is None or igual.version == fila.version:
                    return igual
                continue  # somebody wrote it since `decidir` saw it
            cadena = Cadena.de(fila)
            eslabones = [*enlazados(cadena, con), *cambio_en(cadena, modelo, vars(fila), valores, por)]
            with single_statement():
                escrita = update(modelo, pk, valores | cadena.fin, con=eslabones, version=fila.version, por=por)
            if escrita is not None:
                return escrita
    return None


def cambiar_tomada(
    fila: Encadenado, valores: dict, *, por: Author, antes: Mapping = NADA, despues: Mapping = NADA
) -> models.Model:
    """Change a row that is locked, and return it as it is then. `antes` and `despues` are what changed of it in other
    tables."""
    return _cambiada(fila, valores, vars(fila) | antes, valores | despues, por)


def anotar_archivo(fila: Encadenado, *, por: Author) -> models.Model:
    """Tell that a row, locked, goes to the archive, and return it with its last link."""
    return anotar(fila, {"archivado": False}, {"archivado": True}, por=por)


def anotar(fila: Encadenado, antes: dict, despues: dict, *, por: Author) -> models.Model:
    """Tell a change of what belongs to a locked row and is in none of its columns, and return the row with its last
    link and its next version."""
    return _cambiada(fila, {}, antes, despues, por)


def _cambiada(fila, valores, antes, despues, por) -> models.Model:
    """Write `valores` in a row, and the change from `antes` to `despues` as its next link; return it as it is then."""
    cadena = Cadena.de(fila)
    cambio = cambio_en(cadena, type(fila), antes, despues, por)
    return update(type(fila), fila.pk, valores | cadena.fin, con=cambio, por=por)


def recrear(modelo: type[Encadenado], valores: dict, cadena: Cadena, *, por: Author) -> models.Model:
    """Insert a row that comes back from the archive, with its chain, whose next link tells so."""
    vuelto = cambio_en(cadena, modelo, {"archivado": True}, {"archivado": False}, por)
    return insert(modelo, valores | cadena.valores, con=vuelto, por=por)


def anotar_eliminado(fila: Encadenado, *, por: Author) -> None:
    """Tell that a row was deleted, and what it was. Its chain stays."""
    valores = dict.fromkeys(c.attname for c in columnas_de(type(fila))) | {"eliminado": True}
    [(_, cambio)] = cambio_en(Cadena.de(fila), type(fila), vars(fila), valores, por)
    insert(Cambio, cambio, por=por)


def guardar(fila: Encadenado, *, por: Author | None) -> models.Model:
    """Write a row that was made, or read and changed, in memory (`monitor.db.versions.Remembered`), and return it as it
    is then. Only what changed is written; when nothing did, its date and its version stay."""
    modelo, por, nueva = type(fila), por or NOBODY, fila._state.adding
    antes = {"eliminado": False} if nueva else fila.leida
    columnas = [c for c in columnas_de(modelo) if c.attname not in DE_LA_CADENA]
    if not nueva and all(getattr(fila, c.attname) == antes.get(c.attname) for c in columnas):
        return fila
    valores = {c.attname: c.pre_save(fila, nueva) for c in columnas}
    valores = {c: v for c, v in valores.items() if v != antes.get(c)}
    cadena = Cadena.de(fila)
    cambio = cambio_en(cadena, modelo, antes, valores, por)
    with transaction.atomic():
        if nueva:
            return insert(modelo, valores | cadena.valores, con=cambio, por=por)
        return update(modelo, fila.pk, valores | cadena.fin, con=cambio, por=por)


def enlazados(cadena: Cadena, filas: Sequence[tuple]) -> list[tuple]:
    return [cadena.enlazar(*fila) for fila in filas]


def cambio_en(cadena: Cadena, modelo, antes: Mapping, despues: Mapping, por: Author) -> list[tuple]:
    """Return the (model, values) of the change that a write makes, as the next link of the row's chain, or nothing when
    it changes nothing that is told. `despues` has what is written, by attname."""
    cambios, callan = {}, _sin_anotar(modelo)
    for columna, valor in despues.items():
        era = antes.get(columna)
        if valor is era is None or columna in callan:
            continue
        de, a = _simple(era), _simple(valor)
        if de != a:
            cambios[columna] = {"de": None, "a": None} if columna in OCULTAS else {"de": de, "a": a}
    if not cambios:
        return []
    origen, peticion = puerta.get()
    valores = {
        "objeto": modelo._meta.db_table,
        "uid": cadena.uid,
        "fecha": ahora(),
        "usuario_id": por.reference,
        "origen": origen.value,
        "peticion": peticion,
        "cambios": orjson.dumps(cambios).decode(),
    }
    return [cadena.enlazar(Cambio, valores)]


@cache
def _sin_anotar(modelo) -> frozenset[str]:
    """Return the columns whose changes aren't told: those that no person writes, but for deletions and what the model
    names (`se_dicen`)."""
    dichas = {"eliminado", *getattr(modelo, "se_dicen", ())}
    return frozenset(
        campo.attname
        for campo in modelo._meta.concrete_fields
        if campo.attname not in dichas and (not campo.editable or isinstance(campo, models.AutoField))
    )


def _simple(valor: Any):
    """Return a value as JSON keeps it."""
    if isinstance(valor, datetime):
        return canonico(valor)
    if isinstance(valor, date | time):
        return valor.isoformat()
    if isinstance(valor, Decimal):
        return exact(valor)
    if isinstance(valor, list):
        return [{clave: _simple(parte) for clave, parte in fila.items()} for fila in valor]
    return valor.pk if isinstance(valor, Reference) else valor
