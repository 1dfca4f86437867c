"""The files that go to the cloud with the evidence of an expediente, so that it can be read there without Monitor: the
manifest, with its rows and the digests, and its formats."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import orjson
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from expedientes.archivo import copiar
from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia
from expedientes.formatos.views import FORMATOS
from expedientes.models import Expediente
from monitor.archivos.nube import NUBE, llave_para
from monitor.errores import NoEncontrado
from monitor.exportacion.hoja import TIPOS, escribir

JSON, XLSX = "application/json", "xlsx"
CARPETA = "evidencias/{}/"


class Acompanante(NamedTuple):
    nombre: str
    tipo: str
    contenido: bytes


def subir_acompanantes(no_siniestro: str) -> None:
    """Put all that goes along in the cloud. It goes first: an expediente whose evidence is all there has it there too.
    Raise NubeNoResponde."""
    for uno in acompanantes(no_siniestro):
        NUBE.guardar(llave_de(no_siniestro, uno.nombre), uno.contenido, uno.tipo)


def llave_de(no_siniestro: str, nombre: str) -> str:
    return f"{CARPETA.format(no_siniestro)}{nombre}"


def acompanantes(no_siniestro: str) -> Iterator[Acompanante]:
    """Yield the manifest, and the sheets of the expediente and of its newest checklist and survey, of those that it
    has."""
    yield Acompanante("manifiesto.json", JSON, manifiesto(no_siniestro))
    for formato in FORMATOS.values():
        with suppress(NoEncontrado):
            yield Acompanante(
                formato.archivo(no_siniestro, XLSX), TIPOS[XLSX], escribir(formato.hoja(no_siniestro), XLSX)
            )


@transaction.atomic
def manifiesto(no_siniestro: str) -> bytes:
    """Return the expediente as the archive would keep it, and its evidence with the key and the digest of each."""
    expediente = Expediente.objects.select_for_update(no_key=True).filter(pk=no_siniestro).first()
    if expediente is None:
        raise Expediente.objects.no_encontrado(no_siniestro)
    evidencias = Evidencia.objects.filter(expediente=no_siniestro).order_by("pk")
    dicho = {
        "manifiesto": 1,
        "hecho_en": timezone.now(),
        "no_siniestro": no_siniestro,
        "evidencias": [_evidencia(evidencia) for evidencia in evidencias],
        "expediente": copiar(expediente),
    }
    return orjson.dumps(dicho, default=DjangoJSONEncoder().default, option=orjson.OPT_INDENT_2)


def _evidencia(evidencia: Evidencia) -> dict:
    """Return what the manifest says of one that is in the cloud, or is about to be."""
    alla = evidencia.ubicacion_almacenamiento == Ubicacion.NUBE
    llave = evidencia.llave_nube if alla else llave_para(evidencia.ruta, evidencia.lugar)
    return {"llave": llave} | evidencia.dicha | {"tipo_mime": evidencia.tipo_mime, "fecha_carga": evidencia.fecha_carga}
