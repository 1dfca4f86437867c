from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

import monitor.api.converters  # noqa: F401  it registers the path converters
from monitor.api.openapi.views import DocumentacionViewSet
from monitor.api.viewsets import not_found
from monitor.views import InicioViewSet, MetricasViewSet, SondasViewSet, bad_request, server_error

# No path of the API ends in a slash here, because NoTrailingSlashMiddleware has taken it off. The busiest come first.
urlpatterns = [
    path("api/", include("expedientes.urls")),
    path("", include("solicitudes.urls")),
    path("", include("catalogos.urls")),
    path("api/", include("monitor.usuarios.urls")),
    path("", include("expedientes.evidencias.rutas")),
    path("api/health", InicioViewSet.as_view({"get": "health"})),
    path("livez", SondasViewSet.as_view({"get": "vivo"})),
    path("readyz", SondasViewSet.as_view({"get": "listo"})),
    path("metrics", MetricasViewSet.as_view({"get": "metricas"})),
    path("api/schema", DocumentacionViewSet.as_view({"get": "esquema"}), name="schema"),
    path("api/docs", DocumentacionViewSet.as_view({"get": "docs"}), name="docs"),
    path("", InicioViewSet.as_view({"get": "inicio"})),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    re_path("", not_found),
]

handler400 = bad_request
handler404 = not_found
handler500 = server_error
