"""The board of the shop: a column for each state, a card for each expediente whose unit is there."""

from hashlib import sha256

import orjson
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from catalogos.models import Aseguradora
from expedientes.estados import Estado
from expedientes.models import Expediente
from monitor.admin.finder import LARGA, LETRAS, es_larga
from monitor.admin.lists import cuantas
from monitor.admin.routes import route
from monitor.admin.verbs import VerbAdmin, changed
from monitor.db.versions import Seen
from monitor.errores import ErrorDeDominio

TARJETAS = 100  # the most of a column
TODAS = "Todas las aseguradoras"
COLUMNAS = (
    *("no_siniestro", *Expediente.tagged_by, "estado", "en_estado_desde", "fecha_entrega"),
    *("marca", "modelo", "placas", "nombre_cliente", "aseguradora__nombre", *Expediente.DOCUMENTOS),
)


class FiltroForm(forms.Form):
    q = forms.CharField(label="Texto", required=False)
    aseguradora = forms.ModelChoiceField(Aseguradora.objects.vigentes(), required=False, empty_label=TODAS)
    asesor = forms.CharField(label="Asesor", required=False, max_length=LETRAS)

    def clean_q(self):
        if es_larga(self.cleaned_data["q"]):
            raise ValidationError(LARGA)
        return self.cleaned_data["q"]

    def filtrar(self, expedientes):
        datos = self.cleaned_data if self.is_valid() else {}
        if datos.get("q"):
            expedientes = expedientes.buscar(datos["q"])
        if datos.get("asesor"):
            expedientes = expedientes.con_asesor(datos["asesor"])
        return expedientes.filter(aseguradora=datos["aseguradora"]) if datos.get("aseguradora") else expedientes


class ConTablero(VerbAdmin):
    """A ModelAdmin with the page of the board and what moves a card of it."""

    def paginas(self):
        return [
            path("tablero/", self.admin_site.admin_view(require_safe(self.tablero)), name="tablero"),
            path("tablero/mover/", self.admin_site.admin_view(require_POST(self.mover)), name="tablero_mover"),
        ]

    def tablero(self, request) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        filtro = FiltroForm(request.GET)
        columnas = columnas_de(filtro.filtrar(Expediente.objects.all()))
        etag = _etag([columnas, timezone.localdate(), filtro.errors, request.user.pk])
        response = get_conditional_response(request, etag)
        if response is None:
            contexto = self.admin_site.each_context(request) | {
                "title": "Tablero",
                "columnas": columnas,
                "filtro": filtro,
                "puede_mover": self.has_change_permission(request),
                "estados": Estado.choices,
            }
            response = TemplateResponse(request, "admin/expedientes/tablero.html", contexto)
        response.headers["ETag"] = etag
        return response

    def mover(self, request) -> JsonResponse:
        """Move a card as its page saw it, and say why when it can't be moved."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        clave, hasta = request.POST.get("no_siniestro", ""), request.POST.get("estado", "")
        visto = Seen([request.POST.get("visto", "")])
        try:
            with transaction.atomic():
                expediente = Expediente.objects.cambiar_estado(clave, hasta, por=request.user, visto=visto)
                self.log_change(request, expediente, changed("estado"))
        except ErrorDeDominio as error:
            return JsonResponse({"error": error.mensaje}, status=409)
        return JsonResponse({"dicho": f"{clave} pasó a {Estado(hasta).label}."})


def columnas_de(expedientes) -> list[dict]:
    """Return what the board shows: of the last state, those whose unit left today."""
    return [_columna(estado, expedientes.filter(estado=estado)) for estado in Estado]


def _columna(estado, expedientes) -> dict:
    if estado == Estado.SALIDA:
        hoy = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        expedientes = expedientes.filter(en_estado_desde__gte=hoy)
    filas = expedientes.select_related("aseguradora").only(*COLUMNAS).order_by("en_estado_desde", "no_siniestro")
    tarjetas = [_tarjeta(expediente) for expediente in filas[: TARJETAS + 1]]
    titulo = f"{estado.label} hoy" if estado == Estado.SALIDA else estado.label
    hay_mas = len(tarjetas) > TARJETAS
    return {
        "estado": estado.value,
        "titulo": titulo,
        "tarjetas": tarjetas[:TARJETAS],
        "hay_mas": hay_mas,
        "total": cuantas(expedientes) if hay_mas else len(tarjetas),
    }


def _tarjeta(expediente) -> dict:
    return {
        "no_siniestro": expediente.pk,
        "visto": expediente.tag,
        "pagina": route(Expediente, "change", expediente.pk),
        "vehiculo": expediente.marca_y_modelo,
        "placas": expediente.placas,
        "cliente": expediente.nombre_cliente,
        "aseguradora": expediente.aseguradora and expediente.aseguradora.nombre,
        "dias": expediente.dias_en_el_estado,
        "faltan": expediente.documentos_que_faltan,
        "entrega": expediente.fecha_entrega and date_format(expediente.fecha_entrega),
        "atrasado": expediente.esta_atrasado,
    }


def _etag(partes) -> str:
    return f'"{sha256(orjson.dumps(partes, default=str)).hexdigest()[:32]}"'
