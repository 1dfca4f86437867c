"""The one path of evidence that isn't under /api: the `ruta` that each has."""

from django.urls import path

from expedientes.evidencias.views import RutaViewSet

urlpatterns = [path("evidencias/<key:ruta>", RutaViewSet.as_view({"get": "archivo"}))]
