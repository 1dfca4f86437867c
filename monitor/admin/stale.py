"""Forms whose row somebody else writes while a page shows it.

The page carries the state of the row that it showed (`Visto`), which the verb compares under its own lock, and for each
field the value that it showed. When the row isn't in that state any more, what only others changed is taken from the
row, and what both changed is left for the person to choose. A press that decides something on what the page showed does
nothing then, but says what changed.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.timesince import timesince

from monitor.admin.values import show
from monitor.db.versions import Seen

VISTO = "_visto"  # the hidden field with what the page showed
REVISAR = "_revisar"  # the field of a form that comes back to be looked at, and not to be written
CONFLICTO, ELEGIR = "_conflicto", "_elegir-"  # a field that both changed, and the choice for it
MIO, SUYO = "mio", "suyo"
INTENTOS = 3  # times that a form is read again because the row changed while it was being written


class Visto(NamedTuple):
    """The state of a row (`Versioned.tag`), and how many links the row's chain had then."""

    etiqueta: str
    eslabones: int

    @classmethod
    def de(cls, fila) -> "Visto":
        return cls(fila.tag, fila.eslabones)

    @classmethod
    def leer(cls, texto: str | None) -> "Visto | None":
        """Return what a page sent, or None when it sent nothing of the kind."""
        etiqueta, punto, eslabones = (texto or "").partition(".")
        return cls(etiqueta, int(eslabones)) if punto and eslabones.isdecimal() and len(eslabones) < 10 else None

    def __str__(self):
        return f"{self.etiqueta}.{self.eslabones}"

    @property
    def visto(self) -> Seen:
        """Return it as the verbs take it."""
        return Seen([self.etiqueta])

    def es_viejo(self, fila) -> bool:
        return self.etiqueta != fila.tag


class Ajeno(NamedTuple):
    """A change that somebody made to a row: the attname of the field, its name, what it was and what it is, in
    words."""

    columna: str
    nombre: str
    de: str
    a: str
    quien: str
    momento: datetime

    @property
    def cuando(self) -> str:
        if (timezone.now() - self.momento).total_seconds() < 60:
            return "hace un momento"
        return f"hace {timesince(self.momento, depth=1)}"


def lo_que_cambio(ajenos: list[Ajeno]) -> str:
    """Return the HTML that says that what a page showed isn't so any more, and what changed."""
    return render_to_string("admin/cambio.html", {"ajenos": ajenos})


def por_elegir(nombre: str, etiqueta: str, mio: str, suyo: str, ajeno: Ajeno | None) -> str:
    """Return the HTML that asks with which value the person stays; `ajeno` says whose the other is."""
    contexto = {"nombre": nombre, "etiqueta": etiqueta, "mio": mio, "suyo": suyo, "ajeno": ajeno}
    nombres = {"conflicto": CONFLICTO, "elegir": f"{ELEGIR}{nombre}"}
    return render_to_string("admin/conflicto.html", contexto | nombres)


def el_ultimo(columna: str, ajenos: list[Ajeno]) -> Ajeno | None:
    """Return the last change of a column, if there is one."""
    return next((ajeno for ajeno in ajenos if ajeno.columna == columna), None)


class Pagina(NamedTuple):
    """The page that a form comes from. `decide` says whether a decision hangs on what it showed; `ajenos(n)` gives what
    was changed since the row's chain had `n` links, the newest first."""

    visto: Visto
    decide: bool
    ajenos: Callable[[int], list[Ajeno]]


