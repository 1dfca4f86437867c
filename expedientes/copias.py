"""The archive's copy of an expediente, for people to read.

A copy may be older than today's columns. What it doesn't hold is left out, and what has no place here can be read in
its JSON.
"""

import json
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente, HistorialEstado
from monitor.admin.values import show
from monitor.exportacion.tabla import Columna


def leer_copia(datos: dict) -> dict:
    """Return a copy as people read it. `columnas` has the (name, text) of the columns with a value, `historial` the
    changes of state, newest first, and `completa` all of it as JSON."""
    personas = _personas(datos)
    return {
        "columnas": [
            (campo.verbose_name, _texto(campo, datos[campo.column], datos, personas))
            for campo in Expediente.LEGIBLES
            if datos.get(campo.column) not in (None, "")
        ],
        "historial": [_cambio(fila, personas) for fila in reversed(datos.get("historial_estado", ()))],
        "completa": json.dumps(datos, ensure_ascii=False, indent=2),
    }


def columnas_de_copia() -> list[Columna]:
    """Return the columns of an expediente, for a table of archived ones."""
    return [Columna(capfirst(campo.verbose_name), partial(_valor, campo)) for campo in Expediente.LEGIBLES]


def _valor(campo, archivado: ExpedienteArchivado):
    """Return what the copy has in a column; what the column doesn't take any more, as it was kept."""
    valor = archivado.datos.get(campo.column)
    if valor is None or campo.is_relation or campo.choices:
        return valor and _texto(campo, valor, archivado.datos, _personas(archivado.datos))
    try:
        return campo.to_python(valor)
    except ValidationError:
        return str(valor)


def _personas(datos) -> dict:
    return {persona["id"]: persona["nombre"] or persona["username"] for persona in datos.get("usuario", ())}


def _texto(campo, valor, datos, personas):
    if campo.name == "aseguradora":
        return (datos.get("aseguradora") or {}).get("nombre", valor)
    if campo.name == "creado_por":
        return personas.get(valor, valor)
    return show(campo, valor)


def _cambio(fila, personas) -> dict:
    mostrados = {
        nombre: show(HistorialEstado._meta.get_field(nombre), fila[nombre])
        for nombre in ("fecha_cambio", "estado_anterior", "estado_nuevo")
    }
    return mostrados | {"persona": personas.get(fila["cambiado_por_id"], "—")}
