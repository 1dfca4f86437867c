"""The API's description (OpenAPI) and its page."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class EsquemaView(SpectacularAPIView):
    pass


class DocsView(SpectacularSwaggerSplitView):
    pass
