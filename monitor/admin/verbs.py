"""The base of every ModelAdmin. Each write goes through a verb of the model. When a verb refuses, the admin says so in
the form or in a message, and nothing is left half-done."""

import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial, reduce
from operator import or_

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import model_ngettext, unquote
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.core.exceptions import BadRequest, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst

from monitor.admin.exports import ExportAdmin
from monitor.admin.finder import LARGA, NADA_QUE_BUSCAR, FoundAdmin, es_larga
from monitor.admin.forms import DecimalInput, MomentField, MomentWidget, UntouchedTextField, VerbForm
from monitor.admin.lists import FilteredChangeList
from monitor.admin.routes import route
from monitor.admin.sheets import sheet_of
from monitor.admin.stale import INTENTOS, REVISAR, VISTO, Ajeno, Pagina, Visto, escrito, lo_que_cambio
from monitor.db.functions import Folded
from monitor.db.search import Contains
from monitor.db.versions import Seen, Versioned
from monitor.db.writes import Author
from monitor.errores import Desactualizado, ErrorDeDominio
from monitor.textos import CONTROL, enumerar, words

SELECCION = 1000  # the most rows that one action takes
MUCHAS = f"Una acción admite {SELECCION:,} filas: acorte la lista con un filtro o una búsqueda. No se hizo nada."
NO_ESTA = (
    "Puede ser que no exista, que alguien acabe de quitar lo que había, o que a usted no le toque verlo. Busque en la"
    " lista."
)
RECUPERADO = "Esto es lo que había escrito y no llegó a guardarse. Revíselo y guárdelo."
NOMBRADOS = 10  # refused rows that a message names; the rest are counted
# The lookups that the filters of our lists use. Others, typed by hand, could make the database fail or work for
# minutes.
BUSQUEDAS = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt", "__lte")
# Values that no filter of ours has, and that a database or a time zone can't take: a number beyond 64 bits, and a day
# of the first or the last year.
IMPOSIBLE = re.compile(r"-?\d{19,}|(0001|9999)-.*", re.ASCII)


