from django.urls import path

from expedientes.checklist.views import ChecklistViewSet

RAIZ = "checklist"
UNO = {"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}
ITEM = {"put": "cambiar", "patch": "cambiar", "delete": "destroy_item"}

# The fixed parts of a path go first.
urlpatterns = [
    path(RAIZ, ChecklistViewSet.as_view({"get": "lista", "post": "create"})),
    path(f"{RAIZ}/plantilla", ChecklistViewSet.as_view({"get": "plantilla"})),
    path(f"{RAIZ}/siniestro/<key:no_siniestro>", ChecklistViewSet.as_view({"get": "el_ultimo"})),
    path(f"{RAIZ}/items/<segment:pk>", ChecklistViewSet.as_view(ITEM)),
    path(f"{RAIZ}/<segment:pk>/items", ChecklistViewSet.as_view({"post": "agregar"})),
    path(f"{RAIZ}/<segment:pk>/items/bulk", ChecklistViewSet.as_view({"put": "reemplazar", "patch": "reemplazar"})),
    path(f"{RAIZ}/<segment:pk>", ChecklistViewSet.as_view(UNO)),
]
