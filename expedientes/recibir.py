"""The pages of the admin for a unit whose claim number comes later: «Recibir unidad», which opens its expediente, and
«Poner No. Siniestro», which gives it the number."""

from secrets import token_urlsafe
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format

from catalogos.models import Aseguradora
from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente
from expedientes.numeros import NumeroDejado, es_provisional
from monitor.admin.forms import VerbForm
from monitor.admin.once import FORMULARIO, once
from monitor.admin.routes import route
from monitor.admin.stale import REVISAR, VISTO
from monitor.admin.verbs import VerbAdmin, changed
from monitor.db.functions import has_plates
from monitor.errores import ErrorDeDominio
from monitor.textos import CONTROL, plates

RENGLONES = (
    ("placas", "marca", "modelo"),
    ("nombre_cliente", "telefono_cliente", "aseguradora"),
    ("fecha_ingreso", "fecha_entrega", "no_siniestro"),
    "observaciones",
)
SENAS = ("placas", "marca", "modelo", "nombre_cliente")
SIN_SENAS = "Escriba al menos las placas, la marca, el modelo o el cliente: si no, nadie sabrá qué unidad es."
SI_SE_SABE = "Si la aseguradora no lo ha dado, déjelo en blanco: la unidad queda con un número provisional."
RECIBIDA = (
    "Se recibió la unidad con el número provisional {}. Cuando la aseguradora dé el suyo, póngalo con"
    " «Poner No. Siniestro»."
)
AHORA_SE_LLAMA = "El expediente {} tiene otro número: éste es."
NUMERO_PUESTO = "El expediente {} ahora es {}. Quien busque el anterior sabrá cuál es."
VISITAS = 50  # the most that are read, of those with the same plates
CAMBIO = changed("No. Siniestro")


# --- Receiving ---


class RecepcionForm(VerbForm):
    """The few boxes that are known at the counter. `formulario` tells one opening of the page from another: a second
    click on its button receives nothing else."""

    formulario = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64, initial=token_urlsafe)

    class Meta:
        help_texts = {"no_siniestro": SI_SE_SABE}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["no_siniestro"].required = False
        self.fields["aseguradora"].queryset = Aseguradora.objects.vigentes()

    def clean(self):
        if not any(self.cleaned_data.get(campo) for campo in SENAS) and not self.errors:
            raise ValidationError(SIN_SENAS)
        return super().clean()

    def uid(self, por) -> UUID | None:
        """Return the identity of what this opening of the page receives."""
        return once("expedientes.recibir", self.cleaned_data.get(FORMULARIO), por)


class RecepcionAdmin(VerbAdmin):
    """The page «Recibir unidad»: the admin's own for a new row, with other boxes and another verb."""

    form = RecepcionForm
    fieldsets = ((None, {"fields": RENGLONES}),)
    add_form_template = "admin/expedientes/expediente/recibir.html"

    def save_model(self, request, obj, form, change):
        recibido = Expediente.objects.recibir(form.changes(), por=request.user, uid=form.uid(request.user))
        obj.pk = recibido.pk
        return recibido

    def get_changeform_initial_data(self, request):
        return {"fecha_ingreso": timezone.localdate()} | super().get_changeform_initial_data(request)

    def response_add(self, request, obj, post_url_continue=None):
        frase = RECIBIDA if es_provisional(obj.pk) else "Se recibió la unidad con el No. Siniestro {}."
        self.message_user(request, frase.format(obj.pk), messages.SUCCESS)
        return HttpResponseRedirect(pagina_de(obj.pk))


def pagina_de(no_siniestro: str) -> str:
    return route(Expediente, "change", no_siniestro)


# --- Plates ---


def con_esas_placas(placas: str, *, con_archivo: bool) -> list[dict]:
    """Return what is known of a unit by its plates, however they are typed: the expedientes that are open, those that
    ended, and those that were archived. Each has a `texto`, its page if the reader may open it, and whether it is
    `abierto`."""
    if not plates(placas) or CONTROL.search(placas):
        return []
    # The database isn't asked for an order: it would rather read the table in that order than look for the plates.
    vivos = sorted(Expediente.objects.con_placas(placas)[:VISITAS], key=lambda uno: (uno.orden_ingreso, uno.pk))
    archivados = ExpedienteArchivado.objects.filter(has_plates("placas", placas)).order_by().defer("datos")[:VISITAS]
    return [
        *(_visita("Ya está en el taller, con estas placas", uno, abierto=True) for uno in vivos if uno.esta_abierto),
        *(_visita("Ya vino, con estas placas", uno, abierto=False) for uno in vivos if not uno.esta_abierto),
        *(_visita_archivada(uno, con_archivo) for uno in sorted(archivados, key=lambda uno: -uno.pk)),
    ]


