"""The columns, the rules and the verbs that every catalogue has. `models.py` has the catalogues themselves."""

import logging
from collections.abc import Collection
from functools import partial
from typing import Self

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from catalogos.frases import CAMBIO, EN_USO, NO_ELIMINADA, NO_ENCONTRADA, NO_EXISTE, USOS, YA_EXISTE, frase
from monitor.cambios.cadena import Encadenado
from monitor.cambios.registro import exigir_visto, guardar
from monitor.db.errors import is_duplicate
from monitor.db.fields import LineField, LongTextField
from monitor.db.functions import CaseBlind
from monitor.db.search import Contains, Lines
from monitor.db.versions import Remembered, Seen
from monitor.db.writes import Author
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado
from monitor.textos import composed, is_visible, with_single_blanks, words
from monitor.usuarios.models import Usuario
from monitor.validadores import sin_blancos, sin_control, sin_control_en_texto_largo, sin_formato, sin_inversion

log = logging.getLogger(__name__)


class RecortadoField(LineField):
    """A line of text that cleaning leaves without white space at its ends, and with one blank where there were
    several."""

    default_validators = [sin_inversion]

    def __init__(self, *args, validators=(), **kwargs):
        super().__init__(*args, validators=list(dict.fromkeys([sin_control, *validators])), **kwargs)

    def to_python(self, value):
        texto = super().to_python(value)
        return texto and with_single_blanks(texto)


class MayusculasField(RecortadoField):
    def to_python(self, value):
        texto = super().to_python(value)
        return texto and composed(texto.upper())


class CodigoField(MayusculasField):
    def __init__(self, *args, validators=(), **kwargs):
        super().__init__(*args, validators=[sin_blancos, sin_formato, *validators], **kwargs)


def texto(nombre, largo, **opciones):
    return LineField(nombre, max_length=largo, null=True, blank=True, validators=[sin_control], **opciones)


def texto_largo(nombre):
    return LongTextField(nombre, null=True, blank=True, validators=[sin_control_en_texto_largo])


def clave_unica(columna: str, tabla: str, frase_de_error: str) -> models.UniqueConstraint:
    """Return the constraint that makes a key unique, blind to case. Deleted rows count too: creating one of them again
    brings it back."""
    return models.UniqueConstraint(
        CaseBlind(columna), name=f"{tabla}_{columna}_unico", violation_error_message=frase_de_error
    )


class CatalogoQuerySet(models.QuerySet):
    def vigentes(self):
        return self.filter(eliminado=False)

    def con_clave(self, valor: str):
        return self.filter(Exact(CaseBlind(self.model.clave), CaseBlind(models.Value(valor))))

    def buscar(self, texto: str):
        """Return the rows that have every word, blind to case and accents, in any column of `en_busqueda`."""
        columnas = Lines(*self.model.en_busqueda)
        return self.filter(*(Contains(columnas, palabra) for palabra in words(texto)))


