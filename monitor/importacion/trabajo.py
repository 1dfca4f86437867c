"""Importing a file: first what it would do, and then doing it.

Both run the same verbs in one transaction, and what they did is read from the log of changes; looking takes it back.
`huella` tells what a file did from anything else that it might do: who looked first gets that, or nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from monitor.cambios.linea import leer as leer_cambios
from monitor.db.writes import Author
from monitor.importacion.archivo import Archivo, Errores
from monitor.importacion.destino import ACTUALIZADA, CREADA, LOTE, SIN_CAMBIOS, Avance, Destino, Hecho, nadie_pregunta
from monitor.importacion.models import FilaEscrita, FilaImportada, Importacion, cambios_de
from monitor.importacion.tabla import leer
from monitor.origen import Origen, entrando_por, puerta

MOSTRADAS = 100  # lines of each kind that a preview shows; the rest are counted


class Linea(NamedTuple):
    """The effect of a line on its row: the fields that changed, each with its name, what it was and what it is."""

    numero: int
    nombre: str
    campos: list[tuple[str, str, str]]


@dataclass
class Resultado:
    """The outcome of a file: what it did, or would do. `hechas` has the first lines of each kind, and `rechazos` a
    sentence for each thing that is wrong, with its line. `importacion` is there when it was done."""

    archivo: str
    ajenas: list[str]
    peticion: str
    cuentas: Counter = field(default_factory=Counter)
    hechas: dict[str, list[Linea]] = field(default_factory=lambda: {CREADA: [], ACTUALIZADA: []})
    rechazos: list[tuple[int, str]] = field(default_factory=list)
    huella: str = ""
    importacion: Importacion | None = None
    es_otro: bool = False  # it isn't what was seen

    @property
    def escritas(self) -> int:
        return self.cuentas[CREADA] + self.cuentas[ACTUALIZADA]

    @property
    def rechazadas(self) -> int:
        return len({linea for linea, _ in self.rechazos})


def simular(archivo: Archivo, destino: Destino, *, por: Author, avance: Avance = nadie_pregunta) -> Resultado:
    """Return what a file would do. Nothing of it stays. Raise DatosInvalidos when it can't be read, and Conflicto when
    somebody else imports."""
    with transaction.atomic():
        resultado, _ = _correr(archivo, destino, por, avance)
        transaction.set_rollback(True)
    return resultado


def importar(
    archivo: Archivo, destino: Destino, *, por: Author, vista: str | None = None, avance: Avance = nadie_pregunta
) -> Resultado:
    """Do what a file says, all of it or nothing, and return what it did. With `vista`, the `huella` that somebody saw,
    nothing else is done. See `simular` about errors."""
    with transaction.atomic():
        resultado, escritas = _correr(archivo, destino, por, avance)
        resultado.es_otro = vista is not None and vista != resultado.huella
        if resultado.rechazos or resultado.es_otro or not escritas:
            transaction.set_rollback(True)
        else:
            resultado.importacion = _anotar(resultado, destino, escritas, por)
    return resultado


def _correr(archivo, destino, por, avance) -> tuple[Resultado, list[FilaEscrita]]:
    Importacion.objects.tomar_turno()
    errores = Errores(archivo.nombre)
    hoja = leer(archivo, destino.columnas, errores)
    resultado, escritas, huella = Resultado(archivo.nombre, hoja.ajenas, puerta.get()[1]), [], sha256()
    with entrando_por(Origen.IMPORTACION):
        # A line may have been written though something else is wrong with it, which counts for more.
        hechos = (hecho for hecho in destino.escribir(hoja, errores, por=por) if hecho.linea not in errores)
        while lote := list(islice(hechos, LOTE)):
            resultado.cuentas.update(hecho.que for hecho in lote)
            for hecho, linea in _lineas(destino, [hecho for hecho in lote if hecho.que != SIN_CAMBIOS]):
                huella.update(repr((hecho.que, linea)).encode())
                escritas.append(_escrita(hecho, linea))
                if len(resultado.hechas[hecho.que]) < MOSTRADAS:
                    resultado.hechas[hecho.que].append(linea)
            avance(resultado.cuentas.total(), len(hoja.renglones))
    if resultado.cuentas.total() < len(hoja.renglones):  # some can't be written
        avance(len(hoja.renglones), len(hoja.renglones))
    resultado.rechazos = errores.todas()
    huella.update(repr(resultado.rechazos).encode())
    resultado.huella = huella.hexdigest()
    return resultado, escritas


def _lineas(destino, hechos: list[Hecho]) -> Iterator[tuple[Hecho, Linea]]:
    """Yield what each line did, as the log of changes tells it."""
    if not hechos:
        return
    cambios = list(cambios_de(destino.modelo._meta.db_table, [hecho.fila.uid for hecho in hechos], puerta.get()[1]))
    dichos = {hecho.fila.uid: [] for hecho in hechos}
    for cambio, suceso in zip(cambios, leer_cambios(cambios), strict=True):
        dichos[cambio.uid] += suceso.campos
    for hecho in hechos:
        campos = [*dichos[hecho.fila.uid], *_del_estado(hecho)]
        yield hecho, Linea(hecho.linea, str(hecho.fila), campos)


def _del_estado(hecho) -> Iterable[tuple[str, str, str]]:
    if hecho.estado is None:
        return ()
    etiquetas = dict(type(hecho.fila)._meta.get_field("estado").flatchoices)
    return [("Estado", etiquetas[hecho.estado], etiquetas[hecho.fila.estado])]


def _escrita(hecho, linea) -> FilaEscrita:
    fila = hecho.fila
    return FilaEscrita(linea.numero, linea.nombre, fila.uid, fila.version, hecho.que == CREADA, hecho.estado)


def _anotar(resultado, destino, escritas, por) -> Importacion:
    creadas, cambiadas = resultado.cuentas[CREADA], resultado.cuentas[ACTUALIZADA]
    objeto, peticion = destino.modelo._meta.db_table, resultado.peticion
    importacion = Importacion.objects.anotar(resultado.archivo, objeto, peticion, creadas, cambiadas, por=por)
    for desde in range(0, len(escritas), LOTE):
        FilaImportada.objects.anotar(importacion, escritas[desde : desde + LOTE], por=por)
    return importacion