class VerbAdmin(ExportAdmin, FoundAdmin):
    """The base of our ModelAdmins. `crear`, `actualizar` and `eliminar` call the model's verbs; a ModelAdmin whose
    model names them otherwise overrides these methods."""

    form = VerbForm
    actions = ("delete_selected",)
    formfield_overrides = {
        models.CharField: {"form_class": UntouchedTextField},
        models.TextField: {"form_class": UntouchedTextField},
        models.FloatField: {"widget": DecimalInput},
        models.DateTimeField: {"form_class": MomentField, "widget": MomentWidget},
    }
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet counts the table
    agregado, guardado = "Se agregó", "Se guardó"
    quitar, eliminado, eliminados = "Eliminar", "Se eliminó", "Se eliminaron"
    sheet_signatures: tuple[str, ...] = ()  # who signs the sheet of a row, for those that go on paper

    def crear(self, datos: dict, *, por: Author) -> models.Model:
        return self.model.objects.crear(datos, por=por)

    def actualizar(self, pk, datos: dict, *, por: Author, visto: Seen) -> models.Model:
        return self.model.objects.actualizar(pk, datos, por=por, visto=visto)

    def eliminar(self, pk, *, por: Author, visto: Seen | None = None) -> None:
        self.model.objects.eliminar(pk, por=por, visto=visto)

    # --- One row ---

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.TextField) and db_field.null:
            kwargs["empty_value"] = None
        if "required" in db_field.error_messages:
            kwargs["error_messages"] = {"required": db_field.error_messages["required"]}
        campo = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ForeignKey):
            # This form is no place to change or delete a row that other rows use.
            for enlace in ("can_change_related", "can_delete_related", "can_view_related"):
                setattr(campo.widget, enlace, False)
        return campo

    def get_object(self, request, object_id, from_field=None):
        try:
            return None if CONTROL.search(object_id) else super().get_object(request, object_id, from_field)
        except OverflowError:  # of a key that is also a reference, for which Django doesn't look at SQLite's limits
            return None

    def get_changeform_initial_data(self, request):
        """Return what the address fills in, as values: the boxes of a moment can't show a text. What a field can't be
        is left out."""
        valores = super().get_changeform_initial_data(request)
        for campo in self.opts.concrete_fields:
            with suppress(KeyError, ValidationError):
                valores[campo.name] = campo.to_python(valores.pop(campo.name))
        return valores

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.domain_error = getattr(request, "domain_error", None)
        form.revisar = REVISAR in request.POST
        if visto := change and Visto.leer(request.POST.get(VISTO)):
            form.pagina = Pagina(visto, self.decide(request), partial(self.ajenos, request, obj))
        return form

    def decide(self, request) -> bool:
        """Return whether what was pressed on the page of a row decides something on the strength of what it shows."""
        return False

    def ajenos(self, request, obj, desde: int) -> list[Ajeno]:
        """Return what was changed in the row since its chain had so many links, the newest first."""
        return []

    def save_model(self, request, obj, form, change) -> models.Model:
        """Write the row through its verb, and only while it is what the form was compared with. Return it as it is
        then."""
        if change:
            return self.actualizar(obj.pk, form.changes(), por=request.user, visto=Seen([obj.tag]))
        creada = self.crear(form.changes(), por=request.user)
        obj.pk = creada.pk
        return creada

    def dudas(self, obj) -> list[str]:
        """Return the sentences about what no verb refuses in the row, and is seldom meant."""
        return []

    def log_change(self, request, obj, message):
        """Leave a line in the log of the admin, unless nothing was changed."""
        return super().log_change(request, obj, message) if message else None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if REVISAR in request.POST:
            self.message_user(request, RECUPERADO, messages.WARNING)
        if change:
            form = context["adminform"].form
            context["visto"] = form.mostrado if isinstance(obj, Versioned) else ""
            titulo = f"{capfirst(self.opts.verbose_name)}: {obj}"
            context |= {"title": titulo, "subtitle": None, "show_save_and_add_another": False}
            context |= {"dudas": self.dudas(obj), "quitar": self.quitar}
        if change and self.sheet_signatures and request.method == "GET":  # what was sent isn't what is kept
            context["hoja"] = sheet_of(obj, self.get_fieldsets(request, obj), self.sheet_signatures)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show the form again when the verb refused, as it was filled in and with the reason. The write was rolled
        back. When somebody else wrote the row just before, the form is compared with it anew."""
        for quedan in reversed(range(INTENTOS)):
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except ErrorDeDominio as error:
                if not (quedan and isinstance(error, Desactualizado)):
                    request.domain_error = error
                    break
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Say on a page that the row isn't there, and show what the person typed for it."""
        titulo = f"No hay {opts.verbose_name} «{CONTROL.sub('', unquote(object_id))}»"
        textos = VISTO in request.POST and escrito(self.get_form(request)(request.POST))
        lista = route(self.model, "changelist")
        return self.admin_site.error_page(request, 404, titulo, NO_ESTA, lista=lista, escrito=textos)

    def response_add(self, request, obj, post_url_continue=None):
        return self._tras_guardar(request, obj, self.agregado) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._tras_guardar(request, obj, self.guardado) or super().response_change(request, obj)

    def _tras_guardar(self, request, obj, hecho):
        """Show the message here, because Django's sentences take every noun for masculine, and go where the button
        said. Return None for a window of its own, which only hands over what was saved."""
        if IS_POPUP_VAR in request.POST:
            return None
        pagina = route(self.model, "change", obj.pk)
        nombre = format_html('<a href="{}">{}</a>', pagina, obj) if self.has_change_permission(request, obj) else obj
        self.message_user(request, format_html("{}: {}.", hecho, nombre), messages.SUCCESS)
        if "_continue" in request.POST:
            return self._ir(request, pagina)  # which says its doubts itself
        for duda in self.dudas(obj):
            self.message_user(request, duda, messages.WARNING)
        return self._ir(request, route(self.model, "add" if "_addanother" in request.POST else "changelist"))

    # --- Deleting ---

    def get_deleted_objects(self, objs, request):
        """Return only the names: the verb decides whether a row may go, and what goes with it."""
        nombres = [str(obj) for obj in objs]
        return nombres, {self.opts.verbose_name_plural: len(nombres)}, set(), []

    def delete_model(self, request, obj):
        mostrada = Visto.leer(request.POST.get(VISTO))
        self.eliminar(obj.pk, por=request.user, visto=mostrada and mostrada.visto)

    def delete_view(self, request, object_id, extra_context=None):
        """Ask before the row goes. When it isn't what the person saw any more, say what changed and ask again."""
        try:
            pagina = super().delete_view(request, object_id, {"title": self.quitar} | (extra_context or {}))
        except Desactualizado:
            return HttpResponseRedirect(f"{request.path}?{urlencode({VISTO: request.POST[VISTO]})}")
        except ErrorDeDominio as error:
            self.message_user(request, error.mensaje, messages.ERROR)
            return self._ir(request, route(self.model, "changelist"))
        contexto = getattr(pagina, "context_data", None) or {}
        if isinstance(contexto.get("object"), Versioned):
            contexto |= self._lo_que_se_quita(request, contexto["object"])
        return pagina

    def _lo_que_se_quita(self, request, obj) -> dict:
        """Return what the page that asks carries of the row's state, and what changed since the person saw it."""
        mostrada = Visto.leer(request.GET.get(VISTO))
        es_viejo = mostrada is not None and mostrada.es_viejo(obj)
        cambio = lo_que_cambio(self.ajenos(request, obj, mostrada.eslabones)) if es_viejo else ""
        return {"visto": Visto.de(obj), "cambio": cambio}

    def response_delete(self, request, obj_display, obj_id):
        """Show the message here, because Django's sentence lacks a space in Spanish."""
        self.message_user(request, f"{self.eliminado}: {obj_display}.", messages.SUCCESS)
        return self._ir(request, route(self.model, "changelist"))

    def con_filtros(self, request, ruta: str) -> str:
        """Return the path with the filters of the list from which the person came."""
        return add_preserved_filters(
            {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}, ruta
        )

    def _ir(self, request, ruta):
        return HttpResponseRedirect(self.con_filtros(request, ruta))

    def get_action(self, action, *where):  # Django 6.1 says where the action is offered
        """Call what takes rows away as this ModelAdmin calls it."""
        hallada = super().get_action(action, *where)
        if isinstance(hallada, tuple):  # so it is until Django 6.0
            return (*hallada[:2], self.quitar) if hallada[1] == "delete_selected" else hallada
        if hallada and hallada.name == "delete_selected":
            return replace(hallada, description=self.quitar, plural_description=self.quitar)
        return hallada

    @admin.action(permissions=["delete"])
    def delete_selected(self, request, queryset):
        """Delete the selected rows one by one, after a page has asked for confirmation."""
        if "post" not in request.POST:
            pagina = delete_selected(self, request, queryset)
            pagina.context_data["title"] = self.quitar
            return pagina
        return self.one_by_one(
            request,
            lambda pk: self.eliminar(pk, por=request.user),
            lambda obj: self.log_deletions(request, [obj]),
            self.eliminados,
        )

    def response_action(self, request, queryset, **where):  # Django 6.1 says where the action was asked for
        """Do what was asked with the rows of this page or, when the person selected them all, with those of every
        page."""
        if request.POST.get("select_across") == "1":
            todas = list(queryset.order_by().values_list("pk", flat=True)[: SELECCION + 1])
            if len(todas) > SELECCION:
                self.message_user(request, MUCHAS, messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
            request.POST = request.POST.copy()
            request.POST.setlist(ACTION_CHECKBOX_NAME, map(str, todas))
            request.POST["select_across"] = "0"
        return super().response_action(request, queryset, **where)

    # --- Lists ---

    def get_changelist(self, request, **kwargs):
        return FilteredChangeList

    def changelist_view(self, request, extra_context=None):
        if ERROR_FLAG in request.GET:
            self.message_user(request, "El filtro no es válido: se muestra la lista sin filtros.", messages.WARNING)
        if es_larga(request.GET.get(SEARCH_VAR, "")):
            self.message_user(request, LARGA, messages.ERROR)
            return HttpResponseRedirect(request.path)
        self._claves(request)
        contexto = {"title": capfirst(self.opts.verbose_name_plural), "exportar": self.export_links(request)}
        return super().changelist_view(request, contexto | (extra_context or {}))

    def export_view(self, request, formato):
        if es_larga(request.GET.get(SEARCH_VAR, "")):  # the list says why it isn't searched for
            return HttpResponseRedirect(f"./?{request.GET.urlencode()}")
        return super().export_view(request, formato)

    def get_search_results(self, request, queryset, search_term):
        """Filter the rows that `buscar` finds. A search of which nothing is left after folding finds nothing, and the
        page says so."""
        if not search_term:
            return queryset, False
        if not words(search_term):
            self.message_user(request, NADA_QUE_BUSCAR, messages.WARNING)
            return queryset.none(), False
        return self.buscar(queryset, search_term), False

    def buscar(self, queryset, texto: str):
        """Return the rows that have every word in any of `search_fields`, blind to case and accents and alike on both
        databases. A ModelAdmin whose queryset knows how to search overrides this."""
        for palabra in words(texto):
            donde = [Q(Contains(Folded(campo), palabra)) for campo in self.search_fields]
            queryset = queryset.filter(reduce(or_, donde))
        return queryset

    def lookup_allowed(self, lookup, value, request):
        filtros = [_parametro(filtro) for filtro in self.get_list_filter(request)]
        if (
            CONTROL.search(value)
            or IMPOSIBLE.fullmatch(value)
            or lookup not in [f"{filtro}{b}" for filtro in filtros for b in BUSQUEDAS]
        ):
            raise IncorrectLookupParameters
        return True

    def one_by_one(self, request, verbo: Callable, anotar: Callable, hecho: str) -> None:
        """Call `verbo(pk)` for each selected row, in a transaction of its own, and then `anotar(obj)`.

        A message names the refused rows with the reason, and the others go on. `hecho` begins the sentence that counts
        the rows that were done.
        """
        claves = self._claves(request)
        filas = self.get_queryset(request).in_bulk(claves)
        rechazos = defaultdict(list)
        for clave in claves:
            try:
                with transaction.atomic():
                    verbo(clave)
                    anotar(filas[clave])
            except ErrorDeDominio as error:
                rechazos[error.mensaje].append(str(filas.get(clave, clave)))
        self._contar(request, len(claves) - sum(map(len, rechazos.values())), hecho)
        for frase, nombres in rechazos.items():
            self.message_user(request, f"{frase}: {enumerar(nombres, NOMBRADOS)}.", messages.ERROR)

    def _claves(self, request) -> list:
        """Return the keys of the selected rows, each once. Raise BadRequest when one isn't a key."""
        claves = request.POST.getlist(ACTION_CHECKBOX_NAME)
        try:
            return list(dict.fromkeys(self.opts.pk.clean(clave, None) for clave in claves))
        except ValidationError as error:
            raise BadRequest from error

    def _contar(self, request, cuantos, hecho):
        if cuantos:
            self.message_user(request, f"{hecho}: {cuantos} {model_ngettext(self.opts, cuantos)}.", messages.SUCCESS)


def changed(*fields: str) -> list[dict]:
    """Return how Django's log keeps that these fields of a row changed."""
    return [{"changed": {"fields": list(fields)}}]


def _parametro(filtro) -> str:
    """Return the query parameter of an entry of `list_filter`."""
    return filtro[0] if isinstance(filtro, tuple) else getattr(filtro, "parameter_name", filtro)