class CatalogoManager(models.Manager.from_queryset(CatalogoQuerySet)):
    """The verbs of catalogues. `datos` has the values by attname. `por` is who writes, None for a command. A
    verb raises DatosInvalidos for values that break a rule, with the sentences by column when they are about a
    column."""

    def en_lote(self) -> Self:
        """Return the manager for a transaction that writes many rows. A catalogue whose verbs ask the database each
        time for what a whole transaction may know overrides this."""
        return self

    def get_by_natural_key(self, clave: str) -> "Catalogo":
        return self.vigentes().con_clave(clave).get()

    def exigir_vigente(self, pk: int | None, campo: str) -> None:
        """Raise DatosInvalidos when `pk` isn't the id of a row that isn't deleted. None is nobody's id and raises
        nothing. `campo` names the field that the id came in."""
        if pk is not None and not self.vigentes().filter(pk=pk).exists():
            raise DatosInvalidos(campos={campo: [f"{campo}: {frase(NO_EXISTE, self.model, clave='Id', valor=pk)}"]})

    @transaction.atomic
    def crear(self, datos: dict, *, por: Author | None) -> "Catalogo":
        """Create a row and return it. When a deleted row has the same key, bring that one back instead, with the new
        values alone. Raise Conflicto when a row that isn't deleted has the key."""
        nueva = self.model(**datos)
        nueva.validar()
        fila = self._bloquear_clave(nueva)
        if fila is None:
            fila = nueva
        elif not fila.eliminado:
            raise Conflicto(nueva.ya_existe(), codigo="ya_existe")
        else:
            fila.copiar(nueva)
        self._validar_en_la_base(fila)
        return self._guardar(fila, "creó", por)

    @transaction.atomic
    def reactivar(self, pk: int, *, por: Author | None) -> "Catalogo":
        """Bring a deleted row back as it was, and return it. Raise NoEncontrado when there is no such row, and
        Conflicto when it isn't deleted."""
        fila = self.select_for_update(no_key=True).filter(pk=pk).first()
        if fila is None:
            raise NoEncontrado(frase(NO_ENCONTRADA, self.model, id=pk))
        if not fila.eliminado:
            raise Conflicto(frase(NO_ELIMINADA, self.model))
        fila.eliminado = False
        self._validar_en_la_base(fila)
        return self._guardar(fila, "reactivó", por)

    @transaction.atomic
    def actualizar(self, pk: int, datos: dict, *, por: Author | None, visto: Seen | None = None) -> "Catalogo":
        """Change only what is in `datos`, and return the row. Raise NoEncontrado for a deleted row, Desactualizado when
        the row isn't what its writer saw, and Conflicto when another row has the new key."""
        fila = self._bloquear(pk, no_key=True)
        exigir_visto(fila, visto)
        nuevos = {atributo for atributo, valor in datos.items() if getattr(fila, atributo) != valor}
        for atributo in nuevos:
            setattr(fila, atributo, datos[atributo])
        fila.validar(nuevos)
        self._validar_en_la_base(fila)
        return self._guardar(fila, "actualizó", por)

    @transaction.atomic
    def eliminar(self, pk: int, *, por: Author | None, visto: Seen | None = None) -> "Catalogo":
        """Mark the row as deleted, and return it. Raise Desactualizado when the row isn't what its writer saw, and
        Conflicto while any row that isn't deleted refers to it.

        Whoever begins to refer to the row must lock it (see `StrictReferenceField`). Then one of the two transactions
        waits for the other, and sees what it did.
        """
        fila = self._bloquear(pk)
        exigir_visto(fila, visto)
        usos = fila.usos()
        if usos:
            raise Conflicto(frase(EN_USO, self.model, usos=usos), codigo="en_uso")
        fila.eliminado = True
        return self._guardar(fila, "eliminó", por)

    def _bloquear(self, pk, *, no_key=False):
        """Return the row, locked. Raise NoEncontrado when there is none, or it is deleted. With `no_key`, this lock and
        a transaction that refers to the row don't wait for each other."""
        fila = self.vigentes().select_for_update(no_key=no_key).filter(pk=pk).first()
        if fila is None:
            raise NoEncontrado(frase(NO_ENCONTRADA, self.model, id=pk))
        return fila

    def _bloquear_clave(self, nueva):
        clave = getattr(nueva, self.model.clave)
        return clave and self.con_clave(clave).select_for_update(no_key=True).first()

    def _validar_en_la_base(self, fila):
        """Check the rules that need other rows, and raise DatosInvalidos. A catalogue that has such rules overrides
        this."""

    def _guardar(self, fila, verbo, por):
        try:
            escrita = guardar(fila, por=por)
        except IntegrityError as error:
            if is_duplicate(error):
                raise Conflicto(fila.ya_existe(), codigo="ya_existe") from error
            raise
        if por:
            transaction.on_commit(
                partial(log.info, "%s %s %s %s", por.username, verbo, self.model._meta.db_table, escrita.pk)
            )
        return escrita


