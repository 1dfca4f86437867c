"""Checks that the histories are what was written: it reads every link of every chain again, with bounded memory.

What this proves is in docs/cadena.md.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

from monitor.cambios.cadena import Encadenado, Eslabon, Fila, Fin, Padre, huella
from monitor.cambios.models import Cambio

LOTE = 5000  # rows of each table in memory at once
ARCHIVADOS = 500  # copies of the archive in memory at once, with their changes


Sellos = dict[UUID, Fin]


def encadenados() -> list[type[Encadenado]]:
    """Return the models whose rows have a chain."""
    return [modelo for modelo in apps.get_models() if issubclass(modelo, Encadenado)]


def hallazgos(sello: Callable[[str], Iterable[tuple[UUID, Fin]]] = lambda tabla: ()) -> Iterator[str]:
    """Yield a sentence for each thing that isn't as it was written in any chain. `sello` gives, by table, where its
    chains ended when they were sealed."""
    for modelo in encadenados():
        yield from verificar(modelo, sello(modelo._meta.db_table))
    yield from _de_ninguna_tabla()


@contextmanager
def instantanea():
    """Read everything as it is at one moment, while others go on writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _lectura_de_sqlite():
            yield


@contextmanager
def _lectura_de_sqlite():
    """Keep the moment of the first thing that is read. Django's own transactions would take the writer's turn."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            cursor.execute("SELECT count(*) FROM sqlite_master").fetchall()
            yield
        finally:
            cursor.execute("ROLLBACK")


def verificar(modelo: type[Encadenado], sellos: Iterable[tuple[UUID, Fin]] = ()) -> Iterator[str]:
    """Yield a sentence for each thing that isn't as it was written in the chains of a model. `sellos` has where the
    chains ended when they were sealed, by uid."""
    try:
        yield from _verificar(modelo, sellos)
    except ValueError as error:  # SQLite takes any text for a uid or a moment
        yield f"{modelo._meta.verbose_name}: hay una fila que no se puede leer ({error}); no se comprobó lo demás."


def _verificar(modelo, sellos) -> Iterator[str]:
    archivados = {padre.uid for padre, _ in modelo.archivados()}
    pendientes, quedan = iter(sellos), {}
    sellado = next(pendientes, None)
    for padre, filas in _por_cadena(modelo, archivados):
        while sellado and sellado[0] < padre.uid:
            quedan[sellado[0]] = sellado[1]
            sellado = next(pendientes, None)
        suyo = None
        if sellado and sellado[0] == padre.uid:
            suyo, sellado = sellado[1], next(pendientes, None)
        yield from _revisar(modelo, padre, filas, suyo)
    quedan |= dict([sellado, *pendientes]) if sellado else {}
    yield from _revisar_archivados(modelo, quedan)
    for uid in quedan.keys() - archivados:
        yield f"{modelo._meta.verbose_name} {uid}: estaba cuando se selló, y ya no está ni en el archivo."
    yield from _sin_cadena(modelo)


def _por_cadena(modelo, archivados) -> Iterator[tuple[Padre, Sequence[Fila]]]:
    """Yield each row with its links, in the order of the uids. Links without a row come under a row that never was,
    unless it is in the archive."""
    cadenas = groupby(_eslabones(modelo), key=itemgetter(0))
    uid, filas = next(cadenas, (None, ()))
    for padre in _padres(modelo):
        while uid is not None and uid < padre.uid:
            yield from _huerfanos(uid, filas, archivados)
            uid, filas = next(cadenas, (None, ()))
        if uid == padre.uid:
            yield padre, list(filas)
            uid, filas = next(cadenas, (None, ()))
        else:
            yield padre, ()
    while uid is not None:
        yield from _huerfanos(uid, filas, archivados)
        uid, filas = next(cadenas, (None, ()))


def _huerfanos(uid, filas, archivados):
    """Yield the links of a row that isn't there any more. It may be so when the last of them says it."""
    if uid not in archivados:
        filas = list(filas)
        fin = Fin(len(filas), filas[-1].huella) if _dice_eliminado(filas[-1]) else Fin(0, "")
        yield Padre(uid, str(uid), fin, None), filas


def _dice_eliminado(fila: Fila) -> bool:
    return fila.modelo is Cambio and '"eliminado":{"de":null,"a":true}' in fila.sellados[-1]


def _padres(modelo) -> Iterator[Padre]:
    historia = _historia(modelo)
    estado = [historia.related_model.dice[1]] if historia else []
    filas = modelo._base_manager.order_by("uid").values_list("uid", "pk", "eslabones", "cabeza", *estado)
    for uid, pk, eslabones, cabeza, *estado in filas.iterator(chunk_size=LOTE):
        yield Padre(uid, str(pk), Fin(eslabones, cabeza), estado[0] if estado else None)


def _historia(modelo):
    """Return the relation to the history of states of a model, or None when it has none."""
    relaciones = modelo._meta.related_objects
    return next((r for r in relaciones if issubclass(r.related_model, Eslabon) and r.related_model is not Cambio), None)


