"""An annex with a list: the concepts of a survey, the items of a checklist. Whoever writes a row of the list writes the
annex, in whose chain it is told: of two who do so at once, one waits for the other."""

from collections.abc import Sequence
from uuid import UUID

from django.db import models, transaction

from expedientes.anexos.models import AnexoManager, distintos_en
from monitor.cambios.registro import cambiar_tomada, crear, exigir_visto
from monitor.db.versions import Seen, Versioned
from monitor.db.writes import Author, insert, insert_many, update
from monitor.errores import DatosInvalidos, NoEncontrado

MUCHAS = 500  # the most rows of a list
DEMASIADAS = f"Admite {MUCHAS} renglones como máximo"


class Parte(Versioned):
    """A row of the list of an annex. `duena` names the reference to it, and `lista` what the verbs call the list."""

    duena: str
    lista: str
    no_encontrada: str

    id = models.BigAutoField(primary_key=True)

    tagged_by = ("version", "id")

    class Meta:
        abstract = True
        ordering = ["id"]

    @staticmethod
    def tag_of(version: int, pk: int) -> str:
        return f"{version}-{pk}"

    def en_datos(self) -> dict:
        """Return its values by attname, as the verbs take them."""
        return {columna: getattr(self, columna) for columna in self.columnas()}

    @classmethod
    def columnas(cls) -> list[str]:
        return [campo.attname for campo in cls._meta.concrete_fields if campo.editable and not campo.primary_key]


class ConPartesManager(AnexoManager):
    """The verbs of an annex whose list has rows of the model `parte`. The list comes in `datos`, under its name."""

    @property
    def parte(self) -> type[Parte]:
        return self.model.parte()

    @transaction.atomic
    def crear(self, no_siniestro: str, datos: dict, *, por: Author, uid: UUID | None = None) -> models.Model:
        """Hang a new annex with its list, and return it. `uid` is its identity, which no annex of its kind has had;
        without it, a new one."""
        propios, partes = self._apartar(datos)
        propios["expediente_id"] = self.retener(no_siniestro)
        self.exigir(partes or ())
        anexo = crear(self.model, propios, por=por, uid=uid, ademas={self.parte.lista: partes} if partes else {})
        self._poner(anexo, partes or (), por)
        return anexo

    @transaction.atomic
    def actualizar(
        self, pk: int, datos: dict, *, por: Author, visto: Seen | None = None, no_siniestro: str | None = None
    ) -> models.Model:
        """Write only what is in `datos` and differs. The list, when it is there, replaces the one that was."""
        anexo = self.tomar(pk, visto, no_siniestro)
        propios, partes = self._apartar(datos)
        distintos, habia = distintos_en(anexo, propios), None
        if partes is not None:
            self.exigir(partes)
            habia = [parte.en_datos() for parte in self.partes_de(anexo)]
        if habia == partes:
            return self._anotar(anexo, distintos, por) if distintos else anexo
        self.partes_de(anexo).delete()
        self._poner(anexo, partes, por)
        return self._anotar(anexo, distintos, por, _menos(habia, partes), _menos(partes, habia))

    @transaction.atomic
    def agregar_parte(self, pk: int, datos: dict, *, por: Author, visto: Seen | None = None) -> Parte:
        anexo = self.tomar(pk, visto)
        datos = dict.fromkeys(self.parte.columnas()) | datos
        self.exigir([*(parte.en_datos() for parte in self.partes_de(anexo)), datos])
        nueva = insert(self.parte, {f"{self.parte.duena}_id": pk} | datos, por=por)
        self._anotar(anexo, {}, por, [], [datos])
        return nueva

    @transaction.atomic
    def cambiar_parte(self, pk: int, datos: dict, *, por: Author, visto: Seen | None = None) -> Parte:
        anexo, parte = self._tomar_parte(pk, visto)
        distintos = distintos_en(parte, datos)
        if not distintos:
            return parte
        antes, despues = parte.en_datos(), parte.en_datos() | distintos
        self.exigir([*(otra.en_datos() for otra in self.partes_de(anexo) if otra.pk != pk), despues])
        self._anotar(anexo, {}, por, [antes], [despues])
        return update(self.parte, pk, distintos, por=por)

    @transaction.atomic
    def quitar_parte(self, pk: int, *, por: Author, visto: Seen | None = None) -> None:
        anexo, parte = self._tomar_parte(pk, visto)
        self.partes_de(anexo).filter(pk=pk).delete()
        self._anotar(anexo, {}, por, [parte.en_datos()], [])

    def partes_de(self, anexo) -> models.QuerySet:
        return self.parte._base_manager.filter(**{self.parte.duena: anexo.pk}).order_by("pk")

    def exigir(self, partes: Sequence[dict]) -> None:
        """Raise DatosInvalidos or Conflicto when the rows can't be the list of one annex."""
        if len(partes) > MUCHAS:
            raise DatosInvalidos(campos={self.parte.lista: [f"{self.parte.lista}: {DEMASIADAS.lower()}"]})

    def _apartar(self, datos) -> tuple[dict, list[dict] | None]:
        """Return the values of the annex itself, and its list, with every column of each row."""
        propios = {columna: valor for columna, valor in datos.items() if columna != self.parte.lista}
        partes, nada = datos.get(self.parte.lista), dict.fromkeys(self.parte.columnas())
        return propios, None if partes is None else [nada | parte for parte in partes]

    def _tomar_parte(self, pk, visto) -> tuple[models.Model, Parte]:
        """Return a row and its annex, which is locked first."""
        duena = self.parte.objects.filter(pk=pk).values_list(f"{self.parte.duena}_id", flat=True).first()
        if duena is None:
            raise NoEncontrado(self.parte.no_encontrada)
        anexo = self.tomar(duena)
        parte = self.partes_de(anexo).filter(pk=pk).first()
        if parte is None:
            raise NoEncontrado(self.parte.no_encontrada)
        exigir_visto(parte, visto)
        return anexo, parte

    def _poner(self, anexo, partes, por):
        if partes:
            insert_many(self.parte, [{f"{self.parte.duena}_id": anexo.pk} | parte for parte in partes], por=por)

    def _anotar(self, anexo, valores, por, menos=(), mas=()) -> models.Model:
        """Write the annex's own values, and tell what left its list and what came to it."""
        antes, despues = {self.parte.lista: [*menos]}, {self.parte.lista: [*mas]}
        return cambiar_tomada(anexo, valores, por=por, antes=antes, despues=despues)


def _menos(unas: list[dict], otras: list[dict]) -> list[dict]:
    """Return the rows of a list that another hasn't."""
    quedan, solo_en_unas = list(otras), []
    for fila in unas:
        if fila in quedan:
            quedan.remove(fila)
        else:
            solo_en_unas.append(fila)
    return solo_en_unas
