from django.urls import path

from expedientes.evidencias.urls import DE_UNO
from expedientes.nube.views import NubeViewSet

# The first are fixed parts of a path, where another may stand: they go before it.
urlpatterns = [
    path(f"{DE_UNO}/respaldar", NubeViewSet.as_view({"post": "respaldar"})),
    path(f"{DE_UNO}/restaurar", NubeViewSet.as_view({"post": "restaurar"})),
    path(f"{DE_UNO}/integridad", NubeViewSet.as_view({"get": "integridad"})),
    path("backup/estado", NubeViewSet.as_view({"get": "estado"})),
    path("backup/logs", NubeViewSet.as_view({"get": "logs", "delete": "eliminar_logs"})),
    path("backup/logs/limpiar", NubeViewSet.as_view({"post": "limpiar"})),
    path("backup/exportar", NubeViewSet.as_view({"post": "exportar"})),
    path("backup/progreso", NubeViewSet.as_view({"get": "progreso"})),
    path("backup/exportar/<key:no_siniestro>", NubeViewSet.as_view({"post": "exportar_uno"})),
]
