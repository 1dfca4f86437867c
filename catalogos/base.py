"""The columns, the rules and the verbs that every catalogue has. `models.py` has the catalogues themselves."""

import logging
from functools import partial

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from catalogos.frases import EN_USO, NO_ELIMINADA, NO_ENCONTRADA, NO_EXISTE, USOS, YA_EXISTE, frase
from monitor.db.errors import is_duplicate
from monitor.db.functions import CaseBlind, Contains, Lines
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado
from monitor.usuarios.models import Usuario
from monitor.validadores import sin_blancos, sin_control, sin_control_en_texto_largo

log = logging.getLogger(__name__)


class RecortadoField(models.CharField):
    """A line of text without white space at its ends."""

    def __init__(self, *args, validators=(), **kwargs):
        super().__init__(*args, validators=list(dict.fromkeys([sin_control, *validators])), **kwargs)

    def to_python(self, value):
        texto = super().to_python(value)
        return texto and texto.strip()


class MayusculasField(RecortadoField):
    def to_python(self, value):
        texto = super().to_python(value)
        return texto and texto.upper()


class CodigoField(MayusculasField):
    def __init__(self, *args, validators=(), **kwargs):
        super().__init__(*args, validators=[sin_blancos, *validators], **kwargs)


def texto(nombre, largo, **opciones):
    return models.CharField(nombre, max_length=largo, null=True, blank=True, validators=[sin_control], **opciones)


def texto_largo(nombre):
    return models.TextField(nombre, null=True, blank=True, validators=[sin_control_en_texto_largo])


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
        return self.filter(*(Contains(columnas, palabra) for palabra in texto.split()))


class CatalogoManager(models.Manager.from_queryset(CatalogoQuerySet)):
    """The verbs. `datos` by attname; `por` is None for a command. They raise DatosInvalidos by column."""

    def get_by_natural_key(self, clave: str) -> "Catalogo":
        return self.vigentes().con_clave(clave).get()

    def exigir_vigente(self, pk: int | None, campo: str) -> None:
        """`campo`: where the id was given. Raises DatosInvalidos; None is nobody's id."""
        if pk is not None and not self.vigentes().filter(pk=pk).exists():
            raise DatosInvalidos(campos={campo: [f"{campo}: {frase(NO_EXISTE, self.model, clave='Id', valor=pk)}"]})

    @transaction.atomic
    def crear(self, datos: dict, *, por: Usuario | None) -> "Catalogo":
        """A row whose key a deleted one has brings that one back, with the new values alone."""
        nueva = self.model(**datos)
        nueva.validar()
        fila = self._bloquear_clave(nueva)
        if fila is None:
            fila = nueva
        elif not fila.eliminado:
            raise Conflicto(nueva.ya_existe())
        else:
            fila.copiar(nueva)
        self._validar_en_la_base(fila)
        return self._guardar(fila, "creó", por)

    @transaction.atomic
    def reactivar(self, pk: int, *, por: Usuario | None) -> "Catalogo":
        """Brings a deleted row back as it was."""
        fila = self.select_for_update(no_key=True).filter(pk=pk).first()
        if fila is None:
            raise NoEncontrado(frase(NO_ENCONTRADA, self.model, id=pk))
        if not fila.eliminado:
            raise Conflicto(frase(NO_ELIMINADA, self.model))
        fila.eliminado = False
        self._validar_en_la_base(fila)
        return self._guardar(fila, "reactivó", por)

    @transaction.atomic
    def actualizar(self, pk: int, datos: dict, *, por: Usuario | None) -> "Catalogo":
        """Write only what is in `datos`. Raise NoEncontrado for a deleted row."""
        fila = self._bloquear(pk, no_key=True)
        for atributo, valor in datos.items():
            setattr(fila, atributo, valor)
        fila.validar()
        self._validar_en_la_base(fila)
        return self._guardar(fila, "actualizó", por)

    @transaction.atomic
    def eliminar(self, pk: int, *, por: Usuario | None) -> "Catalogo":
        """Marks the row; raises Conflicto while any row that isn't deleted refers to it.

        Whoever begins to refer to it must hold its row (see `StrictReferenceField`): then one of the two waits here
        and sees what the other did.
        """
        fila = self._bloquear(pk)
        usos = fila.usos()
        if usos:
            raise Conflicto(frase(EN_USO, self.model, usos=usos))
        fila.eliminado = True
        return self._guardar(fila, "eliminó", por)

    def _bloquear(self, pk, *, no_key=False):
        """Return the row, locked. With `no_key`, a transaction that refers to the row needn't wait, nor be waited
        for."""
        fila = self.vigentes().select_for_update(no_key=no_key).filter(pk=pk).first()
        if fila is None:
            raise NoEncontrado(frase(NO_ENCONTRADA, self.model, id=pk))
        return fila

    def _bloquear_clave(self, nueva):
        clave = getattr(nueva, self.model.clave)
        return clave and self.con_clave(clave).select_for_update(no_key=True).first()

    def _validar_en_la_base(self, fila):
        """Rules that need other rows."""

    def _guardar(self, fila, verbo, por):
        try:
            with transaction.atomic():
                fila.save(force_insert=fila._state.adding)
        except IntegrityError as error:
            if is_duplicate(error):
                raise Conflicto(fila.ya_existe()) from error
            raise
        if por:
            transaction.on_commit(
                partial(log.info, "%s %s %s %s", por.username, verbo, self.model._meta.db_table, fila.pk)
            )
        return fila


class Catalogo(models.Model):
    """Reference data. A row that was in use stays when it is deleted: it is only marked.

    `clave` names the column that people know a row by, `en_busqueda` those that a search looks in;
    `nombres_en_la_red` has what the API calls a column otherwise than by its own name.
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

    @classmethod
    def editables(cls) -> list[models.Field]:
        """Return the fields that people write, in the order of the columns; the others belong to the server."""
        return [campo for campo in cls._meta.concrete_fields if campo.editable and not campo.primary_key]

    def copiar(self, nueva: "Catalogo") -> None:
        self.eliminado = False
        for campo in self.editables():
            setattr(self, campo.attname, getattr(nueva, campo.attname))

    def validar(self) -> None:
        """The rules of each column, for every door. Raises DatosInvalidos."""
        for campo in self.editables():
            if campo.null and getattr(self, campo.attname) == "":
                setattr(self, campo.attname, None)
        try:
            # References are the database's to check, under a lock.
            self.clean_fields(exclude=[campo.name for campo in self.editables() if campo.is_relation])
        except ValidationError as error:
            raise self.invalido(error.message_dict) from error

    @classmethod
    def invalido(cls, mensajes: dict[str, list[str]]) -> DatosInvalidos:
        """Return the error of `mensajes`, which are by column. Each sentence begins with the name on the wire."""
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
        """Name what refers to this row and isn't deleted («solicitudes activas asociadas»); empty when nothing does.

        Found by the models' relations: a model whose rows can be deleted says which are not by a manager's `vigentes`.
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
