from rest_framework.permissions import BasePermission


class ActionPermission(BasePermission):
    """Asks for the permission that the view's table names for the action; `roles.PERMISOS` says which roles have it.

    An action that names no permission is denied, and a test checks every route. With `identity_in_statement` the
    action's own statement asks, and the view confirms the caller before anything leaves it.
    """

    def has_permission(self, request, view):
        action = view.acciones.get(view.action)
        request.user.permiso = action.permiso if action else ""
        if not (action and action.identity_in_statement):
            request.user.confirm()
        return True
