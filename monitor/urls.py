from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

import monitor.api.converters  # noqa: F401  registers the path converters
from monitor.api.openapi.views import DocsViewSet
from monitor.api.viewsets import bad_request, not_found, server_error
from monitor.views import HomeViewSet

# No path of the API ends in a slash here: NoTrailingSlashMiddleware has taken it off. The busiest come first.
urlpatterns = [
    path("api/", include("expedientes.urls")),
    path("", include("solicitudes.urls")),
    path("", include("catalogos.urls")),
    path("api/", include("monitor.usuarios.urls")),
    path("api/health", HomeViewSet.as_view({"get": "health"})),
    path("api/schema", DocsViewSet.as_view({"get": "describe"}), name="schema"),
    path("api/docs", DocsViewSet.as_view({"get": "docs"}), name="docs"),
    path("", HomeViewSet.as_view({"get": "inicio"})),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    re_path("", not_found),
]

handler400 = bad_request
handler404 = not_found
handler500 = server_error
