"""The lists of the admin as files: all the rows of what is on the screen, filtered, searched and sorted as they are
there, as CSV or XLSX."""

import logging
from collections.abc import Iterable, Iterator
from itertools import chain

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import models
from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst, slugify

from monitor.admin.pages import page_without_room
from monitor.admin.routes import route
from monitor.api.errors import outage_of
from monitor.exportacion import como_csv, como_xlsx
from monitor.exportacion.tabla import LOTE, Columna, Tabla, columna_de, filas_de

log = logging.getLogger(__name__)

FORMATOS = {"xlsx": ("Exportar a Excel", como_xlsx), "csv": ("Exportar a CSV", como_csv)}


class ExportAdmin(admin.ModelAdmin):
    """A ModelAdmin whose list may be exported by whoever may see it. `export_fields` names its columns as
    `list_display` does: fields, or methods of the ModelAdmin. Without any, the list stays where it is."""

    export_fields: tuple[str, ...] = ()

    def get_urls(self):
        rutas = [
            path(f"exportar.{formato}", self.admin_site.admin_view(self.export_view), {"formato": formato})
            for formato in (FORMATOS if self.export_fields else ())
        ]
        return [*rutas, *super().get_urls()]

    def export_links(self, request) -> list[tuple[str, str]]:
        """Return the name and the address of each format, for the list that is on the screen."""
        consulta = request.GET.copy()
        for de_la_pagina in (PAGE_VAR, ERROR_FLAG):
            consulta.pop(de_la_pagina, None)
        resto = f"?{consulta.urlencode()}" if consulta else ""
        return [(nombre, f"exportar.{f}{resto}") for f, (nombre, _) in FORMATOS.items() if self.export_fields]

    def export_view(self, request, formato):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if sin_lugar := page_without_room(request):
            return sin_lugar
        try:
            tabla = self.export_table(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{route(self.model, 'changelist')}?{ERROR_FLAG}=1")
        _, como = FORMATOS[formato]
        nombre = f"{slugify(tabla.nombre)}-{timezone.localdate()}.{formato}"
        return StreamingHttpResponse(
            _logged(como.escribir(tabla)),
            content_type=como.TIPO,
            headers={"Content-Disposition": f'attachment; filename="{nombre}"'},
        )

    def export_table(self, request) -> Tabla:
        """Return the rows of the list that this HTTP request is for. The first of them are read here, so that an error
        can still be an answer. Raise IncorrectLookupParameters."""
        columnas = self.export_columns()
        lista = self.get_changelist_instance(request)
        lista.queryset = self.export_queryset(lista.queryset)
        lotes = iter(filas_de(columnas, _batches(lista)))
        primero = next(lotes, [])
        encabezados = [columna.encabezado for columna in columnas]
        return Tabla(str(self.opts.verbose_name_plural), encabezados, chain([primero], lotes))

    def export_queryset(self, queryset: models.QuerySet) -> models.QuerySet:
        """Return the rows with what their columns refer to, and without the generated columns that nobody reads."""
        campos = [c for c in self.opts.concrete_fields if c.name in self.export_fields]
        referidos = [campo.name for campo in campos if campo.is_relation]
        sobran = [
            c.name for c in self.opts.concrete_fields if c.generated and isinstance(c.output_field, models.TextField)
        ]
        return (queryset.select_related(*referidos) if referidos else queryset).defer(*sobran)

    def export_columns(self) -> list[Columna]:
        return [self._columna(nombre) for nombre in self.export_fields]

    def _columna(self, nombre) -> Columna:
        try:
            return columna_de(self.model, nombre)
        except FieldDoesNotExist:
            metodo = getattr(self, nombre)
            return Columna(capfirst(metodo.short_description), metodo)


def _batches(lista: ChangeList) -> Iterable[list]:
    """Return all the rows of a list, of every page, in its order. Each batch is a statement of its own, so that no
    transaction waits for whoever reads slowly (docs/adr/0001)."""
    if hasattr(lista, "batches"):
        return lista.batches(LOTE)
    return _by_position(lista.queryset)


def _by_position(queryset) -> Iterator[list]:
    desde = 0
    while filas := list(queryset[desde : desde + LOTE]):
        yield filas
        desde += LOTE
        if len(filas) < LOTE:
            return


def _logged(pieces):
    try:
        yield from pieces
    except Exception as error:
        code = outage_of(error)
        log.error("Una lista exportada quedó a medias (%s)", code or "error interno", exc_info=None if code else error)
        raise
