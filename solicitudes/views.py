from functools import partial

from django.db import models

from catalogos.views import LecturaViewSet
from monitor.api.converters import read_id
from monitor.api.dialects import ENVELOPE
from monitor.api.etag import TaggedReader
from monitor.api.lists import CursorList, NumberedList, list_response, page_response, seal_of
from monitor.api.pages import PER_PAGE, PageList
from monitor.api.serializers import read_changes
from monitor.api.shapes import Reader
from monitor.api.viewsets import Action, EnvelopeViewSet, location
from monitor.cambios.listas import DESDE, PAGINA, CambiosList, con_hasta
from monitor.cambios.seguimiento import EN_ORDEN, actualizadas
from monitor.db.queries import Param
from monitor.db.writes import written_and_read
from monitor.errores import DatosInvalidos
from solicitudes.filters import PARAMETROS
from solicitudes.models import EstadoSolicitud, HistoricoEstado, Solicitud
from solicitudes.models.consultas import SolicitudQuerySet
from solicitudes.models.verbos import no_encontrada
from solicitudes.permisos import ve_todas
from solicitudes.serializers import CAMBIO, DETALLE, ELIMINADA, ENTRADA, MOTIVO, MOTIVO_OPCIONAL, RESUMEN, creada

ID = models.BigIntegerField()
LISTADO = "Listado de solicitudes obtenido exitosamente"
SIN_NUMERO = "pagina: con actualizadoDesde no se pide por número; siga el encabezado Link"
SIN_DESDE = "cursor: requiere actualizadoDesde"


def _visibles(todas: bool):
    return Solicitud.objects.visibles(todas, Param("persona", ID))


def _una(todas: bool):
    return _visibles(todas).filter(pk=Param("id", ID)).con_personas().order_by("lugares__orden")


lista = PageList(RESUMEN, PARAMETROS, _visibles, SolicitudQuerySet.con_personas)
una = TaggedReader(DETALLE, _una, Solicitud)
historico = Reader(CAMBIO, lambda: HistoricoEstado.objects.filter(solicitud=Param("id", ID)).order_by("id"))


class EstadoSolicitudViewSet(LecturaViewSet, modelo=EstadoSolicitud):
    """The routes that read the states. Nobody writes this catalogue, because the states belong to the code."""


