from rest_framework.permissions import BasePermission

from monitor.api.authentication import FALTA
from monitor.errores import NoAutenticado


class ActionPermission(BasePermission):
    """Asks for the permission that the view's table names for the action; `roles.PERMISOS` says which roles have it.

    Every view asks it (`ApiViewSet.initial`), before the permission classes of its own. An action that names no
    permission is denied, except where nobody authenticates. With `identity_in_statement` the action's own statement
    asks, and the view confirms the caller before anything leaves it.
    """

    def has_permission(self, request, view):
        action = view.acciones.get(view.action)
        if request.user is None:
            return _is_open(action)
        request.user.permiso = action.permiso if action else ""
        if not (action and action.identity_in_statement):
            request.user.confirm()
        return True


def _is_open(action) -> bool:
    if action and not action.permiso:
        return True
    raise NoAutenticado(FALTA, codigo="token_requerido")