def _eslabones(modelo) -> Iterator[Fila]:
    historia = _historia(modelo)
    de_la_historia = iter(())
    if historia:
        uid = f"{historia.field.name}__uid"
        filas = historia.related_model._base_manager.filter(eslabon__isnull=False).order_by(uid, "eslabon")
        de_la_historia = _leer(historia.related_model, filas, uid)
    de_cambios = Cambio.objects.filter(objeto=modelo._meta.db_table, eslabon__isnull=False).order_by("uid", "eslabon")
    return merge(de_la_historia, _leer(Cambio, de_cambios, "uid"), key=itemgetter(0, 1))


def _leer(modelo, consulta, uid) -> Iterator[Fila]:
    filas = consulta.values_list(uid, "eslabon", "huella", "pk", *modelo.sellados)
    for de, lugar, suya, pk, *sellados in filas.iterator(chunk_size=LOTE):
        yield Fila(de, lugar, suya, modelo, pk, tuple(sellados))


def _revisar(modelo, padre: Padre, filas: Sequence[Fila], sellado: Fin | None) -> Iterator[str]:
    """Yield what is wrong with one chain."""
    nombre = f"{modelo._meta.verbose_name} {padre.nombre}"
    if malo := _primero_malo(padre.uid, filas):
        yield f"{nombre}: {malo}"
    elif padre.fin != (len(filas), filas[-1].huella if filas else ""):
        yield f"{nombre}: su historia no acaba donde debía; falta el final o sobra."
    elif (estado := _ultima_palabra(filas)) != padre.estado:
        yield f"{nombre}: está en {padre.estado}, y la última palabra de su historia es {estado}."
    elif sellado and sellado.eslabones and sellado not in ((fila.lugar, fila.huella) for fila in filas):
        yield f"{nombre}: su historia no es la que se selló."


def _primero_malo(uid: UUID, filas: Sequence[Fila]) -> str:
    """Say what is wrong with the first link that isn't as it was written; nothing when there is none."""
    anterior, ids = "", {}
    for lugar, fila in enumerate(filas, start=1):
        cual = f"{fila.modelo._meta.verbose_name} {fila.pk}"
        if fila.lugar != lugar:
            return f"falta un eslabón o sobra uno antes de «{cual}»."
        if huella(fila.modelo, uid, lugar, fila.modelo.cubiertos(fila.sellados), anterior) != fila.huella:
            return f"«{cual}» no es como se escribió."
        if fila.pk <= ids.get(fila.modelo, fila.pk - 1):
            return f"«{cual}» no está en el orden en que se escribió: su id es otro."
        anterior, ids[fila.modelo] = fila.huella, fila.pk
    return ""


def _ultima_palabra(filas: Sequence[Fila]):
    """Return the last state that the links say, or None when none says one."""
    pasos = (fila for fila in reversed(filas) if fila.modelo is not Cambio)
    return next((fila.sellados[fila.modelo.sellados.index(fila.modelo.dice[0])] for fila in pasos), None)


def _revisar_archivados(modelo, sellos: Sellos) -> Iterator[str]:
    archivados, vistos = iter(modelo.archivados()), set()
    while lote := list(islice(archivados, ARCHIVADOS)):
        uids = [padre.uid for padre, _ in lote]
        cambios = Cambio.objects.filter(objeto=modelo._meta.db_table, uid__in=uids, eslabon__isnull=False)
        por_uid = groupby(_leer(Cambio, cambios.order_by("uid", "eslabon"), "uid"), key=itemgetter(0))
        suyos = {uid: list(filas) for uid, filas in por_uid}
        for padre, historia in lote:
            if padre.uid in vistos:
                yield f"{modelo._meta.verbose_name} {padre.nombre}: está más de una vez en el archivo."
            vistos.add(padre.uid)
            filas = sorted([*historia, *suyos.get(padre.uid, ())], key=itemgetter(1))
            yield from _revisar(modelo, padre, filas, sellos.get(padre.uid))


def _sin_cadena(modelo) -> Iterator[str]:
    """Yield the rows of a history that came otherwise than through our verbs, which give each its place."""
    historia = _historia(modelo)
    de_cambios = Cambio.objects.filter(objeto=modelo._meta.db_table)
    for filas in [*([historia.related_model._base_manager.all()] if historia else []), de_cambios]:
        eslabon = filas.model
        for pk in filas.filter(eslabon__isnull=True).values_list("pk", flat=True).iterator(chunk_size=LOTE):
            yield f"{eslabon._meta.verbose_name} {pk}: no tiene lugar en ninguna cadena; alguien lo escribió por fuera."


def _de_ninguna_tabla() -> Iterator[str]:
    """Yield the changes that are of nothing that has a chain."""
    tablas = [modelo._meta.db_table for modelo in encadenados()]
    for pk, objeto in Cambio.objects.exclude(objeto__in=tablas).values_list("pk", "objeto").iterator(chunk_size=LOTE):
        yield f"cambio {pk}: es de «{objeto}», que no lleva historia; alguien lo escribió por fuera."


def finales(modelo: type[Encadenado]) -> Iterator[tuple[UUID, Fin]]:
    """Yield where each chain ends, by uid, those of the archive included."""
    archivados = sorted((padre.uid, padre.fin) for padre, _ in modelo.archivados())
    vivos = ((padre.uid, padre.fin) for padre in _padres(modelo))
    return merge(vivos, iter(archivados), key=itemgetter(0))
