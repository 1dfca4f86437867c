from expedientes.anexos.views import PARAMETROS, AnexoViewSet, leer_el_ultimo, leer_uno
from expedientes.checklist.models import NO_ENCONTRADO, Checklist, ChecklistItem
from expedientes.checklist.plantilla import PUNTOS
from expedientes.checklist.serializers import CHECKLIST, ENTRADA, ITEM, ITEM_ENTRADA, ITEMS_ENTRADA
from expedientes.views import CLAVE
from monitor.api.shapes import Parts
from monitor.api.viewsets import Action
from monitor.db.writes import written_and_read

ITEMS = Parts("checklist_item", ITEM, ChecklistItem.objects.all(), "id_checklist", "checklist_id")
uno = leer_uno(CHECKLIST, Checklist, ITEMS)
ultimo = leer_el_ultimo(CHECKLIST, Checklist, ITEMS, CLAVE)


class ChecklistViewSet(AnexoViewSet):
    acciones = {
        "lista": Action("expedientes.view_checklist", "listar checklists", PARAMETROS, identity_in_statement=True),
        "plantilla": Action("expedientes.view_checklist", "obtener la plantilla"),
        "create": Action("expedientes.add_checklist", "crear checklist"),
        "retrieve": Action(
            "expedientes.view_checklist", "obtener checklist", identity_in_statement=True, conditional=uno
        ),
        "el_ultimo": Action(
            "expedientes.view_checklist", "obtener checklist", identity_in_statement=True, conditional=ultimo
        ),
        "update": Action("expedientes.change_checklist", "actualizar checklist"),
        "destroy": Action("expedientes.delete_checklist", "eliminar checklist"),
        "agregar": Action("expedientes.change_checklist", "agregar el punto"),
        "reemplazar": Action("expedientes.change_checklist", "guardar los puntos"),
        "cambiar": Action("expedientes.change_checklist", "actualizar el punto"),
        "destroy_item": Action("expedientes.delete_checklist", "eliminar el punto"),
    }
    manager = Checklist.objects
    entrada, entrada_de_parte = ENTRADA, ITEM_ENTRADA
    uno, ultimo, ninguno = uno, ultimo, NO_ENCONTRADO
    forma, forma_de_parte, partes = CHECKLIST, ITEM, ITEMS
    ruta = "/api/checklist"
    solo_al_leer = ("checklist_item",)

    def plantilla(self, request):
        return self.respond([{"sistema": sistema, "nombre_item": punto} for sistema, punto in PUNTOS])

    def destroy(self, request, pk):
        self.eliminar(request, pk)
        return self.respond({"ok": True})

    def destroy_item(self, request, pk):
        self.quitar(request, pk)
        return self.respond({"ok": True})

    def reemplazar(self, request, pk):
        datos = ITEMS_ENTRADA.read(self.body())
        pk = self._id(pk)
        with written_and_read():
            self.manager.actualizar(pk, datos, por=request.user, visto=self.seen)
            leido, etag = uno.one_with_etag(pk=pk, caller=self.caller)
        return self.respond(leido["checklist_item"], headers={"ETag": etag})
