from django.urls import path

from catalogos.views import VISTAS


def rutas(vista):
    """Give the paths of a view, with the methods whose action the view has. Any other method is a 405."""
    for ruta, metodos in (
        ("", {"get": "list", "post": "create"}),
        ("/todos/lista", {"get": "todos"}),
        ("/<segment:pk>", {"get": "retrieve", "put": "update", "delete": "destroy"}),
    ):
        propios = {metodo: accion for metodo, accion in metodos.items() if accion in vista.acciones}
        yield path(f"{vista.ruta}{ruta}", vista.as_view(propios))


urlpatterns = [ruta for vista in VISTAS for ruta in rutas(vista)]