def _visita(comienzo, expediente, *, abierto) -> dict:
    ingreso = expediente.fecha_ingreso and f"ingresó el {date_format(expediente.fecha_ingreso)}"
    senas = filter(
        None, (expediente.marca_y_modelo, expediente.nombre_cliente, expediente.get_estado_display(), ingreso)
    )
    return {
        "texto": f"{comienzo}: {', '.join((expediente.pk, *senas))}",
        "pagina": pagina_de(expediente.pk),
        "abierto": abierto,
    }


def _visita_archivada(archivado, con_pagina) -> dict:
    dia = date_format(timezone.localtime(archivado.archivado_en), "DATE_FORMAT")
    pagina = route(ExpedienteArchivado, "change", archivado.pk) if con_pagina else None
    texto = f"Ya vino, con estas placas: {archivado.no_siniestro}, archivado el {dia}"
    return {"texto": texto, "pagina": pagina, "abierto": False}


# --- Another number ---


class NumeroForm(forms.Form):
    no_siniestro = forms.CharField(
        label="No. Siniestro", required=False, widget=forms.TextInput({"class": "vTextField", "autofocus": True})
    )

    def clean_no_siniestro(self):
        """Check the number as opening an expediente does."""
        return Expediente._meta.pk.clean(self.cleaned_data["no_siniestro"], None)


class ConRecepcion:
    """A mixin of the ModelAdmin of expedientes, with the pages of this module."""

    def get_urls(self):
        def ruta(camino, vista, nombre):
            return path(camino, self.admin_site.admin_view(vista), name=f"expedientes_expediente_{nombre}")

        return [
            ruta("recibir/", self.recibir_view, "recibir"),
            ruta("recibir/placas/", self.placas_view, "placas"),
            ruta("<path:object_id>/no-siniestro/", self.numero_view, "numero"),
            *super().get_urls(),
        ]

    def recibir_view(self, request):
        recepcion = RecepcionAdmin(self.model, self.admin_site)
        return recepcion.add_view(request, extra_context={"title": "Recibir unidad"})

    def placas_view(self, request):
        """Answer, in JSON, what is known of the plates that somebody typed in «Recibir unidad»."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        con_archivo = request.user.has_perm("expedientes.view_expedientearchivado")
        return JsonResponse({"avisos": con_esas_placas(request.GET.get("placas", ""), con_archivo=con_archivo)})

    def numero_view(self, request, object_id):
        expediente = self.get_object(request, unquote(object_id))
        if expediente is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_change_permission(request, expediente):
            raise PermissionDenied
        form = NumeroForm(request.POST or None)
        if form.is_valid() and REVISAR not in request.POST and self._renombrar(request, expediente, form):
            return HttpResponseRedirect(pagina_de(form.cleaned_data["no_siniestro"]))
        contexto = self.admin_site.each_context(request) | {
            "title": "Poner No. Siniestro",
            "opts": self.opts,
            "original": expediente,
            "form": form,
            "provisional": es_provisional(expediente.pk),
        }
        return TemplateResponse(request, "admin/expedientes/expediente/numero.html", contexto)

    def _renombrar(self, request, expediente, form) -> bool:
        """Give the expediente the number in the form, and say so. When the verb refuses, the form says why."""
        try:
            with transaction.atomic():
                nuevo = form.cleaned_data["no_siniestro"]
                renombrado = Expediente.objects.renombrar(expediente.pk, nuevo, por=request.user)
                self.log_change(request, renombrado, CAMBIO)
        except ErrorDeDominio as error:
            form.add_error("no_siniestro", error.mensaje)
            return False
        self.message_user(request, NUMERO_PUESTO.format(expediente.pk, nuevo), messages.SUCCESS)
        return True

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["provisional"] = change and es_provisional(obj.pk)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """Send whoever asks for a number that an expediente left to the page that it has now, with what they typed."""
        viejo = unquote(object_id)
        ahora = NumeroDejado.objects.ahora_es(viejo, self.get_queryset(request))
        if ahora is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        self.message_user(request, AHORA_SE_LLAMA.format(viejo), messages.WARNING)
        return HttpResponseRedirect(pagina_de(ahora), preserve_request=VISTO in request.POST)
