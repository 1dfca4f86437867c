"""The line of time of a row: the states that it went through, and what changed in its fields and in what hangs from it,
newest first, as people read them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import orjson
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.text import capfirst

from monitor.admin.values import show
from monitor.cambios.cadena import Encadenado, Eslabon
from monitor.cambios.models import Cambio

POR_PAGINA = 25
PERSONA, CAMPO, ANTES = "persona", "campo", "antes"  # the parameters that filter and page the line
ESTADO = "estado"  # the filter that leaves the states alone
SIN_COLUMNA = {
    "archivado": "Archivado",
    "eliminado": "Eliminado",
    "lugares": "Lugares",
    "evidencia": "Evidencia",
    "conceptos": "Conceptos",
    "items": "Puntos",
}
CALLADAS = {"id", "orden", "sha256"}  # columns of the rows of a list that say nothing to people
MUCHOS = 8  # lines that are shown at once; more are folded away
INICIO = datetime(1970, 1, 1, tzinfo=UTC)


class Suceso(NamedTuple):
    """Something that happened: when, who did it, through which door, the fields that changed (the name, what it was and
    what it is), and what was said of it."""

    fecha: datetime
    persona: object
    puerta: str = ""
    campos: Iterable[tuple[str, str, str]] = ()
    nota: str = ""
    enlace: str = ""
    titulo: str = ""

    @property
    def plegado(self) -> bool:
        return self.renglones > MUCHOS

    @property
    def renglones(self) -> int:
        return sum(1 + max(de.count("\n"), a.count("\n")) for _, de, a in self.campos)


class Historia(NamedTuple):
    """A way of telling the states of a row: the relation that keeps them, the column of their moments, and how one of
    its rows reads."""

    relacion: str
    momento: str
    leer: Callable[[Eslabon], Suceso]


class Colgados(NamedTuple):
    """The rows that hang from a row and have their changes told: their models, and the queries that give each its
    `uid`."""

    modelos: Sequence[type[Encadenado]] = ()
    uids: Sequence[models.QuerySet] = ()


NADA = Colgados()


class Lugar(NamedTuple):
    """The place of something in the line: when it was, its place in its chain, whether it is a change rather than a
    state, and its id."""

    microsegundos: int
    eslabon: int
    es_cambio: int
    pk: int

    @classmethod
    def leido(cls, texto: str) -> "Lugar | None":
        partes = re.fullmatch(r"(\d{1,17})-(\d{1,9})-([01])-(\d{1,18})", texto, re.ASCII)
        return cls(*map(int, partes.groups())) if partes else None

    def __str__(self):
        return "-".join(map(str, self))

    def antes(self, momento: str, es_cambio: bool) -> models.Q:
        """Return the condition of the rows that came before it: changes, or states."""
        fecha = INICIO + timedelta(microseconds=self.microsegundos)
        a_la_vez = models.Q(puesto__lt=self.eslabon)
        if es_cambio == self.es_cambio:
            a_la_vez |= models.Q(puesto=self.eslabon, pk__lt=self.pk)
        elif not es_cambio:
            a_la_vez |= models.Q(puesto=self.eslabon)
        return models.Q(**{f"{momento}__lt": fecha}) | models.Q(a_la_vez, **{momento: fecha})


class Linea:
    """A page of the line of time of `fila`. `pedido` has the parameters of the page; a value that isn't one of those
    that the page offers counts as none."""

    def __init__(
        self,
        fila: Encadenado,
        historia: Historia | None,
        pedido: Mapping[str, str],
        colgados: Colgados = NADA,
    ):
        self.fila, self.historia, self._uids = fila, historia, colgados.uids
        self.anexos = {modelo._meta.db_table: modelo for modelo in colgados.modelos}
        self.campo = pedido.get(CAMPO, "") if pedido.get(CAMPO) in self.campos else ""
        self.persona = pedido.get(PERSONA, "") if pedido.get(PERSONA) in self.personas else ""
        self._antes = Lugar.leido(pedido.get(ANTES, ""))
        self.otros = [(n, v) for n, v in pedido.items() if n not in (PERSONA, CAMPO, ANTES)]

    @cached_property
    def campos(self) -> dict[str, str]:
        """Return what to filter by: the fields, by column, and what hangs from the row, by table."""
        modelo = type(self.fila)
        columnas = [c for c in modelo._meta.concrete_fields if c.editable and not isinstance(c, models.AutoField)]
        propios = {c.attname: _nombre(c, c.attname) for c in columnas}
        propios |= {n: t for n, t in SIN_COLUMNA.items() if n in {r.name for r in modelo._meta.related_objects}}
        estado = {ESTADO: "Estado"} if self.historia else {}
        propios |= {tabla: capfirst(modelo._meta.verbose_name_plural) for tabla, modelo in self.anexos.items()}
        return estado | dict(sorted(propios.items(), key=lambda par: par[1]))

    @cached_property
    def personas(self) -> dict[str, str]:
        """Return the people who did something, by id."""
        quienes = models.Q(pk__in=self._cambios().order_by().values("usuario_id"))
        if self.historia:
            quienes |= models.Q(pk__in=self._pasos().order_by().values("cambiado_por_id"))
        personas = get_user_model()._base_manager.filter(quienes)
        return dict(sorted(((str(p.pk), str(p)) for p in personas), key=lambda par: par[1]))

    @cached_property
    def sucesos(self) -> list[Suceso]:
        eslabones = self._eslabones[:POR_PAGINA]
        cambios = [eslabon for eslabon in eslabones if isinstance(eslabon, Cambio)]
        solo = "" if self.campo in self.anexos else self.campo
        leidos = dict(zip(cambios, map(self._titulado, cambios, leer(cambios, solo=solo)), strict=True))
        return [leidos.get(eslabon) or self.historia.leer(eslabon) for eslabon in eslabones]

    def _titulado(self, cambio, suceso) -> Suceso:
        """Say what the change was in, when that isn't the row itself and isn't said anyway."""
        modelo = self.anexos.get(cambio.objeto)
        titulo = capfirst(modelo._meta.verbose_name) if modelo else ""
        return suceso if [campo for campo, *_ in suceso.campos] == [titulo] else suceso._replace(titulo=titulo)

    @property
    def siguiente(self) -> str | None:
        """Return the place before which the next page goes on, if there is one."""
        return str(self._lugar(self._eslabones[POR_PAGINA - 1])) if len(self._eslabones) > POR_PAGINA else None

    @property
    def es_toda(self) -> bool:
        """Return whether nothing is filtered."""
        return not self.campo and not self.persona

    @property
    def es_la_primera(self) -> bool:
        return self._antes is None

    @cached_property
    def _eslabones(self) -> list[Eslabon]:
        """Return the links of the page, and the one after them."""
        filas = []
        if self.campo != ESTADO:
            filas += self._tramo(self._cambios_pedidos().select_related("usuario"), "fecha", "usuario")
        if self.historia and self.campo in ("", ESTADO):
            pasos = self._pasos().select_related("cambiado_por")
            filas += self._tramo(pasos, self.historia.momento, "cambiado_por")
        return sorted(filas, key=self._lugar, reverse=True)[: POR_PAGINA + 1]

    def _tramo(self, filas, momento, quien):
        filas = filas.annotate(puesto=Coalesce("eslabon", 0))
        if self.persona:
            filas = filas.filter(**{quien: self.persona})
        if self._antes is not None:
            filas = filas.filter(self._antes.antes(momento, filas.model is Cambio))
        return filas.order_by(f"-{momento}", "-puesto", "-pk")[: POR_PAGINA + 1]

    def _lugar(self, fila) -> Lugar:
        es_cambio = isinstance(fila, Cambio)
        fecha = fila.fecha if es_cambio else getattr(fila, self.historia.momento)
        return Lugar((fecha - INICIO) // timedelta(microseconds=1), fila.puesto, int(es_cambio), fila.pk)

    def _cambios_pedidos(self):
        if not self.campo:
            return self._cambios()
        if self.campo in self.anexos:
            return self._cambios().filter(objeto=self.campo)
        return self._propios().filter(cambios__contains=f'"{self.campo}":{{"de":')

    def _propios(self):
        return Cambio.objects.filter(objeto=self.fila._meta.db_table, uid=self.fila.uid)

    def _cambios(self):
        """Return the changes of the row and of what hangs from it."""
        if not self.anexos:
            return self._propios()
        suyo = type(self.fila)._base_manager.filter(uid=self.fila.uid).order_by().values_list("uid")
        uids = suyo.union(*self._uids, all=True)
        return Cambio.objects.filter(objeto__in=[self.fila._meta.db_table, *self.anexos], uid__in=uids)

    def _pasos(self):
        return getattr(self.fila, self.historia.relacion).all()


def leer(cambios: Iterable[Cambio], *, solo: str = "") -> list[Suceso]:
    """Return changes as people read them; with `solo`, only what changed in that column. What they refer to is looked
    up at once."""
    dichos = [{c: v for c, v in orjson.loads(cambio.cambios).items() if solo in ("", c)} for cambio in cambios]
    claves, nombrados = {}, {}
    lectores = {tabla: _Lector(_modelo_de(tabla), claves, nombrados) for tabla in {c.objeto for c in cambios}}
    for cambio, dicho in zip(cambios, dichos, strict=True):
        lectores[cambio.objeto].apuntar(dicho)
    nombrados |= _nombrados(claves)
    return [lectores[cambio.objeto].leer(cambio, dicho) for cambio, dicho in zip(cambios, dichos, strict=True)]


@cache
def _modelo_de(tabla: str) -> type[models.Model]:
    return next(modelo for modelo in apps.get_models() if modelo._meta.db_table == tabla)


class _Lector:
    """Shows the values of changes of a model. What they refer to goes to `claves`, by model, and its names come in
    `nombrados`."""

    def __init__(self, modelo, claves, nombrados):
        self._columnas = {campo.attname: campo for campo in modelo._meta.concrete_fields}
        partes = {r.name: r.related_model for r in modelo._meta.related_objects if r.name in SIN_COLUMNA}
        self._partes = {n: {c.attname: c for c in p._meta.concrete_fields} for n, p in partes.items()}
        self._claves, self._nombrados = claves, nombrados

    def apuntar(self, dicho):
        for columna, cambio in dicho.items():
            for valor in cambio.values():
                self._apuntar(columna, valor)

    def _apuntar(self, columna, valor):
        if isinstance(valor, list):
            for parte in valor:
                for nombre, dato in parte.items():
                    self._apuntar_una(self._partes.get(columna, {}).get(nombre), dato)
        else:
            self._apuntar_una(self._columnas.get(columna), valor)

    def _apuntar_una(self, campo, valor):
        if isinstance(campo, models.ForeignKey) and valor is not None:
            self._claves.setdefault(campo.related_model, set()).add(valor)

    def leer(self, cambio, dicho) -> Suceso:
        campos = [(self.nombre(c), self.mostrar(c, v["de"]), self.mostrar(c, v["a"])) for c, v in dicho.items()]
        return Suceso(cambio.fecha, cambio.usuario or "—", cambio.get_origen_display(), campos)

    def nombre(self, columna) -> str:
        return _nombre(self._columnas.get(columna), columna)

    def mostrar(self, columna, valor) -> str:
        if isinstance(valor, list):
            partes = self._partes.get(columna, {})
            dichas = [self._parte(partes, parte) for parte in valor]
            return (
                "\n".join(f"{i}. {parte}" for i, parte in enumerate(dichas, 1)) if len(dichas) > 1 else "".join(dichas)
            )
        return self._valor(self._columnas.get(columna), valor)

    def _parte(self, columnas, parte) -> str:
        """Return a row of a list in one line: what it refers to, and then its other values by name."""
        referidas = [self._valor(columnas.get(c), v) for c, v in parte.items() if _es_referencia(columnas.get(c))]
        otros = [
            columnas[c].verbose_name if v is True else f"{columnas[c].verbose_name}: {self._valor(columnas[c], v)}"
            for c, v in parte.items()
            if c in columnas and c not in CALLADAS and v not in (None, False) and not _es_referencia(columnas[c])
        ]
        return "; ".join(referidas + otros)

    def _valor(self, campo, valor):
        modelo = campo.related_model if _es_referencia(campo) else None
        return self._nombrados.get((modelo, valor)) or show(campo, valor)


def _es_referencia(campo) -> bool:
    return isinstance(campo, models.ForeignKey)


def _nombrados(claves: dict[type[models.Model], set]) -> dict[tuple, str]:
    """Return what rows are called, by model and id, with one statement. A model whose rows aren't called by their
    `nombre` says by what, as `SE_LLAMAN`."""
    modelos = list(claves)
    consultas = [
        modelo._base_manager.filter(pk__in=claves[modelo])
        .order_by()
        .values_list(models.Value(i), "pk", getattr(modelo, "SE_LLAMAN", models.F("nombre")))
        for i, modelo in enumerate(modelos)
    ]
    if not consultas:
        return {}
    primera, *otras = consultas
    # Django 6.1 orders a union as its first model says.
    todas = primera.union(*otras, all=True).order_by() if otras else primera
    return {(modelos[i], pk): nombre for i, pk, nombre in todas}


def _nombre(campo, columna) -> str:
    return capfirst(campo.verbose_name) if campo else SIN_COLUMNA.get(columna, columna)
