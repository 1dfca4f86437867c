"""The page «Historial» of the admin: what changed in one row, by whom, and through which door."""

from collections.abc import Iterable

import orjson
from django.core.paginator import Paginator
from django.db import models
from django.utils.text import capfirst

from monitor.admin.stale import Ajeno
from monitor.admin.values import show
from monitor.cambios.cadena import Encadenado
from monitor.cambios.models import Cambio

POR_PAGINA = 50
SIN_COLUMNA = {"archivado": "Archivado", "lugares": "Lugares"}


class ConHistorial:
    """A mixin of a ModelAdmin whose rows have their changes told (`monitor.cambios.registro`)."""

    object_history_template = "admin/historial.html"

    def history_view(self, request, object_id, extra_context=None):
        """Show the changes in place of the admin's own log, which doesn't know of what programs write."""
        fila = self.get_object(request, object_id)
        if fila is not None:
            suyos = Cambio.objects.filter(objeto=self.opts.db_table, uid=fila.uid).select_related("usuario")
            pagina = Paginator(suyos, POR_PAGINA).get_page(request.GET.get("p"))
            leidos = leer(self.model, pagina.object_list)
            extra_context = {"pagina": pagina, "cambios": leidos} | (extra_context or {})
        return super().history_view(request, object_id, extra_context)

    def ajenos(self, request, obj, desde):
        """Return what was changed, with the changes of state."""
        return sorted(
            [*_en_sus_campos(obj, desde, request.user), *_en_su_estado(obj, desde, request.user)],
            key=lambda ajeno: ajeno.momento,
            reverse=True,
        )


def _en_sus_campos(fila: Encadenado, desde: int, para) -> list[Ajeno]:
    suyos = Cambio.objects.filter(objeto=fila._meta.db_table, uid=fila.uid, eslabon__gt=desde)
    cambios = list(suyos.select_related("usuario")[:POR_PAGINA])
    return [
        Ajeno(columna, *campo, _quien(cambio.usuario, para), cambio.fecha)
        for cambio, leido in zip(cambios, leer(type(fila), cambios), strict=True)
        for columna, campo in zip(orjson.loads(cambio.cambios), leido["campos"], strict=True)
    ]


def _en_su_estado(fila: Encadenado, desde: int, para) -> list[Ajeno]:
    historias = [r for r in fila._meta.related_objects if hasattr(r.related_model, "cuando")]
    pasos = [
        paso
        for historia in historias
        for paso in historia.related_model.objects.filter(**{historia.field.name: fila.pk}, eslabon__gt=desde)
        .select_related("cambiado_por")
        .order_by("-eslabon")[:POR_PAGINA]
    ]
    return [
        Ajeno("estado", "Estado", "", str(paso), _quien(paso.cambiado_por, para), getattr(paso, paso.cuando))
        for paso in pasos
    ]


def _quien(persona, para) -> str:
    """Return who changed something, as whoever reads it would say."""
    if persona is None:
        return "alguien"
    return "usted en otra página" if persona.pk == para.pk else str(persona)


def leer(modelo: type[models.Model], cambios: Iterable[Cambio]) -> list[dict]:
    """Return changes as people read them: when, who, the door, and for each field its name, what it was and what it
    is."""
    columnas = {campo.attname: campo for campo in modelo._meta.concrete_fields}
    dichos = [orjson.loads(cambio.cambios) for cambio in cambios]
    nombrados = {
        columna: campo.related_model._base_manager.in_bulk({v for d in dichos for v in d.get(columna, {}).values()})
        for columna, campo in columnas.items()
        if isinstance(campo, models.ForeignKey) and any(columna in d for d in dichos)
    }

    def mostrar(columna, valor):
        if isinstance(valor, list):
            return f"{len(valor)}"
        if valor in nombrados.get(columna, ()):
            return str(nombrados[columna][valor])
        return show(columnas.get(columna), valor)

    return [
        {
            "fecha": cambio.fecha,
            "persona": cambio.usuario or "—",
            "puerta": cambio.get_origen_display(),
            "campos": [
                (_nombre(columnas.get(columna), columna), mostrar(columna, c["de"]), mostrar(columna, c["a"]))
                for columna, c in dicho.items()
            ],
        }
        for cambio, dicho in zip(cambios, dichos, strict=True)
    ]


def _nombre(campo, columna) -> str:
    return capfirst(campo.verbose_name) if campo else SIN_COLUMNA.get(columna, columna)
