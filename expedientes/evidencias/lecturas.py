"""How evidence is read: of an expediente, in its own answer, and one by one."""

import orjson
from django.db import models

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.serializers import DE_LA_LISTA, DETALLADA, EVIDENCIA
from expedientes.models import Expediente
from monitor.api.dialects import DIRECT
from monitor.api.etag import ConditionalReader, tag_in
from monitor.api.recent import Recent
from monitor.api.shapes import Reader
from monitor.db.queries import CompiledQuery, Param

CLAVE = Expediente._meta.pk
ID = models.BigIntegerField()
VECES = 3  # that an expediente is read while others write it

# What was read last, as JSON, by the tag of its expediente: who writes evidence moves that, so that under one tag there
# is never other evidence. In these bytes fit some 150 expedientes with a hundred photos.
recientes = Recent(4 * 1024 * 1024)


def _de_uno():
    return Evidencia.objects.filter(expediente=Param("no_siniestro", CLAVE)).en_orden()


def _una():
    return Evidencia.objects.filter(expediente=Param("no_siniestro", CLAVE), pk=Param("id", ID))


lista = Reader(DE_LA_LISTA, _de_uno)
detalladas = Reader(DETALLADA, _de_uno)
detallada = Reader(DETALLADA, _una)
_suyas = CompiledQuery(
    lambda: _de_uno().values_list(*EVIDENCIA.columns, *(f"expediente__{nombre}" for nombre in Expediente.tagged_by))
)


class ConEvidencia(ConditionalReader):
    """A reader of an expediente that also reads its evidence, with a second statement when there is any that it hasn't
    read since the expediente was written."""

    def one_with_etag(self, *variant, **values):
        for _ in range(VECES):
            found = super().one_with_etag(*variant, **values)
            if found is None:
                return None
            expediente, etag = found
            suya, es_de_entonces = (
                _suya(values["no_siniestro"], tag_in(etag)) if expediente["evidencia"] else ([], True)
            )
            expediente["evidencia"] = suya
            if es_de_entonces:
                break  # otherwise somebody wrote the expediente between the two statements
        return found


def _suya(no_siniestro: str, tag: str) -> tuple[orjson.Fragment, bool]:
    """Return the evidence of an expediente, and whether it is that of the state with this tag."""
    if leida := recientes.get(tag):
        return orjson.Fragment(leida), True
    filas = _suyas.rows(no_siniestro=no_siniestro)
    json = DIRECT.json(EVIDENCIA.many(filas))
    es_de_entonces = bool(filas) and Expediente.tag_of(*filas[0][-2:]) == tag
    if es_de_entonces:
        recientes.keep(tag, json)
    return orjson.Fragment(json), es_de_entonces or not filas


def del_expediente(no_siniestro: str) -> list[dict]:
    return _con_url(lista.many(no_siniestro=no_siniestro))


def del_expediente_con_todo(no_siniestro: str) -> list[dict]:
    return _con_repetidas(detalladas.many(no_siniestro=no_siniestro))


def una(no_siniestro: str, id_: int) -> dict | None:
    return next(iter(_con_repetidas(detallada.many(no_siniestro=no_siniestro, id=id_))), None)


def _con_url(filas):
    for fila in filas:
        fila["url_nube"] = None  # all of it is in the shop
    return filas


def _con_repetidas(filas):
    """Fill in which other evidence has the same bytes, with one statement for all that have any."""
    huellas = {fila["sha256"] for fila in filas if fila["repetida_en"]}
    iguales = {huella: [] for huella in huellas}
    if huellas:
        otras = Evidencia.objects.filter(sha256__in=huellas).order_by("pk")
        for no_siniestro, pk, huella in otras.values_list("expediente_id", "pk", "sha256"):
            iguales[huella].append({"no_siniestro": no_siniestro, "id": pk})
    for fila in _con_url(filas):
        fila["repetida_en"] = [otra for otra in iguales.get(fila["sha256"], ()) if otra["id"] != fila["id"]]
    return filas
