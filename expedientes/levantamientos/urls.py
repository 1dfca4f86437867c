from django.urls import path

from expedientes.levantamientos.views import LevantamientoViewSet

RAIZ = "levantamientos"
UNO = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}
CONCEPTO = {"put": "cambiar", "patch": "cambiar", "delete": "destroy_concepto"}

# The fixed parts of a path go first.
urlpatterns = [
    path(RAIZ, LevantamientoViewSet.as_view({"get": "lista", "post": "create"})),
    path(f"{RAIZ}/siniestro/<key:no_siniestro>", LevantamientoViewSet.as_view({"get": "el_ultimo"})),
    path(f"{RAIZ}/conceptos/<segment:pk>", LevantamientoViewSet.as_view(CONCEPTO)),
    path(f"{RAIZ}/<segment:pk>/conceptos", LevantamientoViewSet.as_view({"post": "agregar"})),
    path(f"{RAIZ}/<segment:pk>/costo-total", LevantamientoViewSet.as_view({"get": "costo_total"})),
    path(f"{RAIZ}/<segment:pk>", LevantamientoViewSet.as_view(UNO)),
]
