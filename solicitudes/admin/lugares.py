"""The places of a solicitud on its page: rows in the order of the trip. The first is the origin, the page gives the
numbers, and a row with an hour of return is one that requires it."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import partial

from django import forms
from django.contrib import admin
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.forms.widgets import Script
from django.utils.functional import cached_property

from catalogos.models import Lugar
from monitor.admin.forms import VerbForm
from monitor.admin.stale import ELEGIR, SUYO, VISTO, Pagina, Visto, el_ultimo, por_elegir
from monitor.errores import ErrorDeDominio
from monitor.textos import fold, with_single_blanks
from solicitudes.models import LugarSolicitud
from solicitudes.serializers import ParadaEntrada

AL_EMPEZAR = 2  # rows of the page of a new solicitud: where the trip begins and where it goes
LOS_DE_AQUI = "los que ve aquí"
VISTAS = "VISTAS"  # the hidden field that says which places the page showed
LUGARES = "lugares"  # the name by which the verbs, and what is told of changes, know the places
# What a verb says of a place: «lugares[1].idLugar: no existe un lugar con Id 5».
DE_LUGARES = re.compile(r"lugares(?:\[(\d+)\]\.(\w+))?: (.*)", re.DOTALL)
COLUMNAS = {nombre: campo.source for nombre, campo in ParadaEntrada().fields.items()}
EN_LA_FILA = {"lugar_id": "lugar", "requiere_retorno": "hora_retorno"}  # columns that a row shows as another field


class Ofrecidos:
    """The places to choose from, each under a name that no other has. All the rows share them."""

    def __init__(self, lugares: Iterable[Lugar]):
        lugares = {lugar.pk: lugar for lugar in lugares}.values()
        veces = Counter(fold(lugar.nombre) for lugar in lugares)
        self.nombres: dict[int, str] = {}
        self._por_nombre: dict[str, Lugar] = {}
        for lugar in lugares:
            nombre = lugar.nombre if veces[fold(lugar.nombre)] == 1 else _con_senas(lugar)
            if fold(nombre) in self._por_nombre:
                nombre = f"{nombre} [{lugar.pk}]"
            self.nombres[lugar.pk] = nombre
            self._por_nombre[fold(nombre)] = lugar

    def llamado(self, nombre: str) -> Lugar | None:
        return self._por_nombre.get(fold(nombre))


def _con_senas(lugar) -> str:
    senas = lugar.codigo or lugar.direccion
    return f"{lugar.nombre} ({senas})" if senas else lugar.nombre


class LugarField(forms.Field):
    """A place, which people write by its name: there are hundreds, too many for a menu in each row."""

    widget = forms.TextInput({"list": "lugares-ofrecidos", "autocomplete": "off", "placeholder": "Parte del nombre"})
    default_error_messages = {
        "required": "elija un lugar, o quite la fila",
        "invalid_choice": "no hay ningún lugar que se llame así: elija uno de la lista",
    }
    ofrecidos: Ofrecidos  # the formset sets it

    def prepare_value(self, value):
        return self.ofrecidos.nombres.get(value.pk if isinstance(value, Lugar) else value, value)

    def to_python(self, value):
        nombre = with_single_blanks(value or "")
        lugar = self.ofrecidos.llamado(nombre) if nombre else None
        if nombre and lugar is None:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return lugar

    def has_changed(self, initial, data):
        return fold(self.prepare_value(initial) or "") != fold(with_single_blanks(data or ""))


class SinEscribir(forms.CharField):
    """A field that the page writes by itself in a row. In a new row it isn't anything that a person filled in."""

    widget = forms.HiddenInput


class OrdenField(SinEscribir):
    """The place of the row on the page."""

    def has_changed(self, initial, data):
        return bool(initial) and initial != data


class ClaveDeParada(SinEscribir):
    """The id that a place had when the page was opened. It changes whenever anybody writes the places, because the verb
    replaces them all, so it says nothing of what the person changed."""

    def has_changed(self, initial, data):
        return False


class ParadaForm(VerbForm):
    orden = OrdenField(required=False)
    lugar = LugarField(label="lugar")

    def _get_validation_exclusions(self):
        """Return the excluded fields, and with them those that the verb gets from elsewhere."""
        return super()._get_validation_exclusions() | {"solicitud", "orden"}


