"""Whether the bytes of all evidence are there, and are those that were sent; and which bytes nobody refers to."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from expedientes.archivo import ExpedienteArchivado
from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia, eliminadas
from monitor.archivos import ALMACEN
from monitor.archivos.almacen import Hallado, huella

LOTE = 1000  # rows, or files, at once
VIEJO = timedelta(days=1)  # a file without a row that is younger may still get one
TABLA = Evidencia._meta.db_table

Problema = tuple[str, str]  # what is wrong, in a word, and with what


def filas_con_problemas() -> Iterator[Problema]:
    """Read again every file that a row refers to, and yield the rows whose bytes are missing or aren't what was
    sent."""
    locales = Evidencia.objects.filter(ubicacion_almacenamiento=Ubicacion.LOCAL).order_by("pk")
    for evidencia in locales.iterator(LOTE):
        problema = _problema_de(evidencia)
        if problema:
            yield problema, f"evidencia {evidencia.pk} de {evidencia.expediente_id}: {evidencia.nombre_archivo}"


def _problema_de(evidencia) -> str:
    try:
        with ALMACEN.abrir(evidencia.lugar) as archivo:
            return "" if huella(archivo) == evidencia.sha256 else "alterada"
    except FileNotFoundError:
        return "ausente"


def huerfanos() -> Iterator[Hallado]:
    """Yield the files that nothing refers to: neither a row, nor the archive, nor what was deleted a short while
    ago."""
    sueltos = list(_sin_fila(_guardados()))
    if sueltos:  # what was archived or deleted after the archive was read, and before its row was looked for, has both
        guardados = _guardados()
        yield from (uno for uno in sueltos if uno.lugar not in guardados)


def _sin_fila(guardados: set[str]) -> Iterator[Hallado]:
    hallados = iter(ALMACEN.originales())
    while lote := list(islice(hallados, LOTE)):
        lugares = {uno.lugar for uno in lote} - guardados
        lugares -= set(Evidencia.objects.filter(lugar__in=lugares).values_list("lugar", flat=True))
        yield from (uno for uno in lote if uno.lugar in lugares)


def _guardados() -> set[str]:
    return _del_archivo() | _eliminados()


def _del_archivo() -> set[str]:
    copias = ExpedienteArchivado.objects.values_list(f"datos__{TABLA}", flat=True)
    return {fila["lugar"] for filas in copias.iterator(LOTE) for fila in filas or ()}


def _eliminados() -> set[str]:
    return set(eliminadas().values_list("datos__lugar", flat=True))


def es_viejo(uno: Hallado) -> bool:
    return uno.escrito < (timezone.now() - VIEJO).timestamp()


def limpiar(huerfanos: list[Hallado]) -> int:
    """Remove the files that nothing refers to and aren't new, with what came only in part; return how many."""
    viejos = [uno for uno in huerfanos if es_viejo(uno)]
    a_medias = [uno for uno in ALMACEN.a_medias() if es_viejo(uno)]
    for uno in viejos:
        ALMACEN.borrar(uno.lugar)
    ALMACEN.tirar(a_medias)
    return len(viejos) + len(a_medias)