class StaleForm(forms.ModelForm):
    """A form that notices that its row was written after the page was opened. Only the form of a row that has a version
    gets a `pagina`."""

    pagina: Pagina | None = None
    aside: frozenset[str] | set[str] = frozenset()  # what no decision hangs on, by attname
    revisar = False
    conflictos: tuple[str, ...] = ()
    vieja = False

    @property
    def mostrado(self) -> Visto:
        """Return what the page that shows this form carries. While a choice is missing, it is still told what changed
        since the page was opened."""
        desde = self.pagina.visto.eslabones if self.conflictos else self.instance.eslabones
        return Visto(self.instance.tag, desde)

    def full_clean(self):
        if self.is_bound and self.pagina:
            self._poner_al_dia()
        super().full_clean()

    def is_valid(self):
        return super().is_valid() and not self.revisar

    def clean(self):
        limpios = super().clean()
        for nombre in self.conflictos:
            self.add_error(nombre, self._por_elegir(self[nombre]))
        if self.vieja and self.pagina.decide and not self._solo_lo_aparte:
            self.add_error(None, lo_que_cambio(self._ajenos))
        return limpios

    def _poner_al_dia(self):
        """Take over from the row what only others changed, and note which fields both did. It comes before the form
        writes on its instance."""
        self.vieja = self.pagina.visto.es_viejo(self.instance)
        pendientes = self.data.getlist(CONFLICTO)
        if self.vieja or pendientes:
            self.data = self.data.copy()
            self.conflictos = tuple(n for n in self.fields if self._en_conflicto(self[n], n in pendientes))

    def _en_conflicto(self, campo: BoundField, pendiente: bool) -> bool:
        """Bring one field up to date, and return whether it is for the person to choose its value."""
        hoy = _como_se_envia(campo, campo.field.hidden_widget(), campo.html_initial_name)
        if not hoy.keys() <= self.data.keys():
            return False  # the page doesn't say what it showed
        eleccion = self.data.get(f"{ELEGIR}{campo.name}")
        ajeno = any(self.data[nombre].replace("\r\n", "\n") != valor for nombre, valor in hoy.items())
        if eleccion == SUYO or (ajeno and not campo._has_changed()):
            self._poner(campo, hoy)
            return False
        self._escribir(hoy)
        return (ajeno or (pendiente and eleccion != MIO)) and campo._has_changed()

    def _poner(self, campo, hoy):
        """Put the row's value in the field, as a page that is opened now would."""
        self.data.pop(campo.html_name, None)  # a box that isn't marked sends nothing
        self._escribir(hoy | _como_se_envia(campo, campo.field.widget, campo.html_name))

    def _escribir(self, valores):
        for nombre, valor in valores.items():
            self.data[nombre] = valor

    @cached_property
    def _ajenos(self) -> list[Ajeno]:
        return self.pagina.ajenos(self.pagina.visto.eslabones)

    @property
    def _solo_lo_aparte(self) -> bool:
        """Return whether all that was changed since is what no decision hangs on."""
        return bool(self._ajenos) and {ajeno.columna for ajeno in self._ajenos} <= self.aside

    def _por_elegir(self, campo: BoundField) -> str:
        columna = self.instance._meta.get_field(campo.name)
        mio = _en_palabras(columna, self.cleaned_data.get(campo.name))
        suyo = _en_palabras(columna, getattr(self.instance, campo.name))
        return por_elegir(campo.name, campo.label, mio, suyo, el_ultimo(columna.attname, self._ajenos))


CAJAS = ("text", "email", "number")  # the kinds of box in which people type what they may want to copy


def escrito(forma: forms.ModelForm) -> list[tuple[str, str]]:
    """Return the texts that the person typed in a form whose row is gone, each with the name of its field. What is
    chosen from a list is chosen again sooner."""
    for campo in forma.fields.values():
        campo.show_hidden_initial = True
    cajas = [caja for caja in map(forma.__getitem__, forma.changed_data) if _se_copia(caja.field.widget)]
    return [(caja.label, " ".join(caja.data) if isinstance(caja.data, list) else caja.data) for caja in cajas]


def _se_copia(widget) -> bool:
    return isinstance(widget, forms.Textarea | forms.MultiWidget) or getattr(widget, "input_type", "") in CAJAS


def _en_palabras(columna, valor) -> str:
    """Return a value as people read it, or the empty text when there is none."""
    if valor in (None, ""):
        return ""
    return str(valor) if columna.is_relation else show(columna, valor)


def _como_se_envia(campo: BoundField, widget: forms.Widget, nombre: str) -> dict[str, str]:
    """Return what a browser sends of the row's value of a field, by name."""
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    return _enviado(widget, nombre, campo.field.prepare_value(campo.initial))


def _enviado(widget, nombre, valor) -> dict[str, str]:
    if isinstance(widget, forms.MultiWidget):
        partes = zip(widget.widgets, widget.widgets_names, widget.decompress(valor), strict=True)
        return {k: v for parte, fin, suyo in partes for k, v in _enviado(parte, nombre + fin, suyo).items()}
    if isinstance(widget, forms.CheckboxInput):
        return {nombre: "on"} if valor else {}
    texto = widget.format_value(valor)
    if isinstance(texto, list):
        texto = next(iter(texto), None)
    return {nombre: "" if texto is None else str(texto).replace("\r\n", "\n")}
