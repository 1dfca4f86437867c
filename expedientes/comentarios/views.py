from expedientes.comentarios.models import NO_ENCONTRADO, Comentario
from expedientes.comentarios.serializers import COMENTARIO, NUEVO
from expedientes.views import CLAVE
from monitor.api.converters import read_id
from monitor.api.etag import TaggedReader
from monitor.api.shapes import Reader
from monitor.api.viewsets import Action, ApiViewSet
from monitor.db.queries import Param
from monitor.db.writes import written_and_read

uno = TaggedReader(
    COMENTARIO, lambda: Comentario.objects.filter(pk=Param("id", Comentario._meta.pk)).order_by(), Comentario
)
de_un_expediente = Reader(
    COMENTARIO,
    lambda: Comentario.objects.filter(expediente__no_siniestro=Param("no_siniestro", CLAVE)).order_by("-id"),
)


class ComentarioViewSet(ApiViewSet):
    acciones = {
        "create": Action("expedientes.add_comentario", "guardar el comentario"),
        "list": Action("expedientes.view_comentario", "listar los comentarios"),
        "destroy": Action("expedientes.delete_comentario", "eliminar el comentario"),
    }

    def create(self, request):
        datos = NUEVO.read(self.body())
        with written_and_read():
            comentario = Comentario.objects.escribir(datos["no_siniestro"], datos["comentario"], por=request.user)
            dicho, etag = uno.one_with_etag(id=comentario.pk)
        return self.respond(dicho, 201, {"ETag": etag})

    def list(self, request, clave):
        return self.respond(de_un_expediente.many(no_siniestro=clave))

    def destroy(self, request, clave):
        Comentario.objects.eliminar(read_id(clave, NO_ENCONTRADO), por=request.user, visto=self.seen)
        return self.respond({"ok": True})
