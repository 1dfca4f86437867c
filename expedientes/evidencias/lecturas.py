"""Reading evidence: of an expediente, in its own answer, and one by one."""

from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

import orjson
from django.db import models

from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.serializers import DE_LA_LISTA, DETALLADA, EVIDENCIA
from expedientes.models import Expediente
from monitor.api.dialects import DIRECT
from monitor.api.etag import ConditionalReader
from monitor.api.recent import Recent
from monitor.api.shapes import Reader
from monitor.archivos.nube import NUBE
from monitor.db.queries import CompiledQuery, Param

CLAVE = Expediente._meta.pk
ID = models.BigIntegerField()
LEIDOS = [f"leido_{nombre}" for nombre in Expediente.tagged_by]  # the names of those values in a query
VECES = 3  # that an expediente is read while others write it


class Leido(NamedTuple):
    """A state of an expediente as it was read, in JSON, and what that state is known by when it is met again: what its
    tag is made of (its version, which whoever writes evidence or changes the state moves, and its identity), and its
    last change of state."""

    estado: tuple
    ultimo: int
    historial: bytes
    evidencia: bytes

    @property
    def json(self) -> dict:
        return {"historial_estado": orjson.Fragment(self.historial), "evidencia": orjson.Fragment(self.evidencia)}

    @property
    def tamano(self) -> int:
        return len(self.historial) + len(self.evidencia)


# What was read last of each expediente with evidence. In these bytes fit some 150 with a hundred photos.
recientes: Recent[Leido] = Recent(4 * 1024 * 1024)


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
    """A reader of an expediente that also reads its evidence, with a second statement when there is any.

    Of a state that was read before nothing is read again of what only that state can have: neither the evidence, nor a
    row of the join for each change of state.
    """

    def __init__(self, shape, make, model):
        super().__init__(shape, lambda leido=False: _sin_lo_leido(make()) if leido else make(), model)
        self._estado = slice(self._start, self._start + len(Expediente.tagged_by))
        self._ultimo = shape.columns.index("historial__id")

    def one_with_etag(self, *, no_siniestro, **values):
        for _ in range(VECES):
            rows, leido = self._rows(no_siniestro, **values)
            if not rows:
                return None
            expediente, etag = self.shape.from_rows(rows), self._etag(rows)
            if not expediente["evidencia"]:
                expediente["evidencia"] = []
                break
            leido = leido or self._leer(no_siniestro, rows, expediente, etag)
            expediente |= leido.json
            if leido.estado == rows[0][self._estado]:
                break  # otherwise somebody wrote the expediente between the two statements
        return expediente, etag

    def _rows(self, no_siniestro, **values) -> tuple[list[tuple], Leido | None]:
        """Return the rows of the join; or one of them, and what was read before of the same state."""
        leido = recientes.get(no_siniestro)
        if leido:
            visto = dict(zip(LEIDOS, leido.estado, strict=True), ultimo=leido.ultimo)
            rows = self._query.rows(True, no_siniestro=no_siniestro, **visto, **values)
            if rows and rows[0][self._estado] != leido.estado:
                return rows, None
            if len(rows) == 1 and rows[0][self._ultimo] == leido.ultimo:
                return rows, leido
            recientes.forget(no_siniestro)  # it isn't there any more, or has rows that no verb wrote
        return self._query.rows(no_siniestro=no_siniestro, **values), None

    def _leer(self, no_siniestro, rows, expediente, etag) -> Leido:
        filas, estado = _suyas.rows(no_siniestro=no_siniestro), rows[0][self._estado]
        leido = Leido(
            estado=filas[0][-len(estado) :] if filas else estado,
            ultimo=rows[0][self._ultimo],
            historial=DIRECT.json(expediente["historial_estado"]),
            evidencia=DIRECT.json(EVIDENCIA.many(filas)),
        )
        # One row alone must give the same ETag: not where some have no place in the chain.
        if filas and leido.estado == estado and self._etag(rows[:1]) == etag:
            recientes.keep(no_siniestro, leido, leido.tamano)
        return leido


def _sin_lo_leido(expedientes):
    """Leave the rows of the join that aren't known: of the state that was read, only its last change of state, and
    those that no verb wrote."""
    campos = [Expediente._meta.get_field(nombre) for nombre in Expediente.tagged_by]
    leido = models.Q(**{campo.name: Param(nombre, campo) for nombre, campo in zip(LEIDOS, campos, strict=True)})
    return expedientes.filter(
        ~leido | models.Q(historial=Param("ultimo", ID)) | models.Q(historial__eslabon__isnull=True)
    )


def del_expediente(no_siniestro: str) -> list[dict]:
    return _con_url(lista.many(no_siniestro=no_siniestro))


def del_expediente_con_todo(no_siniestro: str) -> list[dict]:
    return _con_repetidas(detalladas.many(no_siniestro=no_siniestro))


def una_con_etag(no_siniestro: str, id_: int) -> tuple[dict, str] | None:
    for fila in _con_repetidas(detallada.many(no_siniestro=no_siniestro, id=id_)):
        tag = Evidencia.tag_of(fila["id"], fila["ubicacion_almacenamiento"], fila["ruta"])
        return fila, _etag(tag, fila["repetida_en"])
    return None


def etag_de(evidencia: Evidencia) -> str:
    """Return the ETag that reading it gives."""
    return _etag(evidencia.tag, _iguales([evidencia.sha256], menos=evidencia.pk)[evidencia.sha256])


def _etag(tag, repetidas) -> str:
    otras = ",".join(f"{otra['no_siniestro']}/{otra['id']}" for otra in repetidas)
    return f'"{tag}.{blake2b(otras.encode(), digest_size=8).hexdigest()}"'


def _con_url(filas):
    for fila in filas:
        en_la_nube = fila["ubicacion_almacenamiento"] == Ubicacion.NUBE
        fila["url_nube"] = NUBE.direccion(fila["url_nube"]) if en_la_nube else None
    return filas


def _con_repetidas(filas):
    """Fill in which other evidence has the same bytes, with one statement for all that have any."""
    iguales = _iguales({fila["sha256"] for fila in filas if fila["repetida_en"]})
    for fila in _con_url(filas):
        fila["repetida_en"] = [otra for otra in iguales.get(fila["sha256"], ()) if otra["id"] != fila["id"]]
    return filas


def _iguales(huellas: Collection[str], menos: int | None = None) -> dict[str, list[dict]]:
    """Return which evidence has each of these digests, but for one."""
    iguales = {huella: [] for huella in huellas}
    if huellas:
        otras = Evidencia.objects.filter(sha256__in=huellas).order_by("pk")
        for no_siniestro, pk, huella in otras.values_list("expediente_id", "pk", "sha256"):
            if pk != menos:
                iguales[huella].append({"no_siniestro": no_siniestro, "id": pk})
    return iguales
