from django.urls import path

from expedientes.comentarios.views import ComentarioViewSet

urlpatterns = [
    path("comentarios", ComentarioViewSet.as_view({"post": "create"})),
    # The number of an expediente, which may hold slashes, or the id of a comment: the method says which.
    path("comentarios/<key:clave>", ComentarioViewSet.as_view({"get": "list", "delete": "destroy"})),
]
