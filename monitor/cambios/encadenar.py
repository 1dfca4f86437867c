"""The chains of rows that were there before there were chains."""

from collections.abc import Sequence
from itertools import groupby

from django.db import models

from monitor.cambios.cadena import huella
from monitor.db.triggers import door

LOTE = 10_000  # links in memory at once


def encadenar(eslabon: type[models.Model], padre: str, sellados: Sequence[str], connection) -> None:
    """Chain the rows of a history that have no place yet, in the order in which they were written. `padre` is the
    reference to what they are the history of, which must have no chain either."""
    campo = eslabon._meta.get_field(padre)
    filas = (
        eslabon._base_manager.using(connection.alias)
        .filter(eslabon__isnull=True, **{f"{padre}__eslabones": 0})
        .order_by(campo.attname, "pk")
        .values_list("pk", campo.attname, f"{padre}__uid", *sellados)
    )
    hijas, padres = [], []
    with door(None), connection.cursor() as cursor:
        for (clave, uid), suyas in groupby(filas.iterator(chunk_size=LOTE), key=lambda fila: fila[1:3]):
            cabeza, lugar = "", 0
            for lugar, (pk, _, _, *valores) in enumerate(suyas, start=1):
                cabeza = huella(eslabon, uid, lugar, valores, cabeza)
                hijas.append((lugar, cabeza, pk))
            padres.append((lugar, cabeza, clave))
            if len(hijas) >= LOTE:
                _poner(cursor, eslabon, campo.related_model, hijas, padres)
        _poner(cursor, eslabon, campo.related_model, hijas, padres)


def _poner(cursor, eslabon, padre, hijas, padres):
    for modelo, columnas, filas in (
        (eslabon, "eslabon = %s, huella = %s", hijas),
        (padre, "eslabones = %s, cabeza = %s", padres),
    ):
        tabla, clave = modelo._meta.db_table, modelo._meta.pk.column
        if filas:
            cursor.executemany(f"UPDATE {tabla} SET {columnas} WHERE {clave} = %s", filas)
        filas.clear()
