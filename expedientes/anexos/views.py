"""The routes that annexes with a list have in common."""

from expedientes.anexos.partes import ConPartesManager, Parte
from expedientes.anexos.serializers import AnexoEntrada
from expedientes.verbos import NO_ENCONTRADO
from monitor.api.converters import ID_INVALIDO, read_id
from monitor.api.etag import ReaderWithParts
from monitor.api.fields import StrictTextField
from monitor.api.lists import ListWithParts, cursor_params, list_response, seal_of
from monitor.api.params import QueryParams
from monitor.api.serializers import StrictSerializer
from monitor.api.shapes import Parts, Shape
from monitor.api.viewsets import ApiViewSet, location
from monitor.db.queries import Param
from monitor.db.writes import written_and_read
from monitor.errores import NoEncontrado

PARAMETROS = QueryParams(**cursor_params())
POR_EXPEDIENTE = QueryParams(no_siniestro=StrictTextField(), **cursor_params())


class PorId(ReaderWithParts):
    """A reader of an annex by its id, which comes as the path has it when a 304 is asked for."""

    def not_modified(self, known, *, pk, **values):
        return super().not_modified(known, pk=read_id(pk, NO_ENCONTRADO), **values)


def leer_uno(forma: Shape, modelo, partes: Parts) -> ReaderWithParts:
    """Return the reader of an annex by its id."""
    return PorId(forma, lambda: modelo.objects.filter(pk=Param("pk", modelo._meta.pk)), modelo, partes)


def leer_el_ultimo(forma: Shape, modelo, partes: Parts, clave) -> ReaderWithParts:
    """Return the reader of the newest annex of the expediente with a number."""

    def ultimo():
        suyos = modelo.objects.filter(expediente__no_siniestro=Param("no_siniestro", clave)).order_by("-id")
        return modelo.objects.filter(pk__in=suyos.values("pk")[:1])

    return ReaderWithParts(forma, ultimo, modelo, partes)


class AnexoViewSet(ApiViewSet):
    """The routes of an annex with a list. `uno` reads one as GET answers it, and `ultimo` the newest of an expediente;
    `solo_al_leer` are the keys that only GET answers. `forma` and `partes` are what a list of them is made of."""

    manager: ConPartesManager
    entrada: AnexoEntrada
    entrada_de_parte: StrictSerializer
    uno: ReaderWithParts
    ultimo: ReaderWithParts
    ninguno: str
    forma: Shape
    forma_de_parte: Shape
    partes: Parts
    ruta: str
    solo_al_leer: tuple[str, ...] = ()
    id_invalido = id_de_parte_invalido = ID_INVALIDO

    def lista(self, request):
        filtros = {nombre: valor for nombre, valor in self.query.items() if nombre == "no_siniestro"}
        filas = self.manager.filter(**{f"expediente__{nombre}": valor for nombre, valor in filtros.items()})
        sello = seal_of(self.ruta, filtros)
        return list_response(self, ListWithParts(self.forma, filas, ("-id",), sello, self.partes))

    def create(self, request):
        no_siniestro, datos = self.entrada.read_apart(self.body())
        with written_and_read():
            anexo = self.manager.crear(no_siniestro, datos, por=request.user)
            return self._escrito(anexo.pk, 201, location(self.ruta, anexo.pk))

    def retrieve(self, request, pk):
        return self._leido(self.uno.respond(self, pk=self._id(pk)), self.manager.model.no_encontrado)

    def el_ultimo(self, request, no_siniestro):
        return self._leido(self.ultimo.respond(self, no_siniestro=no_siniestro), self.ninguno)

    def update(self, request, pk):
        no_siniestro, datos = self.entrada.read_apart(self.body(), partial=True)
        pk = self._id(pk)
        with written_and_read():
            self.manager.actualizar(pk, datos, por=request.user, visto=self.seen, no_siniestro=no_siniestro)
            return self._escrito(pk)

    def eliminar(self, request, pk) -> None:
        self.manager.eliminar(self._id(pk), por=request.user, visto=self.seen)

    # --- The rows of its list ---

    def agregar(self, request, pk):
        datos = self.entrada_de_parte.read(self.body())
        return self._parte(self.manager.agregar_parte(self._id(pk), datos, por=request.user, visto=self.seen), 201)

    def cambiar(self, request, pk):
        datos = self.entrada_de_parte.read(self.body(), partial=True)
        return self._parte(self.manager.cambiar_parte(self._id_de_parte(pk), datos, por=request.user, visto=self.seen))

    def quitar(self, request, pk) -> None:
        self.manager.quitar_parte(self._id_de_parte(pk), por=request.user, visto=self.seen)

    # --- Answers ---

    def _leido(self, response, ninguno):
        if response is None:
            raise NoEncontrado(ninguno)
        return response

    def _escrito(self, pk, status=200, headers=None):
        """Answer what was written, with the ETag that reading it gives."""
        datos, etag = self.uno.one_with_etag(pk=pk, caller=self.caller)
        for clave in self.solo_al_leer:
            del datos[clave]
        return self.respond(datos, status, {"ETag": etag} | (headers or {}))

    def _parte(self, parte: Parte, status=200):
        return self.respond(self.forma_de_parte.from_instance(parte), status, {"ETag": f'"{parte.tag}"'})

    def _id(self, texto) -> int:
        return read_id(texto, self.manager.model.no_encontrado, self.id_invalido)

    def _id_de_parte(self, texto) -> int:
        return read_id(texto, self.manager.parte.no_encontrada, self.id_de_parte_invalido)
