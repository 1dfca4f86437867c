"""The views of every catalogue, which are made from the same classes."""

from django.db import transaction
from django_filters import FilterSet

from catalogos.base import Catalogo
from catalogos.filters import FILTROS, NombreFilter, parametros
from catalogos.frases import (
    ACTUALIZADA,
    CREADA,
    ELIMINADA,
    ELIMINADA_ESTA,
    LISTADO,
    LISTADO_COMPLETO,
    NO_ENCONTRADA,
    OBTENIDA,
    frase,
)
from catalogos.models import CATALOGOS
from catalogos.serializers import entrada, shape
from monitor.api.converters import read_id
from monitor.api.etag import TaggedReader
from monitor.api.pages import PageList
from monitor.api.params import NO_PARAMS
from monitor.api.serializers import read_changes
from monitor.api.viewsets import Action, EnvelopeViewSet, location
from monitor.db.queries import Param
from monitor.errores import NoEncontrado


class LecturaViewSet(EnvelopeViewSet):
    """The routes that read a catalogue. A subclass names its model, and what depends on the model is built once, when
    the subclass is made."""

    modelo: type[Catalogo]
    filtros: type[FilterSet] = FilterSet
    permisos = {"list": "view", "todos": "view", "retrieve": "view"}
    operaciones = {"list": "listar {varios}", "todos": "listar {varios}", "retrieve": "obtener {uno}"}

    def __init_subclass__(cls, modelo=None):
        if modelo is None:
            return
        cls.modelo, cls.ruta = modelo, ruta_de(modelo)
        cls.shape = shape(modelo)
        cls.lectura = TaggedReader(
            cls.shape, lambda: modelo.objects.vigentes().filter(pk=Param("id", modelo._meta.pk)), modelo
        )
        filtros = FILTROS.get(modelo, cls.filtros)
        cls.parametros = parametros(modelo, filtros, por_pagina=True)
        cls.lista = PageList(cls.shape, cls.parametros, modelo.objects.vigentes)
        cls.parametros_de_todos = parametros(modelo, filtros, por_pagina=False)
        consultas = {"list": cls.parametros, "todos": cls.parametros_de_todos}
        cls.acciones = {
            accion: Action(
                permiso_de(modelo, permiso),
                frase(cls.operaciones[accion], modelo),
                consultas.get(accion, NO_PARAMS),
            )
            for accion, permiso in cls.permisos.items()
        }

    def list(self, request):
        return self.success(frase(LISTADO, self.modelo), self.lista.page(self.query))

    def todos(self, request):
        filas = self.parametros_de_todos.filter(self.modelo.objects.vigentes(), self.query)
        datos = self.shape.many(filas.values_list(*self.shape.columns))
        return self.success(frase(LISTADO_COMPLETO, self.modelo), datos)

    def retrieve(self, request, pk):
        return self._mostrar(OBTENIDA, self._id(pk))

    def _mostrar(self, plantilla, pk, status=200, headers=None):
        """Answer a row, with its ETag. Raise NoEncontrado when there is none."""
        fila = self.lectura.one_with_etag(id=pk)
        if fila is None:
            raise NoEncontrado(frase(NO_ENCONTRADA, self.modelo, id=pk))
        datos, etag = fila
        return self.success(frase(plantilla, self.modelo), datos, status, {"ETag": etag} | (headers or {}))

    def _id(self, texto):
        return read_id(texto, frase(NO_ENCONTRADA, self.modelo, id=texto))


class CatalogoViewSet(LecturaViewSet):
    filtros = NombreFilter
    permisos = LecturaViewSet.permisos | {"create": "add", "update": "change", "destroy": "delete"}
    operaciones = LecturaViewSet.operaciones | {
        "create": "crear {uno}",
        "update": "actualizar {uno}",
        "destroy": "eliminar {uno}",
    }

    def __init_subclass__(cls, modelo=None):
        super().__init_subclass__(modelo)
        if modelo:
            cls.entrada = entrada(modelo)

    # Reading the body locks the rows that it refers to, and they must stay locked until it is written.
    @transaction.atomic
    def create(self, request):
        fila = self.modelo.objects.crear(self.entrada.read(self.body()), por=request.user)
        return self._mostrar(CREADA, fila.pk, 201, location(f"/{self.ruta}", fila.pk))

    @transaction.atomic
    def update(self, request, pk):
        pk, cambios = self._id(pk), read_changes(self.entrada, self.body())
        self.modelo.objects.actualizar(pk, cambios, por=request.user, visto=self.seen)
        return self._mostrar(ACTUALIZADA, pk)

    def destroy(self, request, pk):
        fila = self.modelo.objects.eliminar(self._id(pk), por=request.user, visto=self.seen)
        datos = {"mensaje": frase(ELIMINADA_ESTA, self.modelo, fila=fila)}
        return self.success(frase(ELIMINADA, self.modelo), datos)


def ruta_de(modelo: type[Catalogo]) -> str:
    return modelo._meta.db_table.replace("_", "-")


def permiso_de(modelo: type[Catalogo], accion: str) -> str:
    """Return the name of the permission as Django writes it: `catalogos.view_lugar`."""
    return f"{modelo._meta.app_label}.{accion}_{modelo._meta.model_name}"


VISTAS = [
    type(CatalogoViewSet)(f"{modelo.__name__}ViewSet", (CatalogoViewSet,), {}, modelo=modelo) for modelo in CATALOGOS
]
