from django.urls import path

from monitor.usuarios.views import LlaveViewSet, LoginViewSet, SesionViewSet, UsuarioViewSet

urlpatterns = [
    path("auth/login", LoginViewSet.as_view({"post": "login"})),
    path("auth/logout", SesionViewSet.as_view({"post": "logout"})),
    path("auth/register", SesionViewSet.as_view({"post": "register"})),
    path("usuarios", UsuarioViewSet.as_view({"get": "list"})),
    path("usuarios/<segment:pk>", UsuarioViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path("llaves", LlaveViewSet.as_view({"get": "list", "post": "create"})),
    path("llaves/<segment:pk>", LlaveViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
]
