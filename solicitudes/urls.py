from django.urls import path

from solicitudes.views import SolicitudViewSet

urlpatterns = [
    path("solicitud", SolicitudViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "solicitud/<segmento:pk>",
        SolicitudViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("solicitud/<segmento:pk>/aprobar", SolicitudViewSet.as_view({"post": "aprobar"})),
    path("solicitud/<segmento:pk>/rechazar", SolicitudViewSet.as_view({"post": "rechazar"})),
    path("solicitud/<segmento:pk>/cancelar", SolicitudViewSet.as_view({"post": "cancelar"})),
    path("solicitud/<segmento:pk>/historico", SolicitudViewSet.as_view({"get": "historico"})),
]
