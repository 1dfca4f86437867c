from django.conf import settings

from catalogos.models import Aseguradora
from expedientes.archivo import ExpedienteArchivado
from expedientes.evidencias.lecturas import ConEvidencia
from expedientes.filters import PARAMETROS
from expedientes.models import Expediente
from expedientes.numeros import NumeroDejado
from expedientes.serializers import (
    ARCHIVADO,
    CAMBIO_CON_MOTIVO,
    CAMBIO_DE_ESTADO,
    CAMBIO_DE_NUMERO,
    DEJADO,
    DETALLE,
    EXPEDIENTE,
    HISTORIAL,
    PLANO,
    RESUMEN,
    AseguradoraSerializer,
)
from monitor.api.dialects import DIRECT
from monitor.api.lists import CursorList, MergedList, list_response, seal_of
from monitor.api.shapes import Reader, Shape
from monitor.api.viewsets import Action, ApiViewSet, location
from monitor.cambios.listas import DESDE, PAGINA, CambiosList, con_hasta
from monitor.cambios.seguimiento import EN_ORDEN, actualizadas, escritas_desde
from monitor.db.queries import Param
from monitor.errores import DatosInvalidos

CLAVE = Expediente._meta.pk
SIN_CLAVE = "No. Siniestro requerido"
ORDEN = ("orden_ingreso", "no_siniestro")


def _donde_queda(expediente) -> dict:
    return location("/api/expedientes", expediente.no_siniestro)


def _con_historial():
    return Expediente.objects.filter(pk=Param("no_siniestro", CLAVE)).order_by("-historial__id")


uno = ConEvidencia(DETALLE, _con_historial, Expediente)
# The history is read from the expediente in one statement: with two, an expediente that is opened between them would
# show none.
historial = Reader(HISTORIAL, _con_historial)
aseguradoras = Reader(Shape(AseguradoraSerializer(), DIRECT), Aseguradora.objects.vigentes)


LISTAR = Action("expedientes.view_expediente", "listar expedientes", PARAMETROS, identity_in_statement=True)


