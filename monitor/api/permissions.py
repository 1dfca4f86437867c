from rest_framework.permissions import BasePermission

from monitor.roles import exigir_permiso


class Permisos(BasePermission):
    """Each action of a view names its permission; one that names none is denied (tested for every route)."""

    def has_permission(self, request, view):
        accion = view.acciones.get(view.action)
        exigir_permiso(request.user.rol, accion.permiso if accion else "")
        return True
