"""The gallery on an expediente's page: its photos and documents, and what sends more of them.

The page sends files to the API itself, with a token that lasts as long as one of them may take, is good for that alone
and dies with the session: the server receives them there piece by piece, and a lost connection is repeated by its key.
"""

from datetime import timedelta

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from expedientes.anexos.avisos import EN_EVIDENCIA, SECCIONES, decir_en
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.views import descargar, mandar_miniatura
from monitor.admin.verbs import changed
from monitor.api import tokens
from monitor.api.dialects import NO_STORE
from monitor.api.errors import HttpError
from monitor.errores import ErrorDeDominio, NoEncontrado
from monitor.textos import composed

DURA = timedelta(minutes=30)  # the slowest file that the server waits for comes in less
CAMBIO = changed("evidencia")
SE_ELIMINO = "Se eliminó «{}». Durante 30 días se puede recuperar: pida a quien opera el servidor la evidencia {}."


class ConGaleria:
    """A mixin of the ModelAdmin of expedientes, with the gallery and what its pages ask for."""

    def get_urls(self):
        def ruta(camino, vista, nombre):
            vista = self.admin_site.admin_view(vista, cacheable=True)
            return path(f"<path:object_id>/evidencia/{camino}", vista, name=f"expedientes_expediente_{nombre}")

        return [
            ruta("permiso/", require_POST(self.permiso_view), "permiso"),
            ruta("<int:pk>/archivo/", require_safe(self.archivo_view), "archivo"),
            ruta("<int:pk>/miniatura/", require_safe(self.miniatura_view), "miniatura"),
            ruta("<int:pk>/eliminar/", require_POST(self.eliminar_evidencia_view), "eliminar_evidencia"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["secciones_con_avisos"] = SECCIONES
        if change:
            context["galeria"] = Evidencia.objects.filter(expediente=obj.pk).en_orden().select_related("subido_por")
            context["puede_subir"] = request.user.has_perm("expedientes.add_evidencia")
            context["puede_eliminar_evidencia"] = request.user.has_perm("expedientes.delete_evidencia")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def permiso_view(self, request, object_id):
        """Give the page a token with which it may send files to this expediente, and nothing else."""
        if not request.user.has_perm("expedientes.add_evidencia"):
            raise PermissionDenied
        subir = f"POST /api/expedientes/{composed(unquote(object_id))}/evidencias"
        grant = tokens.Grant(subir, tokens.mark_of(request.session.session_key))
        return JsonResponse({"token": tokens.issue(request.user, DURA, grant)}, headers=NO_STORE)

    def archivo_view(self, request, object_id, pk):
        return self._mandar(request, object_id, pk, descargar)

    def miniatura_view(self, request, object_id, pk):
        return self._mandar(request, object_id, pk, mandar_miniatura)

    def _mandar(self, request, object_id, pk, responder):
        if not request.user.has_perm("expedientes.view_evidencia"):
            raise PermissionDenied
        try:
            return responder(request, Evidencia.objects.de(unquote(object_id), pk))
        except NoEncontrado as error:
            raise Http404 from error
        except HttpError as error:
            return JsonResponse({"error": error.mensaje}, status=error.status, headers=error.headers)

    def eliminar_evidencia_view(self, request, object_id, pk):
        if not request.user.has_perm("expedientes.delete_evidencia"):
            raise PermissionDenied
        clave = unquote(object_id)
        try:
            with transaction.atomic():
                evidencia = Evidencia.objects.eliminar(clave, pk, por=request.user)
                self.log_change(request, evidencia.expediente, CAMBIO)
        except ErrorDeDominio as error:
            return decir_en(self, request, clave, EN_EVIDENCIA, f"{error.mensaje}.", messages.ERROR)
        return decir_en(self, request, clave, EN_EVIDENCIA, SE_ELIMINO.format(evidencia, pk), messages.SUCCESS)
