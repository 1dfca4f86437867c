from django.urls import path

from expedientes.evidencias.views import EvidenciaViewSet

DE_UNO = "expedientes/<key:no_siniestro>/evidencias"

urlpatterns = [
    path(DE_UNO, EvidenciaViewSet.as_view({"get": "list", "post": "create", "delete": "vaciar"})),
    path(f"{DE_UNO}/<segment:pk>", EvidenciaViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
    path(f"{DE_UNO}/<segment:pk>/archivo", EvidenciaViewSet.as_view({"get": "archivo"})),
    path(f"{DE_UNO}/<segment:pk>/miniatura", EvidenciaViewSet.as_view({"get": "miniatura"})),
    path(f"{DE_UNO}/<segment:pk>/enlace", EvidenciaViewSet.as_view({"post": "enlace"})),
]
