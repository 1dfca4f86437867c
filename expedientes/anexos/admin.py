"""Annexes in the admin: the comments on the page of an expediente, and the page of an annex with a list."""

from collections.abc import Mapping
from secrets import token_urlsafe

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.text import capfirst
from django.views.decorators.http import require_POST

from expedientes.anexos.avisos import EN_COMENTARIOS, decir_en
from expedientes.anexos.models import Anexo, uids_de
from expedientes.anexos.partes import ConPartesManager
from expedientes.archivo import uids_archivados
from expedientes.comentarios.models import NO_ENCONTRADO, TEXTO_MAXIMO, Comentario
from expedientes.comentarios.serializers import NUEVO
from expedientes.models import Expediente
from monitor.admin.forms import AmountField, UntouchedTextField, VerbForm
from monitor.admin.once import FORMULARIO, once
from monitor.admin.stale import REVISAR, VISTO
from monitor.admin.verbs import changed
from monitor.api.converters import read_id
from monitor.api.serializers import StrictSerializer
from monitor.cambios.linea import Colgados
from monitor.cambios.registro import se_escribio
from monitor.db.versions import Seen
from monitor.db.writes import read
from monitor.errores import DatosInvalidos, Desactualizado, ErrorDeDominio, NoEncontrado
from monitor.textos import is_visible, trimmed

OTRO = "otro"  # the parameter of the page of an annex that begins where there is one already
A_LA_VISTA = 100  # comments that the page of an expediente shows
ANTES_DE = "comentarios_antes_de"  # the parameter of that page that shows older ones
BLANCO = "Escriba el comentario antes de guardarlo."
GUARDADO = "Se guardó: {}."
YA_GUARDADO = "Ya se había guardado: {}. Así quedó; si después escribió algo más, agréguelo aquí."
DE_NUEVO = (
    'Para no perder nada, <a href="{}" target="_blank">abra la página en otra pestaña</a>, vea cómo quedó y escriba ahí'
    " lo que le falte."
)


class SinConfirmar(forms.NullBooleanSelect):
    """A choice of three: it is so, it isn't, or nobody has said."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.choices = [("unknown", "Sin confirmar"), ("true", "Sí"), ("false", "No")]


def _campo(columna: models.Field, **opciones):
    """Return the box of a column: days and hours have the browser's own, which a telephone knows."""
    if isinstance(columna, models.CharField | models.TextField) and not columna.choices:
        opciones["form_class"] = UntouchedTextField
    if isinstance(columna, models.DecimalField):
        opciones["form_class"] = AmountField
    if isinstance(columna, models.DateField):
        opciones["widget"] = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    if isinstance(columna, models.TimeField):
        opciones["widget"] = forms.TimeInput({"type": "time"}, format="%H:%M")
    if isinstance(columna, models.BooleanField):
        opciones["widget"] = SinConfirmar
    if isinstance(columna, models.TextField):
        opciones["widget"] = forms.Textarea({"rows": 3})
    return columna.formfield(**opciones)


