from django.urls import path

from expedientes.checklist.urls import urlpatterns as checklist
from expedientes.comentarios.urls import urlpatterns as comentarios
from expedientes.evidencias.urls import urlpatterns as evidencias
from expedientes.formatos.urls import urlpatterns as formatos
from expedientes.levantamientos.urls import urlpatterns as levantamientos
from expedientes.nube.urls import urlpatterns as nube
from expedientes.views import ExpedienteViewSet

# The paths with suffixes go first, because the key may hold slashes, and a suffix must not be taken for a part of it.
urlpatterns = [
    path(
        "expedientes",
        ExpedienteViewSet.as_view(
            {
                "get": "lista",
                "post": "create",
                "put": "sin_clave",
                "patch": "sin_clave",
                "delete": "destroy_sin_clave",
            }
        ),
    ),
    path("expedientes/pendientes", ExpedienteViewSet.as_view({"get": "pendientes"})),
    path("expedientes/nube", ExpedienteViewSet.as_view({"get": "nube"})),
    path("expedientes/archivados", ExpedienteViewSet.as_view({"get": "archivados"})),
    path("expedientes/aseguradoras", ExpedienteViewSet.as_view({"get": "aseguradoras"})),
    *nube,
    *evidencias,
    path("expedientes/<key:no_siniestro>/estado/historial", ExpedienteViewSet.as_view({"get": "historial"})),
    path("expedientes/<key:no_siniestro>/cambios", ExpedienteViewSet.as_view({"get": "cambios"})),
    path("expedientes/<key:no_siniestro>/no_siniestro", ExpedienteViewSet.as_view({"patch": "renombrar"})),
    path("expedientes/<key:no_siniestro>/estado", ExpedienteViewSet.as_view({"patch": "cambiar_estado"})),
    path(
        "expedientes/<key:no_siniestro>",
        ExpedienteViewSet.as_view({"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}),
    ),
    *comentarios,
    *levantamientos,
    *checklist,
    *formatos,
]
