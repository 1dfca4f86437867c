from rest_framework.permissions import BasePermission


class ActionPermission(BasePermission):
    """The permission that the view's table names for the action, for the roles that `roles.PERMISOS` gives it to.

    An action that names none is denied (tested for every route). `identity_in_statement` leaves it to the action's own
    statement, and to the view, from which nothing leaves before.
    """

    def has_permission(self, request, view):
        action = view.acciones.get(view.action)
        request.user.permiso = action.permiso if action else ""
        if not (action and action.identity_in_statement):
            request.user.confirm()
        return True