class ParadasFormSet(BaseInlineFormSet):
    """The places of a solicitud. The verb checks the rules between one place and another."""

    domain_error: ErrorDeDominio | None = None
    pagina: Pagina | None = None
    new_objects = changed_objects = deleted_objects = ()  # Django's log reads these after a save

    @cached_property
    def management_form(self):
        forma = super().management_form
        forma.fields[VISTAS] = forms.CharField(required=False, widget=forms.HiddenInput, initial=self._vigentes())
        return forma

    def _vigentes(self) -> str:
        return ",".join(str(parada.pk) for parada in self.get_queryset())

    @cached_property
    def ofrecidos(self) -> Ofrecidos:
        """Return the places that aren't deleted, and those that the solicitud has already."""
        return Ofrecidos([*Lugar.objects.vigentes(), *(parada.lugar for parada in self.get_queryset())])

    def add_fields(self, form, index):
        """Compare each place that the page showed with what it showed, also when its row isn't there any more."""
        super().add_fields(form, index)
        form.fields["id"] = ClaveDeParada(required=False, initial=form.instance.pk)
        form.fields["lugar"].ofrecidos = self.ofrecidos
        if index is not None and index < self.initial_form_count():
            for nombre in form.base_fields:
                form.fields[nombre].show_hidden_initial = True

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self.domain_error:
            filas = self._en_orden()
            for _, frase in self.domain_error.frases():
                if hallada := DE_LUGARES.fullmatch(frase):
                    self._decir(filas, *hallada.groups())

    def _decir(self, filas, numero, nombre, frase):
        """Say it in the row that it is about, or above all of them."""
        if numero is None or int(numero) >= len(filas):
            self._non_form_errors.append(frase)
            return
        columna = COLUMNAS.get(nombre, nombre)
        campo, fila = EN_LA_FILA.get(columna, columna), filas[int(numero)]
        fila.add_error(campo if campo in fila.fields else None, frase)

    def clean(self):
        """Refuse once the places of a person who didn't see those that are there now. The page that comes back has seen
        them."""
        vistas, hoy = self.data.get(self.management_form.add_prefix(VISTAS)), self._vigentes()
        if vistas not in (None, hoy) and self.has_changed() and not self.deja_los_de_otro:
            datos = self.data.copy()
            datos[self.management_form.add_prefix(VISTAS)] = hoy
            self.management_form.data = datos
            raise forms.ValidationError(self._por_elegir())

    def _por_elegir(self) -> str:
        ajeno = el_ultimo(LUGARES, self.pagina.ajenos(self.pagina.visto.eslabones)) if self.pagina else None
        hoy = ajeno.a if ajeno else ", ".join(str(parada.lugar) for parada in self.get_queryset())
        return por_elegir(LUGARES, "Lugares", LOS_DE_AQUI, hoy, ajeno)

    @property
    def deja_los_de_otro(self) -> bool:
        """Return whether the person chose the places that somebody else put."""
        return self.data.get(f"{ELEGIR}{LUGARES}") == SUYO

    def validate_unique(self):
        pass

    def paradas(self) -> list[dict]:
        """Return the places as the verb takes them."""
        return [_parada(orden, forma.cleaned_data) for orden, forma in enumerate(self._en_orden())]

    def _en_orden(self) -> list[ParadaForm]:
        """Return the rows that have a place, as they are on the page. Without scripts a new row has no number, and goes
        after the others."""
        llenas = [forma for forma in self.forms if forma.cleaned_data and not forma.cleaned_data.get("DELETE")]
        return sorted(llenas, key=lambda forma: _numero(forma.cleaned_data.get("orden", "")))


def _numero(texto: str) -> int:
    return int(texto) if re.fullmatch("[0-9]{1,4}", texto) else 10_000


def _parada(orden, datos) -> dict:
    return {
        "lugar_id": datos["lugar"].pk,
        "orden": orden,
        "es_origen": orden == 0,
        "descripcion": datos["descripcion"],
        "hora_llegada": datos["hora_llegada"],
        "requiere_retorno": datos["hora_retorno"] is not None,
        "hora_retorno": datos["hora_retorno"],
    }


class ParadaInline(admin.TabularInline):
    model = LugarSolicitud
    form, formset = ParadaForm, ParadasFormSet
    template = "admin/solicitudes/solicitud/lugares.html"
    fields = ("orden", "lugar", "hora_llegada", "hora_retorno", "descripcion")
    formfield_overrides = {
        models.TextField: {"widget": forms.TextInput},
        models.TimeField: {"widget": forms.TimeInput(attrs={"size": 6, "placeholder": "08:00"}, format="%H:%M")},
    }
    verbose_name, verbose_name_plural = "lugar", "lugares"
    ordering = ("orden",)

    class Media:
        css = {"all": ("solicitudes/solicitud.css",)}
        js = (Script("solicitudes/lugares.js", type="module"),)

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else AL_EMPEZAR

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("lugar")

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.domain_error = getattr(request, "domain_error", None)
        if visto := obj and Visto.leer(request.POST.get(VISTO)):
            solicitudes = self.admin_site.get_model_admin(self.parent_model)
            formset.pagina = Pagina(visto, False, partial(solicitudes.ajenos, request, obj))
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.TextField):
            kwargs["empty_value"] = None
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_view_permission(self, request, obj=None):
        return True

    def _puede(self, request, obj=None):
        """Return whether the person may change the solicitud. The page of a new one asks before there is any."""
        return obj is None or obj.la_edita(request.user)

    has_add_permission = has_change_permission = has_delete_permission = _puede
