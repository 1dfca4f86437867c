"""The table of who may do what with a solicitud. In SQL, `SolicitudQuerySet.visibles` filters by the rule of VER."""

from collections.abc import Sequence
from enum import StrEnum

from monitor.errores import SinPermiso
from monitor.roles import Rol

SOLICITANTE, APROBADOR = "solicitante", "aprobador"
SOLICITANTE_ANTERIOR = "solicitante anterior"


class Accion(StrEnum):
    CREAR = "crear"
    VER = "ver"
    ACTUALIZAR = "actualizar"
    ELIMINAR = "eliminar"
    APROBAR = "aprobar"
    RECHAZAR = "rechazar"
    CANCELAR = "cancelar"


_PARTES = frozenset({SOLICITANTE, APROBADOR})
_DUENOS = frozenset({SOLICITANTE, Rol.ADMINISTRADOR})
_DECIDEN = frozenset({APROBADOR, Rol.ADMINISTRADOR})

# Any of these is enough: a role, or a part in the solicitud.
PUEDEN: dict[Accion, frozenset[str]] = {
    Accion.CREAR: frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR, SOLICITANTE}),
    Accion.VER: frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR}) | _PARTES,
    Accion.ACTUALIZAR: _DUENOS,
    Accion.ELIMINAR: _DUENOS,
    Accion.APROBAR: _DECIDEN,
    Accion.RECHAZAR: _DECIDEN,
    Accion.CANCELAR: _PARTES | {Rol.ADMINISTRADOR},
}

# Nobody decides a solicitud that they asked for, not even an administrator, not even after it was given to somebody
# else, and not with a program's key that they made either. A program asks for what it files: nobody can name it as the
# requester.
_PIDIERON = frozenset({SOLICITANTE, SOLICITANTE_ANTERIOR})
NO_PUEDEN: dict[Accion, frozenset[str]] = {Accion.APROBAR: _PIDIERON, Accion.RECHAZAR: _PIDIERON}
PROPIA = "No puede decidir una solicitud que usted pidió"

SIN_PERMISO: dict[Accion, str] = {
    Accion.CREAR: "Un técnico sólo puede solicitar transporte a su propio nombre",
    Accion.VER: "Sólo pueden ver la solicitud sus partes, los operadores y los administradores",
    Accion.ACTUALIZAR: "Sólo el solicitante o un administrador puede actualizar la solicitud",
    Accion.ELIMINAR: "Sólo el solicitante o un administrador puede eliminar la solicitud",
    Accion.APROBAR: "Sólo el aprobador, o un administrador que no sea el solicitante, puede aprobar la solicitud",
    Accion.RECHAZAR: "Sólo el aprobador, o un administrador que no sea el solicitante, puede rechazar la solicitud",
    Accion.CANCELAR: "Sólo el solicitante, el aprobador o un administrador puede cancelar la solicitud",
}


def puede(accion: Accion, usuario, **partes) -> bool:
    """Return whether the person may do this. `partes` are the arguments of `papeles_de`."""
    return bool(papeles_de(usuario, **partes) & PUEDEN[accion]) and not _la_pidio(accion, [usuario.pk], partes)


def exigir(accion: Accion, usuario, creadores: Sequence[int] = (), **partes) -> None:
    """Raise SinPermiso when the person may not do this. `creadores` has the ids of who made the key that a program
    uses."""
    if _la_pidio(accion, [usuario.pk, *creadores], partes):
        raise SinPermiso(PROPIA, codigo="solicitud_propia")
    if not papeles_de(usuario, **partes) & PUEDEN[accion]:
        raise SinPermiso(SIN_PERMISO[accion])


def papeles_de(usuario, **partes) -> set[str]:
    """Return the role of a person and their parts in a solicitud."""
    return {usuario.rol} | _partes_de(usuario.pk, **partes)


def _partes_de(pk, *, solicitante_id: int, aprobador_id: int, solicitantes_anteriores=()) -> set[str]:
    partes = set()
    if pk == solicitante_id:
        partes.add(SOLICITANTE)
    if pk == aprobador_id:
        partes.add(APROBADOR)
    if pk in solicitantes_anteriores:
        partes.add(SOLICITANTE_ANTERIOR)
    return partes


def _la_pidio(accion, quienes, partes) -> bool:
    no_pueden = NO_PUEDEN.get(accion, frozenset())
    return any(_partes_de(pk, **partes) & no_pueden for pk in quienes)


def ve_todas(usuario) -> bool:
    return usuario.rol in PUEDEN[Accion.VER]