class PaginaDeAnexo:
    """The page of the newest annex of a kind of an expediente, or of its first: its boxes, and its list as a table.
    Each row of the list is read as the API reads it."""

    modelo: type[models.Model]
    plantilla: str
    secciones: tuple[tuple[str, tuple[str, ...]], ...]
    entrada_de_parte: StrictSerializer

    def __init__(self, modeladmin):
        self.modeladmin, self.sitio = modeladmin, modeladmin.admin_site
        self.nombre = self.modelo._meta.model_name  # in the address of the page
        self.titulo = capfirst(self.modelo._meta.verbose_name)
        campos = [campo for _, suyos in self.secciones for campo in suyos]
        self.forma = forms.modelform_factory(self.modelo, VerbForm, campos, formfield_callback=_campo)

    @property
    def manager(self) -> ConPartesManager:
        return self.modelo.objects

    def view(self, request, object_id):
        expediente = self.modeladmin.get_object(request, unquote(object_id))
        if expediente is None:
            return self.modeladmin._get_obj_does_not_exist_redirect(request, self.modeladmin.opts, object_id)
        anexo = self._el_de(expediente, request.POST.get("anexo", "" if OTRO in request.GET else None))
        puede = self._puede(request, "change" if anexo else "add")
        if not self._puede(request, "view") or (request.method == "POST" and not puede):
            raise PermissionDenied
        if request.method != "POST":
            forma = self.forma(instance=anexo, initial=None if anexo else self.iniciales(expediente))
            return self._mostrar(request, expediente, anexo, forma, self.renglones_de(anexo), puede)
        forma, renglones = self.forma(request.POST, instance=anexo), self.renglones_en(request.POST)
        if REVISAR not in request.POST and self._guardar(request, expediente, anexo, forma, renglones):
            return HttpResponseRedirect(request.path)
        return self._mostrar(request, expediente, anexo, forma, renglones, puede)

    def _puede(self, request, accion) -> bool:
        return request.user.has_perm(f"expedientes.{accion}_{self.modelo._meta.model_name}")

    def _el_de(self, expediente, clave):
        """Return the annex that the page was of when it was sent, or the newest; None for one that begins."""
        suyos = self.modelo.objects.filter(expediente=expediente.uid).order_by("-id")
        if pk := _id_en(clave or ""):
            return suyos.filter(pk=pk).first()
        return None if clave == "" else suyos.first()

    # --- What is shown ---

    def iniciales(self, expediente) -> dict:
        """Return what a new annex begins with."""
        return {}

    def renglones_de(self, anexo) -> list[dict]:
        """Return the rows of the list, as texts, as the page shows them."""
        return [parte.en_datos() for parte in self.manager.partes_de(anexo)] if anexo else []

    def _mostrar(self, request, expediente, anexo, forma, renglones, puede):
        if not puede:
            for campo in forma.fields.values():
                campo.disabled, campo.show_hidden_initial = True, False
        contexto = self.sitio.each_context(request) | {
            "title": f"{self.titulo}: {expediente}",
            "titulo": self.titulo,
            "opts": self.modeladmin.opts,
            "original": expediente,
            "nombre": self.nombre,
            "anexo": anexo,
            "puede": puede,
            "otro": OTRO,
            "formulario": "" if anexo else request.POST.get(FORMULARIO) or token_urlsafe(),
            "forma": forma,
            # A page that comes back still is of what was read when it was opened.
            "visto": request.POST.get(VISTO, anexo.tag if anexo else ""),
            "secciones": [(titulo, [forma[campo] for campo in campos]) for titulo, campos in self.secciones],
            "renglones": renglones,
        }
        return TemplateResponse(request, self.plantilla, contexto | self.ademas(request, anexo, renglones))

    def ademas(self, request, anexo, renglones) -> dict:
        """Return what else the page shows."""
        return {}

    # --- What is sent ---

    def renglones_en(self, enviado: Mapping) -> list[dict]:
        """Return the rows of the list that were sent, without the blank ones. The boxes of a row are numbered."""
        columnas, renglones = self.manager.parte.columnas(), []
        for numero in sorted({int(n.split("-")[1]) for n in enviado if _es_de_renglon(n)}):
            renglon = {columna: trimmed(enviado.get(f"renglon-{numero}-{columna}", "")) or None for columna in columnas}
            if any(renglon.values()):
                renglones.append(renglon)
        return renglones

    def datos_de_renglon(self, renglon: dict) -> dict:
        return renglon

    def cual(self, numero: int, renglon: dict) -> str:
        """Return how the page that comes back shows a row, so that a sentence may name it."""
        return f"Renglón {numero}"

    def _guardar(self, request, expediente, anexo, forma, renglones) -> bool:
        """Write the page, and say so. When a box or the verb refuses, the form says why."""
        if not forma.is_valid():
            return False
        try:
            if not anexo and request.POST.get(VISTO):
                raise NoEncontrado(self.modelo.no_encontrado)  # the page was of one, which somebody deleted
            datos = self._datos(request, anexo, forma, renglones)
            with transaction.atomic():
                if hecho := self._escribir(request, expediente, anexo, datos):
                    self.modeladmin.log_change(request, expediente, changed(self.titulo))
        except ErrorDeDominio as error:
            for _, frase in error.frases():
                forma.add_error(None, frase)
            if isinstance(error, Desactualizado | NoEncontrado):
                forma.add_error(None, format_html(DE_NUEVO, request.path))
            return False
        frase, nivel = (GUARDADO, messages.SUCCESS) if hecho else (YA_GUARDADO, messages.WARNING)
        self.modeladmin.message_user(request, frase.format(f"{self.titulo.lower()} de {expediente}"), nivel)
        return True

    def _escribir(self, request, expediente, anexo, datos) -> bool:
        """Write the annex, and return whether it was: of two presses on the page of a new one, only the first makes
        it."""
        if anexo:
            visto = Seen([request.POST.get(VISTO, "")])
            self.manager.actualizar(anexo.pk, datos, por=request.user, visto=visto)
            return True
        uid = once(self.modelo._meta.label_lower, request.POST.get(FORMULARIO), request.user)
        read(Expediente, expediente.pk, frozenset({"no_siniestro"}), lock=True)  # of two at once, one waits
        if uid is None or not se_escribio(self.modelo, uid):
            self.manager.crear(expediente.pk, datos, por=request.user, uid=uid)
            return True
        if not self.modelo.objects.filter(uid=uid).exists():
            raise NoEncontrado(self.modelo.no_encontrado)
        return False

    def _datos(self, request, anexo, forma, renglones) -> dict:
        datos = forma.changes() if anexo else _con_valor(forma)
        return datos | {self.manager.parte.lista: self._partes(renglones)}

    def _partes(self, renglones) -> list[dict]:
        """Return the rows of the list as the verb takes them. Raise DatosInvalidos, which says of each which it is."""
        partes, errores = [], []
        for numero, renglon in enumerate(renglones, start=1):
            try:
                partes.append(self.entrada_de_parte.read(self.datos_de_renglon(renglon)))
            except DatosInvalidos as error:
                errores += [f"{self.cual(numero, renglon)}: {frase}" for _, frase in error.frases()]
        if errores:
            raise DatosInvalidos(campos={self.manager.parte.lista: errores})
        return partes


