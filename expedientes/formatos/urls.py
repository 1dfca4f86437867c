from django.urls import path

from expedientes.formatos.views import FormatoViewSet

# The fixed parts of a path go first.
urlpatterns = [
    *(
        path(f"formatos/{cual}/<key:no_siniestro>", FormatoViewSet.as_view({"get": cual}))
        for cual in ("checklist", "levantamiento")
    ),
    path("formatos/<key:no_siniestro>", FormatoViewSet.as_view({"get": "expediente"})),
]
