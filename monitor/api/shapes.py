"""From rows to the shapes that serializers declare, with no model instance between."""

from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework import serializers

from monitor.api.dialects import Dialecto
from monitor.db.queries import Consulta

TIPOS = {serializers.DateField: date, serializers.DateTimeField: datetime}


class VacioField(serializers.ListField):
    """An array that is always empty until a later module fills it."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)


class Forma:
    """The keys of a serializer, in their order, and the columns they come from: ORM paths, or expressions of them.

    It may hold `{…}` of a related row (null without one) and at most one `[{…}, …]`, whose rows come by a join: several
    rows make one object. A related row begins with its primary key. The function that makes an object of a row is
    written from the shape and compiled once, as dataclasses do with theirs: four times as fast as a loop over it.

    Of dates that `dialecto` writes from the database's own text, that text is read: no date is made of it meanwhile.
    """

    def __init__(self, serializer: serializers.Serializer, dialecto: Dialecto):
        self.serializer, self.columnas = serializer, []
        self._rutas, self._textos, self._de_texto = [], {}, dialecto.de_texto
        self.codigo = f"lambda fila, filas: {self._objeto(serializer)}"
        self._armar = eval(self.codigo, self._textos)  # noqa: S307  of our own classes' names alone
        self._claves = list(serializer.fields)
        self._atributos = attrgetter(*(ruta.replace("__", ".") for ruta in self._rutas))

    def _objeto(self, serializer, camino="") -> str:
        claves = [f"{clave!r}: {self._valor(campo, camino)}" for clave, campo in serializer.fields.items()]
        return f"{{{', '.join(claves)}}}"

    def _valor(self, campo, camino) -> str:
        if isinstance(campo, VacioField):
            return "[]"
        ruta, primera = camino + campo.source.replace(".", "__"), f"fila[{len(self.columnas)}]"
        if isinstance(campo, serializers.ListSerializer):
            return f"[{self._objeto(campo.child, f'{ruta}__')} for fila in filas if {primera} is not None]"
        if isinstance(campo, serializers.BaseSerializer):
            return f"None if {primera} is None else {self._objeto(campo, f'{ruta}__')}"
        self._rutas.append(ruta)
        tipo = next((TIPOS[clase] for clase in TIPOS if isinstance(campo, clase)), None)
        if tipo not in self._de_texto:
            self.columnas.append(ruta)
            return primera
        self.columnas.append(Cast(ruta, TextField()))
        self._textos[tipo.__name__] = self._de_texto[tipo]
        return f"None if {primera} is None else {tipo.__name__}({primera})"

    @property
    def una_de_cada_tabla(self) -> list[str]:
        """A column of each table that the object comes from."""
        return list({ruta.rpartition("__")[0]: ruta for ruta in self._rutas}.values())

    def de_filas(self, filas: list[tuple]) -> dict:
        """One object from the rows of its join."""
        return self._armar(filas[0], filas)

    def lista(self, filas: list[tuple]) -> list[dict]:
        """An object a row, of a shape without a list of related rows."""
        return [self._armar(fila, ()) for fila in filas]

    def de_instancia(self, instancia) -> dict:
        """Of a shape without objects in it; what its columns follow from row to row must be there already."""
        return dict(zip(self._claves, self._atributos(instancia), strict=True))


class Lectura:
    """A shape and the query that reads it: `hacer(*variante)` gives the queryset (see `Consulta`). `ademas`: columns
    after those of the shape."""

    def __init__(self, forma: Forma, hacer: Callable[..., QuerySet], clase: type[Consulta] = Consulta, ademas=()):
        self.forma = forma
        self._consulta = clase(lambda *variante: hacer(*variante).values_list(*forma.columnas, *ademas))

    def uno(self, *variante, **valores) -> dict | None:
        filas = self._consulta.filas(*variante, **valores)
        return self.forma.de_filas(filas) if filas else None

    def lista(self, *variante, **valores) -> list[dict]:
        """One object a row."""
        return self.forma.lista(self._consulta.filas(*variante, **valores))