class Catalogo(Remembered, Encadenado):
    """A catalogue of reference data. A deleted row is only marked, so that whatever used it keeps it.

    `clave` names the column that people know a row by, and `en_busqueda` those that a search looks in.
    `nombres_en_la_red` has the columns whose name in the API isn't their own in camelCase.
    """

    clave = "nombre"
    en_busqueda: tuple[str, ...] = ("nombre",)
    nombres_en_la_red: dict[str, str] = {}

    eliminado = models.BooleanField("eliminado", db_default=False, default=False, editable=False)
    creado_en = models.DateTimeField("creado", db_default=Now(), auto_now_add=True)
    actualizado_en = models.DateTimeField("actualizado", db_default=Now(), auto_now=True)

    objects = CatalogoManager()

    class Meta:
        abstract = True

    def __str__(self):
        return self.nombre

    @property
    def cambio(self) -> str:
        return frase(CAMBIO, type(self))

    @classmethod
    def editables(cls) -> list[models.Field]:
        """Return the fields that people write, in the order of the columns; the others belong to the server."""
        return [campo for campo in cls._meta.concrete_fields if campo.editable and not campo.primary_key]

    def copiar(self, nueva: "Catalogo") -> None:
        self.eliminado = False
        for campo in self.editables():
            setattr(self, campo.attname, getattr(nueva, campo.attname))

    def validar(self, nuevos: Collection[str] | None = None) -> None:
        """Clean and check the value of each column, whoever writes, and make a text that nobody can see null where the
        column admits null. `nuevos` has the attnames of a row that is there already: what it had before there was a
        rule doesn't hinder other changes. Raise DatosInvalidos, with the sentences by column."""
        columnas = [campo for campo in self.editables() if nuevos is None or campo.attname in nuevos]
        for campo in columnas:
            valor = getattr(self, campo.attname)
            if campo.null and isinstance(valor, str) and not is_visible(valor):
                setattr(self, campo.attname, None)
        try:
            # References are left out, because they are checked in the database, under a lock.
            se_revisan = {campo.name for campo in columnas if not campo.is_relation}
            self.clean_fields(exclude=[campo.name for campo in self._meta.fields if campo.name not in se_revisan])
        except ValidationError as error:
            raise self.invalido(error.message_dict) from error

    @classmethod
    def invalido(cls, mensajes: dict[str, list[str]]) -> DatosInvalidos:
        """Return the error of `mensajes`, which go by column. Each sentence begins with the name that the API gives the
        column."""
        nombres = {columna: cls.en_la_red(cls._meta.get_field(columna)) for columna in mensajes}
        return DatosInvalidos(campos={c: [f"{nombre}: {m}" for m in mensajes[c]] for c, nombre in nombres.items()})

    @classmethod
    def en_la_red(cls, campo: models.Field) -> str:
        primera, *otras = campo.name.split("_")
        camello = primera + "".join(palabra.capitalize() for palabra in otras)
        return cls.nombres_en_la_red.get(campo.name, camello)

    def ya_existe(self) -> str:
        clave = self._meta.get_field(self.clave)
        return frase(YA_EXISTE, type(self), clave=clave.verbose_name, valor=getattr(self, self.clave))

    def usos(self) -> str:
        """Return the name of something that refers to this row and isn't deleted («solicitudes activas asociadas»), or
        the empty text when nothing does.

        The relations of the models say what may refer to it. A model whose rows can be deleted has a manager with
        `vigentes`, which gives those that aren't.
        """
        return next((frase(USOS, r.related_model) for r in self._referencias() if self._en_uso_por(r)), "")

    @classmethod
    def _referencias(cls):
        campos = cls._meta.get_fields(include_hidden=True)
        return [campo for campo in campos if campo.auto_created and (campo.one_to_many or campo.one_to_one)]

    def _en_uso_por(self, relacion) -> bool:
        filas = relacion.related_model._default_manager
        vigentes = filas.vigentes() if hasattr(filas, "vigentes") else filas.all()
        return vigentes.filter(**{relacion.field.name: self.pk}).exists()


def elegibles(modelo: type[models.Model]) -> models.QuerySet:
    """Return the rows of a model that a row of a catalogue may begin to refer to."""
    return modelo.objects.personas() if modelo is Usuario else modelo.objects.vigentes()
