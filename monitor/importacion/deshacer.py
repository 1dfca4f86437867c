"""Undoing an import as a whole, while nobody touched its rows: those that it made go, and the others get back what they
had, each by its verb."""

from collections.abc import Iterator

import orjson
from django.db import transaction

from monitor.db.writes import Author
from monitor.errores import Conflicto, ErrorDeDominio
from monitor.importacion.destino import LOTE, Avance, Destino, nadie_pregunta
from monitor.importacion.models import FilaImportada, Importacion
from monitor.origen import Origen, entrando_por
from monitor.textos import enumerar

NOMBRADAS = 10  # rows that a refusal names; the rest are counted
TOCADAS = "No se deshizo nada, porque después de importar alguien cambió o quitó: {}. Corríjalo en sus páginas"
RECHAZADAS = "No se deshizo nada: {}"


def deshacer(pk: int, destino: Destino, *, por: Author, avance: Avance = nadie_pregunta) -> Importacion:
    """Undo an import and return it. Raise Conflicto when it was undone already, when somebody imports, when somebody
    touched one of its rows since, naming those, or when a verb refuses."""
    with transaction.atomic(), entrando_por(Origen.IMPORTACION):
        Importacion.objects.tomar_turno()
        importacion = Importacion.objects.tomar(pk)
        _exigir_intactas(importacion, destino)
        rechazos, hechas, total = [], 0, importacion.escritas
        for lote in _lotes(importacion, "-id"):
            rechazos += _deshacer(importacion, destino, lote, por)
            hechas += len(lote)
            avance(hechas, total)
        if rechazos:
            raise Conflicto(RECHAZADAS.format(enumerar(rechazos, NOMBRADAS, "; ")))
        return Importacion.objects.anotar_deshecha(pk, por=por)


def _lotes(importacion, orden) -> Iterator[list[FilaImportada]]:
    filas = importacion.filas.order_by(orden)
    desde = 0
    while lote := list(filas[desde : desde + LOTE]):
        yield lote
        desde += LOTE


def _exigir_intactas(importacion, destino) -> None:
    tocadas = []
    for lote in _lotes(importacion, "id"):
        versiones = dict(destino.bloquear([fila.uid for fila in lote]).values_list("uid", "version"))
        tocadas += [f"«{fila}»" for fila in lote if versiones.get(fila.uid) != fila.version_escrita]
    if tocadas:
        raise Conflicto(TOCADAS.format(enumerar(tocadas, NOMBRADAS)))


def _deshacer(importacion, destino, lote, por) -> list[str]:
    """Undo some rows, and return a sentence for each that a verb refuses."""
    filas = {f.uid: f for f in destino.modelo._base_manager.filter(uid__in=[escrita.uid for escrita in lote])}
    valores = _lo_de_antes(importacion, destino, [escrita.uid for escrita in lote if not escrita.creada])
    rechazos = []
    for escrita in lote:
        fila = filas[escrita.uid]
        try:
            if escrita.creada:
                destino.deshacer_nueva(fila, por=por)
            else:
                destino.deshacer_cambio(fila, valores.get(fila.uid, {}), escrita.estado, por=por)
        except ErrorDeDominio as error:
            rechazos.append(f"«{escrita}»: {error.mensaje}")
    return rechazos


def _lo_de_antes(importacion, destino, uids) -> dict:
    """Return what the rows had before, by their identity and by attname."""
    campos = {campo.attname: campo for campo in destino.modelo._meta.concrete_fields}
    antes = {}
    for cambio in importacion.cambios(uids):
        for columna, valor in orjson.loads(cambio.cambios).items():
            antes.setdefault(cambio.uid, {}).setdefault(columna, campos[columna].to_python(valor["de"]))
    return antes
