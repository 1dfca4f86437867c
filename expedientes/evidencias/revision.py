"""Checks that the bytes of all evidence are there, and are those that were sent; and finds those that nobody refers
to."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from expedientes.archivo import ExpedienteArchivado
from expedientes.estados import Ubicacion
from expedientes.evidencias.contenido import leidos, suyos
from expedientes.evidencias.models import CARPETAS, Evidencia, eliminadas
from monitor.archivos import ALMACEN
from monitor.archivos.almacen import Hallado
from monitor.archivos.nube import NUBE

LOTE = 1000  # rows, or files, at once
DE_LA_NUBE = 50  # objects that are removed in one turn
VIEJO = timedelta(days=1)  # a file without a row that is younger may still get one
TABLA = Evidencia._meta.db_table
EN_LA_CUBETA = "evidencias/"  # how the keys of the cloud begin
DE_ANTES = f"/{EN_LA_CUBETA}"  # and how they began once
# How the key of evidence in the cloud ends.
DE_EVIDENCIA = re.compile(rf"/(?:{'|'.join(map(re.escape, CARPETAS.values()))})/\d+_[^/]*\Z")

Problema = tuple[str, str]  # what is wrong, in a word, and with what


def filas_con_problemas() -> Iterator[Problema]:
    """Read again every file that a row refers to, in the shop or in the cloud, and yield the rows whose bytes are
    missing or aren't what was sent. Each row keeps what was found. Raise NubeNoResponde."""
    hasta = 0
    while lote := list(Evidencia.objects.filter(pk__gt=hasta).order_by("pk")[:LOTE]):
        malas = set()
        for evidencia in lote:
            if problema := _problema_de(evidencia):
                malas.add(evidencia.pk)
                yield problema, f"evidencia {evidencia.pk} de {evidencia.expediente_id}: {evidencia.nombre_archivo}"
        Evidencia.objects.anotar_revision({una.pk for una in lote} - malas, malas)
        hasta = lote[-1].pk


def _problema_de(evidencia) -> str:
    try:
        return "" if leidos(evidencia) == suyos(evidencia) else "alterada"
    except (FileNotFoundError, Evidencia.DoesNotExist):
        return "ausente"


def huerfanos() -> Iterator[Hallado]:
    """Yield the files that nothing refers to: neither a row, nor the archive, nor what was deleted a short while ago.
    What is in the cloud needs none here: a process that died left it."""
    return _sin_duenio("lugar", ALMACEN.originales(), {"ubicacion_almacenamiento": Ubicacion.LOCAL.value})


class CubetaAjena(Exception):
    """The bucket lists nothing of what the rows say that it has."""


def huerfanos_en_la_nube() -> list[Hallado]:
    """Return what nothing refers to in the cloud. The manifests and the formats that are there aren't looked at. Raise
    NubeNoResponde; and CubetaAjena when nothing of what should be there is, and all that is seems to be nobody's: it is
    another bucket, or one that lists its keys in a way of its own."""
    vistos = 0

    def evidencias():
        nonlocal vistos
        for comienzo in (EN_LA_CUBETA, DE_ANTES) if _hay_de_antes() else (EN_LA_CUBETA,):
            for uno in NUBE.hallados(comienzo):
                if DE_EVIDENCIA.search(uno.lugar):
                    vistos += 1
                    yield uno

    sueltos = list(_sin_duenio("llave_nube", evidencias(), {}))
    if sueltos and len(sueltos) == vistos and _debe_haber():
        raise CubetaAjena
    return sueltos


def _hay_de_antes() -> bool:
    """Return whether anything refers to a key that begins with the slash. A service that refuses such keys has none,
    and isn't asked for them."""
    return Evidencia.objects.filter(llave_nube__startswith=DE_ANTES).exists() or any(
        (fila.get("llave_nube") or "").startswith(DE_ANTES) for fila in _copias()
    )


def _debe_haber() -> bool:
    return Evidencia.objects.en_la_nube().exists() or any(
        fila.get("ubicacion_almacenamiento") == Ubicacion.NUBE for fila in _copias()
    )


def _sin_duenio(columna: str, hallados: Iterable[Hallado], condicion: dict[str, str]) -> Iterator[Hallado]:
    """Yield what neither a row nor a copy of one refers to by that column, of those that meet the condition."""
    sueltos = list(_sin_fila(columna, hallados, condicion, _guardados(columna, condicion)))
    if sueltos:  # what was archived or deleted after the archive was read, and before its row was looked for, has both
        guardados = _guardados(columna, condicion)
        yield from (uno for uno in sueltos if guardados.isdisjoint(_formas(uno.lugar)))


def _formas(lugar: str) -> tuple[str, str]:
    """Return how a row may name a place: a key that begins with the slash is listed without it by some services."""
    sin_diagonal = lugar.removeprefix("/")
    return sin_diagonal, f"/{sin_diagonal}"


def _sin_fila(columna, hallados, condicion, guardados) -> Iterator[Hallado]:
    hallados = iter(hallados)
    while lote := list(islice(hallados, LOTE)):
        lugares = {forma for uno in lote for forma in _formas(uno.lugar)} - guardados
        suyas = Evidencia.objects.filter(**condicion, **{f"{columna}__in": lugares})
        conocidos = guardados.union(suyas.values_list(columna, flat=True))
        yield from (uno for uno in lote if conocidos.isdisjoint(_formas(uno.lugar)))


def _guardados(columna, condicion) -> set[str]:
    """Return what the copies of evidence refer to: those of the archive, and of what was deleted a short while ago."""
    return {fila.get(columna) for fila in _copias() if condicion.items() <= fila.items()}


def _copias() -> Iterator[dict]:
    for filas in ExpedienteArchivado.objects.values_list(f"datos__{TABLA}", flat=True).iterator(LOTE):
        yield from filas or ()
    yield from eliminadas().values_list("datos", flat=True).iterator(LOTE)


def es_viejo(uno: Hallado) -> bool:
    return uno.escrito < (timezone.now() - VIEJO).timestamp()


def limpiar(huerfanos: list[Hallado]) -> int:
    """Remove the files that nothing refers to and aren't new, with what came only in part; return how many."""
    viejos = [uno for uno in huerfanos if es_viejo(uno)]
    a_medias = [uno for uno in ALMACEN.a_medias() if es_viejo(uno)]
    en_la_nube = set(Evidencia.objects.filter(lugar__in={uno.lugar for uno in viejos}).values_list("lugar", flat=True))
    for uno in viejos:
        quitar = ALMACEN.soltar if uno.lugar in en_la_nube else ALMACEN.borrar
        quitar(uno.lugar)
    ALMACEN.tirar(a_medias)
    return len(viejos) + len(a_medias)


def limpiar_la_nube(huerfanos: list[Hallado]) -> int:
    """Remove from the cloud what nothing refers to and isn't new; return how many. Nobody moves anything there
    meanwhile: what a move that failed left has the key of the one that is tried again."""
    viejos = iter([uno for uno in huerfanos if es_viejo(uno)])
    borrados = 0
    while lote := list(islice(viejos, DE_LA_NUBE)):
        with ALMACEN.turno("nube"):
            for uno in list(_sin_duenio("llave_nube", lote, {})):
                NUBE.borrar(uno.lugar)
                borrados += 1
    return borrados
