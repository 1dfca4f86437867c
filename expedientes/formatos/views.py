"""The sheets of an expediente as files, to print or to send. Each is made when it is asked for, and kept nowhere."""

import re
from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from expedientes.formatos.contenido import del_checklist, del_expediente, del_levantamiento
from monitor.api.dialects import CACHE
from monitor.api.fields import StrictChoiceField
from monitor.api.params import QueryParams
from monitor.api.viewsets import Action, ApiViewSet
from monitor.exportacion.hoja import TIPOS, Hoja, escribir
from monitor.policies import CSP, FILE

TIPO = QueryParams(tipo=StrictChoiceField(choices=list(TIPOS)))
POR_OMISION = "xlsx"
NO_DE_NOMBRE = re.compile(r"[^\w.-]")  # what the name of a file doesn't take


class Formato(NamedTuple):
    """A sheet: who may have it, what makes it, and how the name of its file begins."""

    permiso: str
    hoja: Callable[[str], Hoja]
    nombre: str

    def archivo(self, no_siniestro: str, tipo: str) -> str:
        """Return the name of its file for an expediente."""
        return f"{self.nombre}_{NO_DE_NOMBRE.sub('_', no_siniestro)}.{tipo}"


FORMATOS = {
    "expediente": Formato("expedientes.view_expediente", del_expediente, "EXPEDIENTE"),
    "checklist": Formato("expedientes.view_checklist", del_checklist, "CHECKLIST"),
    "levantamiento": Formato("expedientes.view_levantamiento", del_levantamiento, "LEVANTAMIENTO"),
}


class FormatoViewSet(ApiViewSet):
    acciones = {cual: Action(formato.permiso, "hacer el formato", TIPO) for cual, formato in FORMATOS.items()}

    def expediente(self, request, no_siniestro):
        return descarga(self.action, no_siniestro, self.query.get("tipo", POR_OMISION))

    checklist = levantamiento = expediente


def descarga(cual: str, no_siniestro: str, tipo: str) -> HttpResponse:
    """Return the answer with a sheet of FORMATOS as a file. Raise NoEncontrado when there is nothing to draw."""
    formato = FORMATOS[cual]
    contenido = escribir(formato.hoja(no_siniestro), tipo)
    nombre = formato.archivo(no_siniestro, tipo)
    headers = {
        "Content-Type": TIPOS[tipo],
        "Content-Disposition": content_disposition_header(True, nombre),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": CACHE,
        "Accept-Ranges": "none",  # it is compressed already
        CSP: FILE,
    }
    return HttpResponse(contenido, headers=headers)
