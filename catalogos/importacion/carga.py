"""Loading catalogues from data files. Each file fills one catalogue.

A row is known by its catalogue's `clave`. Where the `clave` may be missing, a row without one is known by its `nombre`,
among those without one. So loading a file again changes nothing.

The columns are the model's. A reference is written as the key of the row that it means (a user's is the username), a
flag as «sí» or «no». A row may refer to one further down.

There are two kinds of files. Those of whoever operates Monitor (`cargar`), which are named after their tables
(`lugar.csv`), say all of a row: an empty cell means the column's default, which for most is null, and a new row gets
the `id` that the file gives it. Those of people (`Importador`) say what is to be changed: an empty cell leaves what
there is, and an `id` serves only to tell rows of the same name apart.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import connection

from catalogos.base import Catalogo
from catalogos.importacion.identidad import Existentes
from catalogos.importacion.lineas import Lineas, columnas_de
from catalogos.models import CATALOGOS
from monitor.db.writes import Author
from monitor.errores import DatosInvalidos, ErrorDeDominio, sin_su_campo
from monitor.importacion.archivo import Archivo, Errores, archivo_invalido
from monitor.importacion.destino import ACTUALIZADA, CREADA, SIN_CAMBIOS, Destino, Hecho
from monitor.importacion.tabla import Columnas, Hoja, Renglon, leer, llano, recortada
from monitor.importacion.valores import valor
from monitor.origen import Origen, entrando_por
from monitor.validadores import ENTERO_MAXIMO, Entre

CARGABLES: dict[str, type[Catalogo]] = {modelo._meta.db_table: modelo for modelo in CATALOGOS}

ID_VALIDO = Entre((1, ENTERO_MAXIMO))
YA_NO = "eliminado: aquí no se eliminan filas: quite ésta del archivo y elimínela en su página"


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
    hoja = leer(archivo, columnas_de(modelo), errores)
    carga = Carga(Lineas(modelo, hoja.renglones, errores), Existentes(modelo), solo_nuevas=solo_nuevas)
    with entrando_por(Origen.IMPORTACION):
        cuenta = Counter(hecho.que for hecho in carga.guardar())
    errores.lanzar()
    if "id" in hoja.columnas:
        _adelantar_secuencia(modelo)
    return {que: cuenta[que] for que in (CREADA, ACTUALIZADA, SIN_CAMBIOS)}


class Importador(Destino):
    """Writes a file of people in a catalogue."""

    def __init__(self, modelo: type[Catalogo]):
        self.modelo = modelo
        campos, identifican, ajenas = columnas_de(modelo)
        self.columnas = Columnas(campos | {"eliminado": modelo._meta.get_field("eliminado")}, identifican, ajenas)

    def escribir(self, hoja: Hoja, errores: Errores, *, por: Author) -> Iterator[Hecho]:
        lineas = Lineas(self.modelo, hoja.renglones, errores, de_personas=True)
        return Carga(lineas, Existentes(self.modelo), por=por).guardar()

    def deshacer_nueva(self, fila, *, por):
        self.modelo.objects.eliminar(fila.pk, por=por)

    def deshacer_cambio(self, fila, valores, estado, *, por):
        volvio = valores.pop("eliminado", None) is not None
        if valores:
            self.modelo.objects.actualizar(fila.pk, valores, por=por)
        if volvio:
            self.modelo.objects.eliminar(fila.pk, por=por)


class Carga:
    """The lines of a file on their way into a catalogue. A line that is in `errores` is still read, to say whatever
    else is wrong with it, but it isn't written."""

    def __init__(self, lineas: Lineas, existentes: Existentes, *, por: Author | None = None, solo_nuevas: bool = False):
        self.lineas, self.existentes, self.por, self.solo_nuevas = lineas, existentes, por, solo_nuevas
        self.errores, self.campos, self.filas = lineas.errores, lineas.campos, lineas.modelo.objects.en_lote()

    def guardar(self) -> Iterator[Hecho]:
        for renglon in self.lineas.padres_primero():
            try:
                yield Hecho(renglon.numero, *self._guardar(renglon))
            except ErrorDeDominio as error:
                self.errores.anotar(renglon.numero, *_frases(error))

    def _guardar(self, renglon) -> tuple[str, Catalogo | None]:
        fila = self._la_que_hay(renglon)
        if (fila and self.solo_nuevas) or self._se_queda_eliminada(renglon, fila):
            return SIN_CAMBIOS, fila
        valores = self._valores(renglon)
        if renglon.numero in self.errores:
            return SIN_CAMBIOS, fila
        self.existentes.exigir_id_libre(valores.get("id"), fila)
        return self._escribir(fila, self._sin_lo_igual(fila, valores))

    def _la_que_hay(self, renglon) -> Catalogo | None:
        cual, pk = self.lineas.identidad_de(renglon), self.lineas.id_de(renglon)
        suya = self.lineas.de_personas and pk and self.existentes.con_id(pk[1], cual)
        return suya or self.existentes.de(cual)

    def _se_queda_eliminada(self, renglon, fila) -> bool:
        """Return whether the line says that its row is deleted, as a list of all of them does. Raise DatosInvalidos
        when the row isn't."""
        try:
            campo = self.lineas.modelo._meta.get_field("eliminado")
            eliminada = valor(campo, renglon.celdas.get(campo.name, ""), self.lineas.referencias)
        except ValidationError as error:
            raise DatosInvalidos(f"eliminado: {error.messages[0]}") from error
        if eliminada and fila and not fila.eliminado:
            raise DatosInvalidos(YA_NO)
        return eliminada

    def _sin_lo_igual(self, fila, valores) -> dict:
        """Leave out the texts that are as a list that goes out has them. A cell has no blanks around its text."""
        if not self.lineas.de_personas or fila is None or fila.eliminado:
            return valores
        ahora = {n: getattr(fila, n) for n in valores.keys() - {"nombre", self.lineas.modelo.clave}}
        iguales = {n for n, valor in ahora.items() if isinstance(valor, str) and recortada(valor) == valores[n]}
        return {n: v for n, v in valores.items() if n not in iguales}

    def _escribir(self, fila, valores) -> tuple[str, Catalogo]:
        self.existentes.exigir_inequivoca(fila, valores)
        if fila is None:
            creada = self.filas.crear(valores, por=self.por)
            self.existentes.agregar(creada)
            return CREADA, creada
        if fila.eliminado:
            escrita = self._recuperar(fila, valores)
        elif _cambia(fila, valores):
            escrita = self.filas.actualizar(fila.pk, valores, por=self.por)
        else:
            return SIN_CAMBIOS, fila
        self.existentes.nombrar(escrita)
        return ACTUALIZADA, escrita

    def _recuperar(self, fila, valores) -> Catalogo:
        """Bring a deleted row back with the new values alone, as `crear` does with the rows that it finds by their
        key, and return it."""
        if getattr(fila, self.lineas.modelo.clave):
            return self.filas.crear(valores, por=self.por)
        self.filas.reactivar(fila.pk, por=self.por)
        vacios = {campo.attname: campo.get_default() for campo in fila.editables()}
        return self.filas.actualizar(fila.pk, vacios | valores, por=self.por)

    def _valores(self, renglon: Renglon) -> dict:
        """Return the values of a line by attname; an empty `id` is left out. Raise DatosInvalidos by column."""
        valores, malas = {}, {}
        for columna, celda in self._celdas(renglon):
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

    def _celdas(self, renglon) -> Iterator[tuple[str, str]]:
        """Yield the columns of a line that are written, each with its cell."""
        for columna, celda in renglon.celdas.items():
            if columna in self.campos and not (self.lineas.de_personas and (columna == "id" or not celda)):
                yield columna, celda

    def _valor(self, renglon, campo, celda):
        if campo is self.lineas.padre and (padre := self.lineas.padre_de(renglon)) and padre.numero in self.errores:
            return None  # the parent isn't written, and its own line says why
        leido = valor(campo, celda, self.lineas.referencias)
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