class ExpedienteViewSet(ApiViewSet):
    acciones = {
        "lista": LISTAR,
        "pendientes": Action(
            "expedientes.view_expediente", "listar expedientes", PARAMETROS, identity_in_statement=True
        ),
        "nube": LISTAR,
        "archivados": Action("expedientes.seguir_expedientearchivado", "listar expedientes archivados", DESDE),
        "aseguradoras": Action("catalogos.view_aseguradora", "listar aseguradoras"),
        "create": Action(
            "expedientes.add_expediente", "crear expediente", identity_in_statement=True, opens_with_insert=True
        ),
        "retrieve": Action(
            "expedientes.view_expediente", "obtener expediente", identity_in_statement=True, conditional=uno
        ),
        "update": Action("expedientes.change_expediente", "actualizar expediente", identity_in_statement=True),
        "sin_clave": Action("expedientes.change_expediente", "actualizar expediente"),
        "destroy": Action("expedientes.delete_expediente", "eliminar expediente"),
        "destroy_sin_clave": Action("expedientes.delete_expediente", "eliminar expediente"),
        "cambiar_estado": Action(
            "expedientes.change_expediente", "cambiar el estado del expediente", identity_in_statement=True
        ),
        "renombrar": Action("expedientes.change_expediente", "cambiar el No. Siniestro del expediente"),
        "historial": Action("expedientes.view_historialestado", "obtener el historial de estados"),
        "cambios": Action("expedientes.view_expediente", "obtener los cambios del expediente", PAGINA),
    }
    listas = {
        "lista": Expediente.objects.all(),
        "pendientes": Expediente.objects.pendientes(),
        "nube": Expediente.objects.en_la_nube(),
    }
    sin_filtrar = {
        accion: CursorList(RESUMEN, queryset, ORDEN, seal_of(accion, {})) for accion, queryset in listas.items()
    }

    def lista(self, request):
        filtros = PARAMETROS.filters_in(self.query)
        if "actualizado_desde" in self.query:
            return self._actualizados(filtros, self.query["actualizado_desde"])
        return list_response(self, self._lista(filtros))

    pendientes = nube = lista

    def _lista(self, filtros) -> CursorList:
        if not filtros:
            return self.sin_filtrar[self.action]
        filas = PARAMETROS.filter(self.listas[self.action], filtros)
        return CursorList(RESUMEN, filas, ORDEN, seal_of(self.action, filtros))

    def _actualizados(self, filtros, desde):
        self.caller.confirm()  # nobody waits for those who write in the name of somebody who may not
        filas, hasta = actualizadas(PARAMETROS.filter(self.listas[self.action], filtros), desde)
        sello = seal_of(self.action, filtros | {"actualizado_desde": desde})
        return con_hasta(list_response(self, CursorList(RESUMEN, filas, EN_ORDEN, sello)), hasta)

    def archivados(self, request):
        """List the numbers under which there is an expediente no more: those of the archive, and those that one left
        for another. Whoever keeps a copy takes either out of it."""
        desde = self.query.get("desde")
        sello = seal_of("archivados", {"desde": desde})
        (archivados, dejados), hasta = escritas_desde(
            desde,
            (ExpedienteArchivado.objects.all(), ExpedienteArchivado, "archivado_en"),
            (NumeroDejado.objects.all(), NumeroDejado, "dejado_en"),
        )
        lista = MergedList(
            [
                CursorList(ARCHIVADO, archivados, ("archivado_en", "id"), sello),
                CursorList(DEJADO, dejados, ("dejado_en", "id"), sello),
            ],
            sello,
        )
        return con_hasta(list_response(self, lista), hasta)

    def aseguradoras(self, request):
        return self.respond(aseguradoras.many())

    def create(self, request):
        datos = EXPEDIENTE.read(self.body())
        expediente = Expediente.objects.abrir(datos, por=request.user)
        return self._escrito(expediente, 201, _donde_queda(expediente))

    def retrieve(self, request, no_siniestro):
        response = uno.respond(self, no_siniestro=no_siniestro)
        if response is None:
            raise Expediente.objects.no_encontrado(no_siniestro)
        return response

    def update(self, request, no_siniestro):
        datos = EXPEDIENTE.read_changes(self.body(), no_siniestro)
        return self._escrito(Expediente.objects.actualizar(no_siniestro, datos, por=request.user, visto=self.seen))

    def _escrito(self, expediente, status=200, headers=None):
        """Answer what was written, with the ETag that reading it gives."""
        etag = {"ETag": uno.tags.of_instance(expediente)}
        return self.respond(PLANO.from_instance(expediente), status, etag | (headers or {}))

    def destroy(self, request, no_siniestro):
        Expediente.objects.archivar(no_siniestro, por=request.user, visto=self.seen)
        return self.respond({"ok": True, "no_siniestro": no_siniestro})

    def sin_clave(self, request):
        raise DatosInvalidos(SIN_CLAVE, codigo="falta_la_clave")

    destroy_sin_clave = sin_clave

    def cambiar_estado(self, request, no_siniestro):
        entrada = CAMBIO_CON_MOTIVO if settings.SALIDA_CON_CHECKLIST else CAMBIO_DE_ESTADO
        datos = entrada.read(self.body())
        hasta, motivo = datos["estado"], datos.get("motivo")
        cambiar = Expediente.objects.cambiar_estado
        return self._escrito(cambiar(no_siniestro, hasta, por=request.user, visto=self.seen, motivo=motivo))

    def renombrar(self, request, no_siniestro):
        nuevo = CAMBIO_DE_NUMERO.read(self.body())["no_siniestro"]
        expediente = Expediente.objects.renombrar(no_siniestro, nuevo, por=request.user, visto=self.seen)
        return self._escrito(expediente, 200, _donde_queda(expediente))

    def historial(self, request, no_siniestro):
        expediente = historial.one(no_siniestro=no_siniestro)
        if expediente is None:
            raise Expediente.objects.no_encontrado(no_siniestro)
        return self.respond(expediente["historial_estado"])

    def cambios(self, request, no_siniestro):
        expediente = Expediente.objects.filter(pk=no_siniestro).only("uid").first()
        if expediente is None:
            raise Expediente.objects.no_encontrado(no_siniestro)
        return list_response(self, CambiosList(expediente, EXPEDIENTE, DIRECT))