def _id_en(texto: str) -> int | None:
    """Return the id that a text of the page holds, if it holds one."""
    return int(texto) if texto.isdecimal() and len(texto) < 19 else None


def _es_de_renglon(nombre: str) -> bool:
    partes = nombre.split("-")
    return len(partes) == 3 and partes[0] == "renglon" and partes[1].isdecimal() and len(partes[1]) < 5


def _con_valor(forma) -> dict:
    """Return what a new row is made of: also what the form came filled with."""
    valores = {nombre: getattr(forma.instance, nombre) for nombre in forma.fields}
    return {nombre: valor for nombre, valor in valores.items() if valor not in (None, "")}


class ConAnexos:
    """A mixin of the ModelAdmin of expedientes, with the comments on its page, and the pages of `paginas_de_anexos`."""

    paginas_de_anexos: tuple[type[PaginaDeAnexo], ...] = ()

    def get_urls(self):
        def ruta(camino, vista, nombre):
            return path(camino, self.admin_site.admin_view(vista), name=f"expedientes_expediente_{nombre}")

        paginas = [pagina(self) for pagina in self.paginas_de_anexos]
        return [
            ruta("<path:object_id>/comentar/", require_POST(self.comentar_view), "comentar"),
            ruta("<path:object_id>/comentario/", require_POST(self.quitar_comentario_view), "quitar_comentario"),
            *(ruta(f"<path:object_id>/{pagina.nombre}/", pagina.view, pagina.nombre) for pagina in paginas),
            *super().get_urls(),
        ]

    def comentar_view(self, request, object_id):
        """Write the comment, read as the API reads it."""
        clave, texto = unquote(object_id), trimmed(request.POST.get("comentario", "").replace("\r\n", "\n"))
        if not request.user.has_perm("expedientes.add_comentario"):
            raise PermissionDenied

        def escribir():
            datos = NUEVO.read({"no_siniestro": clave, "comentario": texto})
            Comentario.objects.escribir(clave, datos["comentario"], por=request.user)

        return self._en_su_pagina(request, clave, "" if is_visible(texto) else BLANCO, escribir)

    def quitar_comentario_view(self, request, object_id):
        clave, cual = unquote(object_id), request.POST.get("comentario", "")
        if not request.user.has_perm("expedientes.delete_comentario"):
            raise PermissionDenied

        def eliminar():
            pk = read_id(cual, NO_ENCONTRADO, invalido=NO_ENCONTRADO)
            Comentario.objects.eliminar(pk, por=request.user)

        return self._en_su_pagina(request, clave, "", eliminar)

    def colgados(self, fila):
        """Put its annexes in its line of time, those that were deleted too."""
        modelos = [r.related_model for r in fila._meta.related_objects if issubclass(r.related_model, Anexo)]
        return Colgados(modelos, [*(uids_de(modelo, fila.uid) for modelo in modelos), uids_archivados(fila.uid)])

    def _en_su_pagina(self, request, clave, frase, verbo):
        """Do it and go back to the page of the expediente; when it can't be done, the page says why."""
        try:
            if not frase:
                verbo()
        except ErrorDeDominio as error:
            frase = capfirst(error.mensaje)
        return decir_en(self, request, clave, EN_COMENTARIOS, frase, messages.ERROR)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change:
            antes_de = _id_en(request.GET.get(ANTES_DE, ""))
            todos = obj.comentarios.select_related("usuario").order_by("-id")
            comentarios = list((todos.filter(pk__lt=antes_de) if antes_de else todos)[: A_LA_VISTA + 1])
            context |= {
                "antes_de": ANTES_DE,
                "son_anteriores": bool(antes_de),
                "comentarios": comentarios[:A_LA_VISTA],
                "hay_mas_comentarios": len(comentarios) > A_LA_VISTA,
                "puede_comentar": request.user.has_perm("expedientes.add_comentario"),
                "puede_quitar_comentarios": request.user.has_perm("expedientes.delete_comentario"),
                "largo_de_comentario": TEXTO_MAXIMO,
            }
        return super().render_change_form(request, context, add, change, form_url, obj)
