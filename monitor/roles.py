"""The roles and what each may do: the one table that the API and the admin ask.

Permissions are named as Django names them (`app.accion_modelo`), so that the admin finds them by itself.
"""

from django.db import models

from monitor.errores import DatosInvalidos, SinPermiso


class Rol(models.TextChoices):
    ADMINISTRADOR = "Administrador", "Administrador"
    OPERADOR = "Operador", "Operador"
    TECNICO = "Tecnico", "Técnico"


ROL_INVALIDO = f"Rol inválido. Debe ser: {', '.join(Rol.values)}"

TODOS = frozenset(Rol)
OPERADORES = frozenset({Rol.ADMINISTRADOR, Rol.OPERADOR})
ADMINISTRADORES = frozenset({Rol.ADMINISTRADOR})

# The models of the catalogues that people write.
CATALOGOS = ("aseguradora", "lugar", "departamento", "tipoprioridadsolicitud", "tiposerviciosolicitud")

# The models of what hangs from an expediente, written by any role.
ANEXOS = ("comentario", "levantamiento", "checklist")

PERMISOS: dict[str, frozenset[Rol]] = {
    "usuarios.cerrar_sesion": TODOS,
    "usuarios.view_usuario": ADMINISTRADORES,
    "usuarios.add_usuario": ADMINISTRADORES,
    "usuarios.change_usuario": ADMINISTRADORES,
    "usuarios.delete_usuario": ADMINISTRADORES,
    # A key is never changed, and deleting one is revoking it.
    **{f"usuarios.{accion}_llave": ADMINISTRADORES for accion in ("view", "add", "delete")},
    **{f"catalogos.view_{catalogo}": TODOS for catalogo in CATALOGOS},
    **{f"catalogos.add_{catalogo}": OPERADORES for catalogo in CATALOGOS},
    **{f"catalogos.change_{catalogo}": OPERADORES for catalogo in CATALOGOS},
    **{f"catalogos.delete_{catalogo}": ADMINISTRADORES for catalogo in CATALOGOS},
    "expedientes.view_expediente": TODOS,
    "expedientes.add_expediente": OPERADORES,
    "expedientes.change_expediente": OPERADORES,
    "expedientes.delete_expediente": ADMINISTRADORES,
    "expedientes.view_historialestado": TODOS,
    "expedientes.view_evidencia": TODOS,
    "expedientes.add_evidencia": OPERADORES,
    "expedientes.delete_evidencia": ADMINISTRADORES,
    "expedientes.vaciar_evidencia": OPERADORES,  # an Operador, only what they sent just now: see the verb
    "expedientes.respaldar_evidencia": OPERADORES,  # to the cloud
    "expedientes.restaurar_evidencia": ADMINISTRADORES,
    "expedientes.revisar_evidencia": OPERADORES,
    "expedientes.exportar_evidencia": ADMINISTRADORES,
    "expedientes.view_respaldo": ADMINISTRADORES,
    "expedientes.delete_respaldo": ADMINISTRADORES,
    "expedientes.salir_sin_checklist": ADMINISTRADORES,  # with a motive
    "expedientes.view_expedientearchivado": ADMINISTRADORES,
    "expedientes.restaurar_expedientearchivado": ADMINISTRADORES,
    "expedientes.seguir_expedientearchivado": OPERADORES,  # which were archived, and not what they were
    # What hangs from an expediente is written by whoever works on the unit.
    **{f"expedientes.{accion}_{anexo}": TODOS for anexo in ANEXOS for accion in ("view", "add", "change")},
    **{f"expedientes.delete_{anexo}": ADMINISTRADORES for anexo in ANEXOS},
    # In which solicitudes, solicitudes/permisos.py says: that depends on the person's part in each.
    **{f"solicitudes.{accion}_solicitud": TODOS for accion in ("view", "add", "change", "delete")},
    "solicitudes.view_estadosolicitud": TODOS,
    "solicitudes.view_lugarsolicitud": TODOS,
    "solicitudes.view_historicoestado": TODOS,
    "post_office.view_email": ADMINISTRADORES,
    "post_office.resend_email": ADMINISTRADORES,
    # To import is to add and to change; to undo, to delete too. These pages only tell of it.
    "importacion.view_importacion": OPERADORES,
    "monitor.view_metricas": ADMINISTRADORES,
}

SIN_PERMISO = {
    OPERADORES: "Acceso restringido a administradores y operadores",
    ADMINISTRADORES: "Acceso restringido a administradores",
}


def tiene_permiso(rol: str, permiso: str) -> bool:
    """Return whether the role has the permission. Nobody has a permission that the table doesn't name."""
    return rol in PERMISOS.get(permiso, ())


def exigir_permiso(rol: str, permiso: str) -> None:
    if not tiene_permiso(rol, permiso):
        raise SinPermiso(SIN_PERMISO.get(PERMISOS.get(permiso), "Acceso restringido"))


def exigir_rol(rol: str) -> None:
    if rol not in Rol.values:
        raise DatosInvalidos(ROL_INVALIDO, codigo="rol_invalido")
