"""The sheets of an expediente on its pages: the same files as the API's, for who has a session."""

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from django.views.decorators.http import require_safe

from expedientes.formatos.views import FORMATOS, descarga
from monitor.errores import NoEncontrado
from monitor.exportacion.hoja import TIPOS


class ConFormatos:
    """A mixin of the ModelAdmin of expedientes, with the addresses of its sheets. The pages link to them."""

    def get_urls(self):
        return [
            path(
                f"<path:object_id>/formatos/{cual}.{tipo}",
                self.admin_site.admin_view(require_safe(self.formato_view)),
                {"cual": cual, "tipo": tipo},
                name=f"expedientes_expediente_{cual}_{tipo}",
            )
            for cual in FORMATOS
            for tipo in TIPOS
        ] + super().get_urls()

    def formato_view(self, request, object_id, cual, tipo):
        if not request.user.has_perm(FORMATOS[cual].permiso):
            raise PermissionDenied
        try:
            return descarga(cual, unquote(object_id), tipo)
        except NoEncontrado as error:
            raise Http404 from error
