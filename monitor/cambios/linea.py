"""The line of time of a row: the states that it went through and what changed in its fields, newest first, as people
read them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

import orjson
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.functional import cached_property
from django.utils.text import capfirst

from monitor.admin.values import show
from monitor.cambios.cadena import Encadenado, Eslabon
from monitor.cambios.models import Cambio

POR_PAGINA = 25
PERSONA, CAMPO, ANTES = "persona", "campo", "antes"  # the parameters that filter and page the line
ESTADO = "estado"  # the filter that leaves the states alone
SIN_COLUMNA = {"archivado": "Archivado", "lugares": "Lugares", "evidencia": "Evidencia"}
MUCHOS = 8  # fields that are shown at once; more are folded away


class Suceso(NamedTuple):
    """Something that happened: when, who did it, through which door, the fields that changed (the name, what it was and
    what it is), and what was said of it."""

    fecha: datetime
    persona: object
    puerta: str = ""
    campos: Iterable[tuple[str, str, str]] = ()
    nota: str = ""
    enlace: str = ""

    @property
    def plegado(self) -> bool:
        return len(self.campos) > MUCHOS


class Historia(NamedTuple):
    """How the states of a row are told: the relation that keeps them, and how one of its rows reads."""

    relacion: str
    leer: Callable[[Eslabon], Suceso]


class Linea:
    """A page of the line of time of `fila`. `pedido` has the parameters of the page; a value that isn't one of those
    that the page offers counts as none."""

    def __init__(self, fila: Encadenado, historia: Historia | None, pedido: Mapping[str, str]):
        self.fila, self.historia = fila, historia
        self.campo = pedido.get(CAMPO, "") if pedido.get(CAMPO) in self.campos else ""
        self.persona = pedido.get(PERSONA, "") if pedido.get(PERSONA) in self.personas else ""
        antes = pedido.get(ANTES, "")
        self._antes = int(antes) if antes.isdecimal() and len(antes) < 10 else None
        self.otros = [(n, v) for n, v in pedido.items() if n not in (PERSONA, CAMPO, ANTES)]

    @cached_property
    def campos(self) -> dict[str, str]:
        """Return the fields to filter by, by column."""
        modelo = type(self.fila)
        columnas = [c for c in modelo._meta.concrete_fields if c.editable and not isinstance(c, models.AutoField)]
        propios = {c.attname: _nombre(c, c.attname) for c in columnas}
        propios |= {n: t for n, t in SIN_COLUMNA.items() if n in {r.name for r in modelo._meta.related_objects}}
        estado = {ESTADO: "Estado"} if self.historia else {}
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
        leidos = dict(zip(cambios, leer(type(self.fila), cambios, solo=self.campo), strict=True))
        return [leidos.get(eslabon) or self.historia.leer(eslabon) for eslabon in eslabones]

    @property
    def siguiente(self) -> int | None:
        """Return the link before which the next page goes on, if there is one."""
        return self._eslabones[POR_PAGINA - 1].eslabon if len(self._eslabones) > POR_PAGINA else None

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
            cambios = self._cambios().select_related("usuario")
            if self.campo:
                cambios = cambios.filter(cambios__contains=f'"{self.campo}":{{"de":')
            filas += self._tramo(cambios, "usuario")
        if self.historia and self.campo in ("", ESTADO):
            filas += self._tramo(self._pasos().select_related("cambiado_por"), "cambiado_por")
        return sorted(filas, key=_lugar, reverse=True)[: POR_PAGINA + 1]

    def _tramo(self, filas, quien):
        if self.persona:
            filas = filas.filter(**{quien: self.persona})
        if self._antes is not None:
            filas = filas.filter(eslabon__lt=self._antes)
        return filas.order_by("-eslabon")[: POR_PAGINA + 1]

    def _cambios(self):
        return Cambio.objects.filter(objeto=self.fila._meta.db_table, uid=self.fila.uid)

    def _pasos(self):
        return getattr(self.fila, self.historia.relacion).all()


def _lugar(eslabon) -> int:
    return eslabon.eslabon or 0


def leer(modelo: type[models.Model], cambios: Iterable[Cambio], *, solo: str = "") -> list[Suceso]:
    """Return changes as people read them; with `solo`, only what changed in that column."""
    dichos = [{c: v for c, v in orjson.loads(cambio.cambios).items() if solo in ("", c)} for cambio in cambios]
    lector = _Lector(modelo, dichos)
    return [
        Suceso(
            cambio.fecha,
            cambio.usuario or "—",
            cambio.get_origen_display(),
            [(lector.nombre(c), lector.mostrar(c, v["de"]), lector.mostrar(c, v["a"])) for c, v in dicho.items()],
        )
        for cambio, dicho in zip(cambios, dichos, strict=True)
    ]


class _Lector:
    """Shows the values of some changes. What they refer to is looked up at once."""

    def __init__(self, modelo, dichos):
        self._columnas = {campo.attname: campo for campo in modelo._meta.concrete_fields}
        partes = {r.name: r.related_model for r in modelo._meta.related_objects if r.name in SIN_COLUMNA}
        self._partes = {n: {c.attname: c for c in p._meta.concrete_fields} for n, p in partes.items()}
        self._claves: dict[type[models.Model], set] = {}
        for dicho in dichos:
            for columna, cambio in dicho.items():
                for valor in cambio.values():
                    self._apuntar(columna, valor)
        self._nombrados = _nombrados(self._claves)

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

    def nombre(self, columna) -> str:
        return _nombre(self._columnas.get(columna), columna)

    def mostrar(self, columna, valor) -> str:
        if isinstance(valor, list):
            partes = self._partes.get(columna, {})
            return "\n".join(f"{i}. {self._parte(partes, parte)}" for i, parte in enumerate(valor, 1))
        return self._valor(self._columnas.get(columna), valor)

    def _parte(self, columnas, parte) -> str:
        """Return a row of a list in one line: what it refers to, and then its other values by name."""
        referidas = [self._valor(columnas.get(c), v) for c, v in parte.items() if _es_referencia(columnas.get(c))]
        otros = [
            columnas[c].verbose_name if v is True else f"{columnas[c].verbose_name}: {self._valor(columnas[c], v)}"
            for c, v in parte.items()
            if c in columnas and c != "orden" and v not in (None, False) and not _es_referencia(columnas[c])
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
    return {(modelos[i], pk): nombre for i, pk, nombre in (primera.union(*otras, all=True) if otras else primera)}


def _nombre(campo, columna) -> str:
    return capfirst(campo.verbose_name) if campo else SIN_COLUMNA.get(columna, columna)
