"""The table of who may do what with a solicitud. In SQL, `SolicitudQuerySet.visibles` filters by the rule of VER."""

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

# Nobody decides a solicitud that they asked for, not even an administrator, and not even after it was given to somebody
# else.
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
    papeles = papeles_de(usuario, **partes)
    return bool(papeles & PUEDEN[accion]) and not _la_pidio(accion, papeles)


def exigir(accion: Accion, usuario, **partes) -> None:
    papeles = papeles_de(usuario, **partes)
    if _la_pidio(accion, papeles):
        raise SinPermiso(PROPIA, codigo="solicitud_propia")
    if not papeles & PUEDEN[accion]:
        raise SinPermiso(SIN_PERMISO[accion])


def papeles_de(usuario, *, solicitante_id: int, aprobador_id: int, solicitantes_anteriores=()) -> set[str]:
    """Return the role of a person and their parts in a solicitud."""
    papeles = {usuario.rol}
    if usuario.pk == solicitante_id:
        papeles.add(SOLICITANTE)
    if usuario.pk == aprobador_id:
        papeles.add(APROBADOR)
    if usuario.pk in solicitantes_anteriores:
        papeles.add(SOLICITANTE_ANTERIOR)
    return papeles


def _la_pidio(accion, papeles) -> bool:
    return bool(papeles & NO_PUEDEN.get(accion, frozenset()))


def ve_todas(usuario) -> bool:
    return usuario.rol in PUEDEN[Accion.VER]
