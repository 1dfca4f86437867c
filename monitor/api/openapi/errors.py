"""The errors that an action may answer, for the API's description."""

from collections.abc import Iterator
from hashlib import blake2b

import orjson
from django.http import QueryDict
from django.utils.text import slugify

from monitor.api.authentication import FALTA
from monitor.api.body import LIMITE_PASADO, NO_ES_JSON, NO_ES_OBJETO, OTRO_TIPO, VACIO
from monitor.api.errors import HttpError, internal
from monitor.api.idempotency import INVALIDA, USADA, InProgress
from monitor.api.openapi.description import Operation
from monitor.api.tokens import INVALIDO
from monitor.api.viewsets import Action
from monitor.errores import (
    DatosInvalidos,
    Desactualizado,
    ErrorDeDominio,
    NoAutenticado,
    ReglaIncumplida,
    SinPermiso,
)
from monitor.roles import Rol, exigir_permiso

LONGEST = 100  # letters of sentences in the name of a component
TITLES = {
    400: "La petición está mal.",
    401: "Falta un token válido.",
    403: "No tiene permiso.",
    404: "No existe.",
    409: "Contradice el estado actual de los datos.",
    413: "El cuerpo es demasiado grande.",
    415: "El cuerpo no es de un tipo que se admita.",
    416: "No tiene esa parte.",
    412: "Ya no es lo que se leyó.",
    422: "Contradice una regla.",
    429: "Demasiados intentos.",
    500: "Falló el servidor; la causa está en su bitácora, bajo el `X-Request-ID`.",
    503: "La base de datos no responde; intente más tarde.",
}


def errors_of(operation: Operation, row: Action, *, takes_key: bool) -> Iterator[ErrorDeDominio]:
    """Yield the errors of an action, which `row` has in its view's table, in the order in which they are checked.
    `takes_key` says whether it takes an Idempotency-Key."""
    if row.permiso:
        yield from (NoAutenticado(FALTA), NoAutenticado(INVALIDO))
        yield from _forbidden(row.permiso)
    yield _error_of(lambda: row.params.read(QueryDict(operation.invalid_query)))
    yield from _of_the_bytes(operation, takes_key)
    for invalid in operation.invalid:
        yield _error_of(lambda body=invalid: operation.body.read(body, partial=operation.partial))
    if operation.never_empty:
        yield DatosInvalidos(DatosInvalidos.SIN_CAMBIOS)
    yield from operation.errors
    yield from _already_written(operation, takes_key)
    yield internal(500, row.operacion)
    if operation.uses_database:
        yield internal(503, row.operacion)


def _of_the_bytes(operation, takes_key):
    """Yield the errors of the body as it comes. With a key it is read also where nobody asks for it."""
    if operation.body is not None or (takes_key and not operation.form):
        yield HttpError(413, LIMITE_PASADO)
    if takes_key:
        yield DatosInvalidos(INVALIDA)
    if operation.body is not None:
        yield HttpError(415, OTRO_TIPO)
        yield from map(DatosInvalidos, ([] if operation.optional_body else [VACIO]) + [NO_ES_JSON, NO_ES_OBJETO])


def _already_written(operation, takes_key):
    """Yield the errors that tell what somebody else wrote, or what the same request did when it came before."""
    if operation.stale:
        yield Desactualizado(operation.stale)
    if takes_key:
        yield from (ReglaIncumplida([USADA]), InProgress())


def name_of(examples: dict) -> str:
    """Return a name for the answer that has these errors: their sentences; or the last, and a digest of all, when they
    are too many for a name. The same errors have the same name wherever they are answered."""
    *others, last = (_camel(example["summary"]) for example in examples.values())
    whole = "_".join([*others, last])
    if len(whole) <= LONGEST and not any(map(_says_more, examples.values())):
        return whole
    return f"{last[:LONGEST]}_{blake2b(orjson.dumps(examples), digest_size=3).hexdigest()}"


def _camel(sentence):
    """Return a sentence as a name. «ID inválido» and «id inválido» are different ones."""
    name = "".join(word.capitalize() for word in slugify(sentence).replace("_", "-").split("-"))
    return name if sentence[0].isupper() or ": " in sentence else name[0].lower() + name[1:]


def _says_more(example):
    """Return whether an error's body has more sentences than the one it shows first."""
    return len(example["value"].get("campos") or example["value"].get("detail") or ()) > 1


def _forbidden(permiso):
    """Return the error that a role without the permission is told, which is the same for all such roles."""
    for rol in Rol:
        try:
            exigir_permiso(rol, permiso)
        except SinPermiso as error:
            return [error]
    return []


def _error_of(read):
    try:
        read()
    except DatosInvalidos as error:
        return error
    raise AssertionError("el ejemplo de lo inválido es válido")
