"""The hooks that tell schemathesis what isn't in the description: who asks, with a token that goes on being good, and
ids that exist.

It runs in schemathesis' own process, on the database of the test that started it.
"""

from zlib import crc32

import django

django.setup()

import schemathesis  # noqa: E402
from schemathesis.generation.meta import TestPhase  # noqa: E402

from expedientes.evidencias.models import Evidencia  # noqa: E402
from monitor.api import tokens  # noqa: E402
from monitor.api.tests import mundo  # noqa: E402
from monitor.textos import composed, with_single_blanks  # noqa: E402
from monitor.usuarios.llaves import Llave  # noqa: E402
from monitor.usuarios.models import Usuario  # noqa: E402
from solicitudes.models import Solicitud  # noqa: E402

QUIEN_PIDE, QUIEN_SALE = 3, 1  # if the same person asked and logged out, everything would be 401 from then on
# Nobody disables these two, changes their password or lowers their role.
SOBRE_PERSONAS = {"PUT /api/usuarios/{id}", "DELETE /api/usuarios/{id}"}
DE_ESTAS_DOS = {str(QUIEN_PIDE), str(QUIEN_SALE)}
LO_QUE_HAY = mundo.Mundo(
    QUIEN_PIDE,
    Solicitud.objects.values_list("pk", flat=True).get(),
    Llave.objects.values_list("pk", flat=True).get(),
    *Evidencia.objects.values_list("pk", "ruta").get(),
)
# With a text at random these make almost every write a 412 or a 422.
CONDICIONES = ("If-Match", "Idempotency-Key")
REALES = range(1, 13)  # an id of a reference that is left as it was drawn


@schemathesis.auth(refresh_interval=None)
class Token:
    def get(self, case, context):
        quien = QUIEN_SALE if case.operation.label == "POST /api/auth/logout" else QUIEN_PIDE
        return tokens.issue(Usuario.objects.get(pk=quien))

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta and isinstance(case.body, (dict, list)):  # to set that there is none would make it a wrong request
        case.body = con_ids_reales(case.body) if case.meta.generation.mode.is_positive else como_se_lee(case.body)
    al_azar = case.meta and case.meta.phase.name == TestPhase.FUZZING
    if al_azar and case.meta.generation.mode.is_positive and cara_o_cruz(case):
        case.path_parameters.update(LO_QUE_HAY.en_la_ruta(case.path))
        for condicion in CONDICIONES:
            case.headers.pop(condicion, None)
    if case.operation.label in SOBRE_PERSONAS and str(case.path_parameters.get("id")) in DE_ESTAS_DOS:
        case.path_parameters["id"] = mundo.LIBRE


def cara_o_cruz(case) -> bool:
    """Return the same for the same request, because schemathesis repeats those that fail."""
    return crc32(repr(case.path_parameters).encode()) % 2 == 0


def como_se_lee(cuerpo):
    """Return a body whose texts have the blanks that the server leaves in them: a text that is too long with those that
    it cuts is right, and JSON Schema can't say so. Schemathesis looks again at whether the request is wrong."""
    match cuerpo:
        case dict():
            return {clave: como_se_lee(valor) for clave, valor in cuerpo.items()}
        case list():
            return [como_se_lee(uno) for uno in cuerpo]
        case str():
            return with_single_blanks(composed(cuerpo))
    return cuerpo


def con_ids_reales(cuerpo):
    """Return a body whose references are to what there is."""
    match cuerpo:
        case dict():
            return {clave: _real(clave, valor) for clave, valor in cuerpo.items()}
        case list():
            return [con_ids_reales(uno) for uno in cuerpo]
    return cuerpo


def _real(clave, valor):
    if clave in mundo.REFERENCIAS and isinstance(valor, int) and valor not in REALES:
        return mundo.REFERENCIAS[clave]
    return con_ids_reales(valor)
