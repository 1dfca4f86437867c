import orjson

from expedientes.anexos.views import POR_EXPEDIENTE, AnexoViewSet, leer_el_ultimo, leer_uno
from expedientes.levantamientos.models import Levantamiento, LevantamientoConcepto
from expedientes.levantamientos.serializers import CON_EXPEDIENTE, CONCEPTO, CONCEPTO_ENTRADA, ENTRADA, LEVANTAMIENTO
from expedientes.views import CLAVE
from monitor.api.shapes import Parts
from monitor.api.viewsets import Action
from monitor.errores import NoEncontrado
from monitor.textos import exact

NINGUNO = "No existe levantamiento para este siniestro"
ELIMINADO = "Levantamiento y conceptos eliminados correctamente"
CONCEPTO_ELIMINADO = "Concepto eliminado correctamente"

CONCEPTOS = Parts(
    "levantamiento_concepto", CONCEPTO, LevantamientoConcepto.objects.all(), "id_levantamiento", "levantamiento_id"
)
uno = leer_uno(CON_EXPEDIENTE, Levantamiento, CONCEPTOS)
ultimo = leer_el_ultimo(LEVANTAMIENTO, Levantamiento, CONCEPTOS, CLAVE)


class LevantamientoViewSet(AnexoViewSet):
    acciones = {
        "lista": Action(
            "expedientes.view_levantamiento", "listar levantamientos", POR_EXPEDIENTE, identity_in_statement=True
        ),
        "create": Action("expedientes.add_levantamiento", "crear levantamiento"),
        "retrieve": Action(
            "expedientes.view_levantamiento", "obtener levantamiento", identity_in_statement=True, conditional=uno
        ),
        "el_ultimo": Action(
            "expedientes.view_levantamiento",
            "obtener levantamiento",
            identity_in_statement=True,
            conditional=ultimo,
        ),
        "update": Action("expedientes.change_levantamiento", "actualizar levantamiento"),
        "destroy": Action("expedientes.delete_levantamiento", "eliminar levantamiento"),
        "costo_total": Action("expedientes.view_levantamiento", "calcular el costo total"),
        "agregar": Action("expedientes.change_levantamiento", "agregar concepto"),
        "cambiar": Action("expedientes.change_levantamiento", "actualizar concepto"),
        "destroy_concepto": Action("expedientes.delete_levantamiento", "eliminar concepto"),
    }
    manager = Levantamiento.objects
    entrada, entrada_de_parte = ENTRADA, CONCEPTO_ENTRADA
    uno, ultimo, ninguno = uno, ultimo, NINGUNO
    forma, forma_de_parte, partes = LEVANTAMIENTO, CONCEPTO, CONCEPTOS
    ruta = "/api/levantamientos"
    solo_al_leer = ("expediente",)
    id_invalido, id_de_parte_invalido = "id inválido", "id_concepto inválido"

    def destroy(self, request, pk):
        self.eliminar(request, pk)
        return self.respond({"mensaje": ELIMINADO})

    def destroy_concepto(self, request, pk):
        self.quitar(request, pk)
        return self.respond({"mensaje": CONCEPTO_ELIMINADO})

    def costo_total(self, request, pk):
        pk = self._id(pk)
        total = self.manager.costo_total(pk)
        if total is None:
            raise NoEncontrado(Levantamiento.no_encontrado)
        return self.respond({"id_levantamiento": pk, "total": orjson.Fragment(exact(total))})
