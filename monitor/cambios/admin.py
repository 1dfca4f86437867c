"""The page «Historial» of the admin: what changed in one row, by whom, and through which door."""

import orjson
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.utils.text import capfirst

from monitor.cambios.models import Cambio

POR_PAGINA = 50
SIN_COLUMNA = {"archivado": "Archivado", "lugares": "Lugares"}
SI_NO = {True: "Sí", False: "No"}


class ConHistorial:
    """A mixin of a ModelAdmin whose rows have their changes told (`monitor.cambios.registro`)."""

    object_history_template = "admin/historial.html"

    def history_view(self, request, object_id, extra_context=None):
        """Show the changes in place of the admin's own log, which doesn't know of what programs write."""
        fila = self.get_object(request, object_id)
        if fila is not None:
            suyos = Cambio.objects.filter(objeto=self.opts.db_table, uid=fila.uid).select_related("usuario")
            pagina = Paginator(suyos, POR_PAGINA).get_page(request.GET.get("p"))
            leidos = [leer(self.model, cambio) for cambio in pagina]
            extra_context = {"pagina": pagina, "cambios": leidos} | (extra_context or {})
        return super().history_view(request, object_id, extra_context)


def leer(modelo: type[models.Model], cambio: Cambio) -> dict:
    """Return a change as people read it: when, who, the door, and for each field its name, what it was and what it
    is."""
    columnas = {campo.attname: campo for campo in modelo._meta.concrete_fields}
    return {
        "fecha": cambio.fecha,
        "persona": cambio.usuario or "—",
        "puerta": cambio.get_origen_display(),
        "campos": [
            (_nombre(columnas.get(columna), columna), *(_mostrar(columnas.get(columna), v) for v in (c["de"], c["a"])))
            for columna, c in orjson.loads(cambio.cambios).items()
        ],
    }


def _nombre(campo, columna) -> str:
    return capfirst(campo.verbose_name) if campo else SIN_COLUMNA.get(columna, columna)


def _mostrar(campo, valor) -> str:
    if valor is None:
        return "—"
    if isinstance(valor, bool):
        return SI_NO[valor]
    if isinstance(valor, list):
        return f"{len(valor)}"
    if isinstance(campo, models.ForeignKey):
        return str(campo.related_model._base_manager.filter(pk=valor).first() or valor)
    try:
        return str(display_for_field(campo.to_python(valor), campo, "—")) if campo else str(valor)
    except ValidationError:
        return str(valor)
