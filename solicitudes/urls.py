from django.urls import path

from catalogos.urls import rutas
from solicitudes.views import EstadoSolicitudViewSet, SolicitudViewSet

urlpatterns = [
    path("solicitud", SolicitudViewSet.as_view({"get": "list", "post": "create"})),
    path("solicitud/eliminadas", SolicitudViewSet.as_view({"get": "eliminadas"})),
    path(
        "solicitud/<segment:pk>",
        SolicitudViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("solicitud/<segment:pk>/aprobar", SolicitudViewSet.as_view({"post": "aprobar"})),
    path("solicitud/<segment:pk>/rechazar", SolicitudViewSet.as_view({"post": "rechazar"})),
    path("solicitud/<segment:pk>/cancelar", SolicitudViewSet.as_view({"post": "cancelar"})),
    path("solicitud/<segment:pk>/historico", SolicitudViewSet.as_view({"get": "historico"})),
    path("solicitud/<segment:pk>/cambios", SolicitudViewSet.as_view({"get": "cambios"})),
    *rutas(EstadoSolicitudViewSet),
]
