from django.db import models

from monitor.api.converters import leer_id
from monitor.api.pages import ListaPorPagina, VistaEnvuelta, leer_cambios
from monitor.api.shapes import Lectura
from monitor.api.viewsets import Accion, ubicacion
from monitor.db.queries import Parametro
from solicitudes.filters import PARAMETROS
from solicitudes.models import HistoricoEstado, Solicitud, SolicitudQuerySet, no_encontrada
from solicitudes.permisos import ve_todas
from solicitudes.serializers import CAMBIO, DETALLE, ENTRADA, MOTIVO, MOTIVO_OPCIONAL, RESUMEN, creada

ID = models.BigIntegerField()


def _visibles(todas: bool):
    return Solicitud.objects.visibles(todas, Parametro("persona", ID))


def _una(todas: bool):
    return _visibles(todas).filter(pk=Parametro("id", ID)).con_personas().order_by("lugares__orden")


lista = ListaPorPagina(RESUMEN, PARAMETROS, _visibles, SolicitudQuerySet.con_personas)
una = Lectura(DETALLE, _una)
historico = Lectura(CAMBIO, lambda: HistoricoEstado.objects.filter(solicitud=Parametro("id", ID)).order_by("id"))


class SolicitudViewSet(VistaEnvuelta):
    acciones = {
        "list": Accion("solicitudes.view_solicitud", "listar solicitudes"),
        "create": Accion("solicitudes.add_solicitud", "crear solicitud"),
        "retrieve": Accion("solicitudes.view_solicitud", "obtener solicitud"),
        "update": Accion("solicitudes.change_solicitud", "actualizar solicitud"),
        "destroy": Accion("solicitudes.delete_solicitud", "eliminar solicitud"),
        "aprobar": Accion("solicitudes.change_solicitud", "aprobar solicitud"),
        "rechazar": Accion("solicitudes.change_solicitud", "rechazar solicitud"),
        "cancelar": Accion("solicitudes.change_solicitud", "cancelar solicitud"),
        "historico": Accion("solicitudes.view_historicoestado", "obtener el histórico de estados"),
    }

    def list(self, request):
        usuario = request.user
        datos = lista.pagina(PARAMETROS.leer(request.GET), ve_todas(usuario), persona=usuario.pk)
        return self.exito("Listado de solicitudes obtenido exitosamente", datos)

    def create(self, request):
        solicitud = Solicitud.objects.crear(ENTRADA.leer(self.cuerpo()), por=request.user)
        return self.exito(
            "Solicitud creada exitosamente", creada(solicitud), 201, ubicacion("/solicitud", solicitud.pk)
        )

    def retrieve(self, request, pk):
        return self.exito("Solicitud obtenida exitosamente", self._una(_id(pk)))

    def update(self, request, pk):
        cambios, pk = leer_cambios(ENTRADA, self.cuerpo()), _id(pk)
        Solicitud.objects.actualizar(pk, cambios, por=request.user)
        return self.exito("Solicitud actualizada exitosamente", self._una(pk))

    def destroy(self, request, pk):
        solicitud = Solicitud.objects.eliminar(_id(pk), por=request.user)
        datos = {"mensaje": f"Solicitud '{solicitud.codigo}' eliminada exitosamente"}
        return self.exito("Solicitud eliminada exitosamente", datos)

    def aprobar(self, request, pk):
        motivo, pk = MOTIVO_OPCIONAL.leer(self.cuerpo(opcional=True)), _id(pk)
        Solicitud.objects.aprobar(pk, por=request.user, **motivo)
        return self.exito("Solicitud aprobada exitosamente", self._una(pk))

    def rechazar(self, request, pk):
        motivo, pk = MOTIVO.leer(self.cuerpo()), _id(pk)
        Solicitud.objects.rechazar(pk, por=request.user, **motivo)
        return self.exito("Solicitud rechazada exitosamente", self._una(pk))

    def cancelar(self, request, pk):
        motivo, pk = MOTIVO.leer(self.cuerpo()), _id(pk)
        Solicitud.objects.cancelar(pk, por=request.user, **motivo)
        return self.exito("Solicitud cancelada exitosamente", self._una(pk))

    def historico(self, request, pk):
        solicitud = self._una(_id(pk))
        datos = {"idSolicitud": solicitud["Id"], "codigoSolicitud": solicitud["CodigoSolicitud"]}
        cambios = historico.lista(id=solicitud["Id"])
        return self.exito("Histórico de estados obtenido exitosamente", datos | {"historico": cambios})

    def _una(self, pk) -> dict:
        """As this user may see it: of all the requests, or of their own."""
        usuario = self.request.user
        solicitud = una.uno(ve_todas(usuario), id=pk, persona=usuario.pk)
        if solicitud is None:
            raise no_encontrada(pk)
        return solicitud


def _id(texto: str) -> int:
    return leer_id(texto, str(no_encontrada(texto)))