class SolicitudViewSet(EnvelopeViewSet):
    acciones = {
        "list": Action("solicitudes.view_solicitud", "listar solicitudes", PARAMETROS),
        "eliminadas": Action("solicitudes.view_solicitud", "listar solicitudes eliminadas", DESDE),
        "create": Action("solicitudes.add_solicitud", "crear solicitud"),
        "retrieve": Action("solicitudes.view_solicitud", "obtener solicitud"),
        "update": Action("solicitudes.change_solicitud", "actualizar solicitud"),
        "destroy": Action("solicitudes.delete_solicitud", "eliminar solicitud"),
        "aprobar": Action("solicitudes.change_solicitud", "aprobar solicitud"),
        "rechazar": Action("solicitudes.change_solicitud", "rechazar solicitud"),
        "cancelar": Action("solicitudes.change_solicitud", "cancelar solicitud"),
        "cambios": Action("solicitudes.view_solicitud", "obtener los cambios de la solicitud", PAGINA),
        "historico": Action("solicitudes.view_historicoestado", "obtener el histórico de estados"),
    }

    def list(self, request):
        if "actualizadoDesde" in self.query:
            return self._actualizadas(self.query["actualizadoDesde"])
        if "cursor" in self.query:
            raise DatosInvalidos(campos={"cursor": [SIN_DESDE]}, codigo="parametros_invalidos")
        usuario = request.user
        return self.success(LISTADO, lista.page(self.query, ve_todas(usuario), persona=usuario.pk))

    def _actualizadas(self, desde):
        """Answer those that were written since, page by page as the whole list, but by cursor: one that is written
        meanwhile goes to the end, and pages by number would skip another."""
        if "pagina" in self.query:
            raise DatosInvalidos(campos={"pagina": [SIN_NUMERO]}, codigo="parametros_invalidos")
        filtros, por_pagina = PARAMETROS.filters_in(self.query), self.query.get("por_pagina", PER_PAGE)
        visibles = PARAMETROS.filter(Solicitud.objects.visibles_para(self.request.user), filtros)
        filas, hasta = actualizadas(visibles, desde)
        sello = seal_of("actualizadas", filtros | {"actualizadoDesde": desde})
        paginas = NumberedList(RESUMEN, filas.con_personas(), EN_ORDEN, sello)

        def pagina(registros):
            cuenta = {"total": filas.count(), "pagina": paginas.page, "porPagina": por_pagina}
            return self.success(LISTADO, cuenta | {"registros": registros})

        return con_hasta(page_response(self, paginas, por_pagina, self.query.get("cursor"), pagina), hasta)

    def eliminadas(self, request):
        desde = self.query.get("desde")
        filas, hasta = actualizadas(Solicitud.objects.eliminadas_para(request.user), desde)
        paginas = CursorList(ELIMINADA, filas, EN_ORDEN, seal_of("eliminadas", {"desde": desde}))
        mensaje = "Listado de solicitudes eliminadas obtenido exitosamente"
        return con_hasta(list_response(self, paginas, partial(self.success, mensaje)), hasta)

    def create(self, request):
        solicitud = Solicitud.objects.crear(ENTRADA.read(self.body()), por=request.user)
        headers = location("/solicitud", solicitud.pk) | {"ETag": f'"{solicitud.tag}"'}
        return self.success("Solicitud creada exitosamente", creada(solicitud), 201, headers)

    def retrieve(self, request, pk):
        return self._mostrar("Solicitud obtenida exitosamente", _id(pk))

    def update(self, request, pk):
        cambios = read_changes(ENTRADA, self.body())
        return self._escribir("Solicitud actualizada exitosamente", Solicitud.objects.actualizar, pk, cambios)

    def destroy(self, request, pk):
        solicitud = Solicitud.objects.eliminar(_id(pk), por=request.user, visto=self.seen)
        datos = {"mensaje": f"Solicitud '{solicitud.codigo}' eliminada exitosamente"}
        return self.success("Solicitud eliminada exitosamente", datos)

    def aprobar(self, request, pk):
        motivo = MOTIVO_OPCIONAL.read(self.body(optional=True))
        return self._escribir("Solicitud aprobada exitosamente", Solicitud.objects.aprobar, pk, **motivo)

    def rechazar(self, request, pk):
        motivo = MOTIVO.read(self.body())
        return self._escribir("Solicitud rechazada exitosamente", Solicitud.objects.rechazar, pk, **motivo)

    def cancelar(self, request, pk):
        motivo = MOTIVO.read(self.body())
        return self._escribir("Solicitud cancelada exitosamente", Solicitud.objects.cancelar, pk, **motivo)

    def historico(self, request, pk):
        solicitud, _ = self._una(_id(pk))
        datos = {"idSolicitud": solicitud["Id"], "codigoSolicitud": solicitud["CodigoSolicitud"]}
        cambios = historico.many(id=solicitud["Id"])
        return self.success("Histórico de estados obtenido exitosamente", datos | {"historico": cambios})

    def cambios(self, request, pk):
        usuario, pk = request.user, _id(pk)
        solicitud = Solicitud.objects.visibles_para(usuario).filter(pk=pk).only("uid").first()
        if solicitud is None:
            raise no_encontrada(pk)
        return list_response(
            self, CambiosList(solicitud, ENTRADA, ENVELOPE), partial(self.success, "Cambios obtenidos exitosamente")
        )

    def _escribir(self, frase, verbo, pk, *datos, **motivo):
        pk = _id(pk)
        with written_and_read():
            verbo(pk, *datos, por=self.request.user, visto=self.seen, **motivo)
            return self._mostrar(frase, pk)

    def _mostrar(self, frase, pk):
        solicitud, etag = self._una(pk)
        return self.success(frase, solicitud, headers={"ETag": etag})

    def _una(self, pk) -> tuple[dict, str]:
        """Return a solicitud among those that the caller may see, and its ETag. Raise NoEncontrado when it isn't one of
        them."""
        usuario = self.request.user
        solicitud = una.one_with_etag(ve_todas(usuario), id=pk, persona=usuario.pk)
        if solicitud is None:
            raise no_encontrada(pk)
        return solicitud


def _id(texto: str) -> int:
    return read_id(texto, str(no_encontrada(texto)))
