"""Filling catalogues from data files, one a catalogue, named after its table (`lugar.csv`).

A row is known by its catalogue's `clave`, so loading a file again changes nothing. Its columns are the model's; a
reference is written as the key of the row it means (a user's is the username), a flag as «sí» or «no», and an empty
cell means no value. `id` counts for new rows only.
"""

from functools import partial
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection, models

from catalogos.base import Catalogo
from catalogos.importacion.archivo import columnas_de, leer
from catalogos.models import CATALOGOS
from monitor.errores import DatosInvalidos, ErrorDeDominio, sin_su_campo

CARGABLES: dict[str, type[Catalogo]] = {modelo._meta.db_table: modelo for modelo in CATALOGOS}

CREADA, ACTUALIZADA, SIN_CAMBIOS = "creadas", "actualizadas", "sin cambios"
SI_O_NO = {"sí": True, "si": True, "no": False}


def modelo_de(archivo: Path) -> type[Catalogo]:
    """Raises DatosInvalidos when the file isn't named after a catalogue."""
    if archivo.stem not in CARGABLES:
        nombres = ", ".join(f"{nombre}.csv" for nombre in CARGABLES)
        raise DatosInvalidos(f"{archivo.name}: nombre el archivo como su catálogo: {nombres}")
    return CARGABLES[archivo.stem]


def cargar(archivo: Path, *, solo_nuevas: bool = False) -> dict[str, int]:
    """Load a file, and count the rows that were created, updated and left as they were. With `solo_nuevas`, a row that
    is there stays as it is.

    Call it in a transaction. Raises DatosInvalidos with a sentence for each line that is wrong, named by number.
    """
    modelo = modelo_de(archivo)
    cuenta, errores = dict.fromkeys((CREADA, ACTUALIZADA, SIN_CAMBIOS), 0), []
    for renglon in leer(archivo, modelo):
        try:
            cuenta[_guardar(modelo, renglon, solo_nuevas)] += 1
        except ErrorDeDominio as error:
            errores += [f"{archivo.name}, línea {renglon.numero}: {frase}" for frase in _frases(error)]
    if errores:
        raise DatosInvalidos(campos={archivo.name: errores})
    _adelantar_secuencia(modelo)
    return cuenta


def _frases(error):
    """Return the sentences of an error, each naming its column as the file does."""
    campos = getattr(error, "campos", None) or {}
    return [f"{c}: {sin_su_campo(frase)}" for c, frases in campos.items() for frase in frases] or [error.mensaje]


def _guardar(modelo, renglon, solo_nuevas) -> str:
    if None in renglon.celdas or None in renglon.celdas.values():
        raise DatosInvalidos("no tiene tantas celdas como la primera línea")
    clave = renglon.celdas[modelo.clave].strip()
    if not clave:
        raise DatosInvalidos(f"{modelo.clave}: es obligatorio en un archivo")
    fila = modelo.objects.con_clave(clave).first()
    if fila and solo_nuevas:
        return SIN_CAMBIOS
    valores = _valores(modelo, renglon.celdas)
    _exigir_id_libre(modelo, valores.get("id"), fila)
    if fila is None:
        modelo.objects.crear(valores, por=None)
        return CREADA
    if not fila.eliminado and not _cambia(fila, valores):
        return SIN_CAMBIOS
    verbo = modelo.objects.crear if fila.eliminado else partial(modelo.objects.actualizar, fila.pk)
    verbo(valores, por=None)
    return ACTUALIZADA


def _cambia(fila, valores) -> bool:
    """Compared as they would be written: trimmed, in capitals."""
    antes = {nombre: getattr(fila, nombre) for nombre in valores}
    for nombre, valor in valores.items():
        setattr(fila, nombre, valor)
    fila.validar()
    return any(getattr(fila, nombre) != valor for nombre, valor in antes.items())


def _exigir_id_libre(modelo, pk, fila):
    if fila and pk not in (None, fila.pk):
        raise DatosInvalidos(f"id: «{fila}» ya existe con el {fila.pk}")
    if fila is None and pk and modelo.objects.filter(pk=pk).exists():
        raise DatosInvalidos(f"id: el {pk} ya es de otra fila")


def _valores(modelo, celdas) -> dict:
    """Return the values of a line by attname; an empty `id` is left out."""
    campos, valores, errores = columnas_de(modelo), {}, {}
    for nombre, celda in celdas.items():
        try:
            valores[campos[nombre].attname] = _valor(campos[nombre], celda.strip())
        except ValidationError as error:
            errores[nombre] = [f"{nombre}: {mensaje}" for mensaje in error.messages]
    if errores:
        raise DatosInvalidos(campos=errores)
    return {nombre: valor for nombre, valor in valores.items() if nombre != "id" or valor is not None}


def _valor(campo, celda):
    if not celda:
        return campo.get_default()
    if campo.is_relation:
        filas = campo.related_model._default_manager
        try:
            return filas.get_by_natural_key(celda).pk
        except campo.related_model.DoesNotExist as error:
            raise ValidationError(f"no existe «{celda}»") from error
    if isinstance(campo, models.BooleanField):
        return campo.to_python(SI_O_NO.get(celda.lower(), celda))
    return campo.to_python(celda)


def _adelantar_secuencia(modelo):
    """Move PostgreSQL's sequence past the ids that came from a file."""
    with connection.cursor() as cursor:
        for sentencia in connection.ops.sequence_reset_sql(no_style(), [modelo]):
            cursor.execute(sentencia)
