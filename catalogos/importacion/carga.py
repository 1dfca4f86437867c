"""Loading catalogues from data files. Each file fills one catalogue, and is named after its table (`lugar.csv`).

A row is known by its catalogue's `clave`. Where the `clave` may be missing, a row without one is known by its `nombre`,
among those without one. So loading a file again changes nothing.

The columns are the model's. A reference is written as the key of the row that it means (a user's is the username), a
flag as «sí» or «no», and an empty cell means the column's default, which for most is null. `id` is given to new rows
only; a row that exists must already have it. A row may refer to one further down.
"""

from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection

from catalogos.base import Catalogo
from catalogos.importacion.archivo import Archivo, Errores, archivo_invalido
from catalogos.importacion.identidad import Existentes
from catalogos.importacion.lineas import Lineas
from catalogos.importacion.tabla import Renglon, leer, llano
from catalogos.importacion.valores import valor
from catalogos.models import CATALOGOS, ENTERO_MAXIMO
from monitor.errores import DatosInvalidos, ErrorDeDominio, sin_su_campo
from monitor.origen import Origen, entrando_por
from monitor.validadores import Entre

CARGABLES: dict[str, type[Catalogo]] = {modelo._meta.db_table: modelo for modelo in CATALOGOS}

CREADA, ACTUALIZADA, SIN_CAMBIOS = "creadas", "actualizadas", "sin cambios"
ID_VALIDO = Entre((1, ENTERO_MAXIMO))


def modelo_de(archivo: Archivo) -> type[Catalogo]:
    """Return the catalogue that a file is named after. Raise DatosInvalidos when there is none."""
    por_nombre = {llano(nombre): modelo for nombre, modelo in CARGABLES.items()}
    nombre = llano(PurePath(archivo.nombre).stem)
    if nombre not in por_nombre:
        nombres = ", ".join(f"{nombre}.csv" for nombre in CARGABLES)
        raise archivo_invalido(archivo.nombre, f"nombre el archivo como su catálogo: {nombres}")
    return por_nombre[nombre]


def cargar(archivo: Archivo, *, solo_nuevas: bool = False) -> dict[str, int]:
    """Load a file, and return how many rows were created, updated and left as they were. With `solo_nuevas`, a row that
    exists stays as it is, even if it is deleted.

    Call it in a transaction, and roll that back on DatosInvalidos, which says all that is wrong, with the line of
    whatever is wrong in one.
    """
    modelo, errores = modelo_de(archivo), Errores(archivo.nombre)
    renglones = leer(archivo, modelo, errores)
    carga = Carga(Lineas(modelo, renglones, errores), Existentes(modelo), solo_nuevas=solo_nuevas)
    with entrando_por(Origen.IMPORTACION):
        cuenta = carga.guardar()
    errores.lanzar()
    if "id" in renglones[0].celdas:
        _adelantar_secuencia(modelo)
    return cuenta


class Carga:
    """The lines of a file on their way into a catalogue. A line that is in `errores` is still read, to say whatever
    else is wrong with it, but it isn't written."""

    def __init__(self, lineas: Lineas, existentes: Existentes, *, solo_nuevas: bool):
        self.lineas, self.existentes, self.solo_nuevas = lineas, existentes, solo_nuevas
        self.errores, self.campos, self.filas = lineas.errores, lineas.campos, lineas.modelo.objects

    def guardar(self) -> dict[str, int]:
        cuenta = dict.fromkeys((CREADA, ACTUALIZADA, SIN_CAMBIOS), 0)
        for renglon in self.lineas.padres_primero():
            try:
                cuenta[self._guardar(renglon)] += 1
            except ErrorDeDominio as error:
                self.errores.anotar(renglon.numero, *_frases(error))
        return cuenta

    def _guardar(self, renglon) -> str:
        fila = self.existentes.de(self.lineas.identidad_de(renglon))
        if fila and self.solo_nuevas:
            return SIN_CAMBIOS
        valores = self._valores(renglon)
        if renglon.numero in self.errores:
            return SIN_CAMBIOS
        self.existentes.exigir_id_libre(valores.get("id"), fila)
        return self._escribir(fila, valores)

    def _escribir(self, fila, valores) -> str:
        if fila is None:
            self.existentes.exigir_inequivoca(valores)
            self.existentes.agregar(self.filas.crear(valores, por=None))
            return CREADA
        if fila.eliminado:
            self._recuperar(fila, valores)
        elif _cambia(fila, valores):
            self.filas.actualizar(fila.pk, valores, por=None)
        else:
            return SIN_CAMBIOS
        return ACTUALIZADA

    def _recuperar(self, fila, valores):
        """Bring a deleted row back with the new values alone, as `crear` does with the rows that it finds by their
        key."""
        if getattr(fila, self.lineas.modelo.clave):
            self.filas.crear(valores, por=None)
        else:
            self.filas.reactivar(fila.pk, por=None)
            vacios = {campo.attname: campo.get_default() for campo in fila.editables()}
            self.filas.actualizar(fila.pk, vacios | valores, por=None)

    def _valores(self, renglon: Renglon) -> dict:
        """Return the values of a line by attname; an empty `id` is left out. Raise DatosInvalidos by column."""
        valores, malas = {}, {}
        for columna, celda in renglon.celdas.items():
            try:
                valores[self.campos[columna].attname] = self._valor(renglon, self.campos[columna], celda)
            except ValidationError as error:
                malas[columna] = [f"{columna}: {mensaje}" for mensaje in error.messages]
        if valores.get("id", 0) is None:
            del valores["id"]
        if malas or renglon.numero in self.errores:
            buenas = renglon.celdas.keys() - malas
            malas |= {columna: f for columna, f in self._contra_las_reglas(valores).items() if columna in buenas}
        if malas:
            raise DatosInvalidos(campos=malas)
        return valores

    def _valor(self, renglon, campo, celda):
        if campo is self.lineas.padre and (padre := self.lineas.padre_de(renglon)) and padre.numero in self.errores:
            return None  # the parent isn't written, and its own line says why
        leido = valor(campo, celda)
        if campo.primary_key and leido is not None:
            ID_VALIDO(leido)
        return leido

    def _contra_las_reglas(self, valores) -> dict[str, list[str]]:
        """Return the sentences of the catalogue's rules, by column, about a line that won't reach its verbs."""
        try:
            self.lineas.modelo(**valores).validar()
        except DatosInvalidos as error:
            return error.campos
        return {}


def _frases(error):
    """Return the sentences of an error, each naming its column as the file does."""
    campos = getattr(error, "campos", None) or {}
    return [f"{c}: {sin_su_campo(frase)}" for c, frases in campos.items() for frase in frases] or [error.mensaje]


def _cambia(fila, valores) -> bool:
    """Return whether the row changes with these values, once they are cleaned as the verb cleans them (trimmed, in
    capitals). They stay on `fila`, which isn't saved. Raise DatosInvalidos when they break a rule."""
    antes = {nombre: getattr(fila, nombre) for nombre in valores}
    for nombre, nuevo in valores.items():
        setattr(fila, nombre, nuevo)
    fila.validar()
    return any(getattr(fila, nombre) != viejo for nombre, viejo in antes.items())


def _adelantar_secuencia(modelo):
    """Move PostgreSQL's sequence past the ids that came from a file."""
    with connection.cursor() as cursor:
        for sentencia in connection.ops.sequence_reset_sql(no_style(), [modelo]):
            cursor.execute(sentencia)
