from catalogos.models import Aseguradora
from expedientes.filters import PARAMETROS
from expedientes.models import NO_ENCONTRADO, Expediente
from expedientes.serializers import (
    CAMBIO_DE_ESTADO,
    DETALLE,
    EXPEDIENTE,
    HISTORIAL,
    PLANO,
    RESUMEN,
    AseguradoraSerializer,
)
from monitor.api.dialects import DIRECTO
from monitor.api.etag import LecturaCondicional
from monitor.api.lists import ListaPorCursor, responder_completa, responder_pagina
from monitor.api.params import NINGUNO
from monitor.api.shapes import Forma, Lectura
from monitor.api.viewsets import Accion, Vista, ubicacion
from monitor.db.queries import Parametro
from monitor.errores import DatosInvalidos, NoEncontrado

CLAVE = Expediente._meta.pk
SIN_CLAVE = "No. Siniestro requerido"
ORDEN = ("orden_ingreso", "no_siniestro")


def _con_historial():
    return Expediente.objects.filter(pk=Parametro("no_siniestro", CLAVE)).order_by("-historial__id")


uno = LecturaCondicional(DETALLE, _con_historial)
# From the file, in one statement: with two, a file opened between them would show no history.
historial = Lectura(HISTORIAL, _con_historial)
aseguradoras = Lectura(Forma(AseguradoraSerializer(), DIRECTO), Aseguradora.objects.vigentes)


class ExpedienteViewSet(Vista):
    acciones = {
        "lista": Accion("expedientes.view_expediente", "listar expedientes", con_identidad=True),
        "pendientes": Accion("expedientes.view_expediente", "listar expedientes", con_identidad=True),
        "nube": Accion("expedientes.view_expediente", "listar expedientes", con_identidad=True),
        "aseguradoras": Accion("catalogos.view_aseguradora", "listar aseguradoras"),
        "create": Accion("expedientes.add_expediente", "crear expediente", con_identidad=True),
        "retrieve": Accion("expedientes.view_expediente", "obtener expediente", con_identidad=True, condicional=uno),
        "update": Accion("expedientes.change_expediente", "actualizar expediente", con_identidad=True),
        "sin_clave": Accion("expedientes.change_expediente", "actualizar expediente"),
        "destroy": Accion("expedientes.delete_expediente", "eliminar expediente"),
        "destroy_sin_clave": Accion("expedientes.delete_expediente", "eliminar expediente"),
        "cambiar_estado": Accion("expedientes.change_expediente", "cambiar el estado del expediente"),
        "historial": Accion("expedientes.view_historialestado", "obtener el historial de estados"),
    }
    listas = {
        "lista": Expediente.objects.all(),
        "pendientes": Expediente.objects.pendientes(),
        "nube": Expediente.objects.en_la_nube(),
    }
    sin_filtrar = {accion: ListaPorCursor(RESUMEN, queryset, ORDEN) for accion, queryset in listas.items()}

    def lista(self, request):
        valores = PARAMETROS.leer(request.GET)
        lista = self._lista(valores)
        if "por_pagina" in valores:
            return responder_pagina(self, lista, valores["por_pagina"], valores.get("cursor"))
        if "cursor" in valores:
            raise DatosInvalidos(campos={"cursor": ["cursor: requiere por_pagina"]})
        return responder_completa(self, lista)

    pendientes = nube = lista

    def _lista(self, valores) -> ListaPorCursor:
        if PARAMETROS.sin_filtros(valores):
            return self.sin_filtrar[self.action]
        return ListaPorCursor(RESUMEN, PARAMETROS.filtrar(self.listas[self.action], valores), ORDEN)

    def aseguradoras(self, request):
        NINGUNO.leer(request.GET)
        return self.responder(aseguradoras.lista())

    def create(self, request):
        datos = EXPEDIENTE.leer(self.cuerpo())
        expediente = Expediente.objects.abrir(datos, por=self.quien)
        return self.responder(
            PLANO.de_instancia(expediente), 201, ubicacion("/api/expedientes", expediente.no_siniestro)
        )

    def retrieve(self, request, no_siniestro):
        response = uno.responder(self, no_siniestro=no_siniestro, quien=self.quien)
        if response is None:
            raise NoEncontrado(NO_ENCONTRADO)
        return response

    def update(self, request, no_siniestro):
        datos = EXPEDIENTE.leer_cambios(self.cuerpo(), no_siniestro)
        expediente = Expediente.objects.actualizar(no_siniestro, datos, por=self.quien)
        return self.responder(PLANO.de_instancia(expediente))

    def destroy(self, request, no_siniestro):
        Expediente.objects.archivar(no_siniestro, por=request.user)
        return self.responder({"ok": True, "no_siniestro": no_siniestro})

    def sin_clave(self, request):
        raise DatosInvalidos(SIN_CLAVE)

    destroy_sin_clave = sin_clave

    def cambiar_estado(self, request, no_siniestro):
        hasta = CAMBIO_DE_ESTADO.leer(self.cuerpo())["estado"]
        expediente = Expediente.objects.cambiar_estado(no_siniestro, hasta, por=request.user)
        return self.responder(PLANO.de_instancia(expediente))

    def historial(self, request, no_siniestro):
        NINGUNO.leer(request.GET)
        expediente = historial.uno(no_siniestro=no_siniestro)
        if expediente is None:
            raise NoEncontrado(NO_ENCONTRADO)
        return self.responder(expediente["historial_estado"])
