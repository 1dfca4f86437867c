"""The admin site: Django's, in Spanish, with our table of permissions, the limits of our login and our verbs."""

from functools import update_wrapper

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, ValidationError
from django.db import IntegrityError
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

from monitor import palabras
from monitor.admin.finder import LARGA, NADA_QUE_BUSCAR, es_larga, find
from monitor.admin.inicio import cifras_de
from monitor.admin.pages import DICHOS
from monitor.admin.panel import secciones_de
from monitor.db.errors import is_broken_reference
from monitor.errores import DemasiadosIntentos, NoAutenticado
from monitor.textos import words

APP_ORDER = ("expedientes", "solicitudes", "catalogos", "usuarios")
TOGETHER = {"importacion": "catalogos", "post_office": "usuarios"}  # apps that the menu shows under another

_INVALIDA = (
    400,
    "Petición inválida",
    "La dirección o el formulario no son válidos. Vuelva al inicio e intente de nuevo.",
)
_YA_NO_EXISTE = (
    409,
    "Algo ya no existe",
    "Algo que esta operación usaba, o su propia cuenta, acaba de eliminarse. No se guardó nada; vuelva a empezar.",
)
ERRORES = {
    Http404: (404, *DICHOS[404]),
    PermissionDenied: (403, *DICHOS[403]),
    SuspiciousOperation: _INVALIDA,
    BadRequest: _INVALIDA,
}


def _place(app: str) -> int:
    return APP_ORDER.index(app) if app in APP_ORDER else len(APP_ORDER)


def _pagina_de(error: Exception) -> tuple[int, str, str]:
    """Return the status, the title and the sentence of the page for an error."""
    return next(ERRORES[clase] for clase in type(error).__mro__ if clase in ERRORES)


class LoginForm(AdminAuthenticationForm):
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": f"{NoAutenticado.CREDENCIALES}. Revise su usuario y su contraseña; las mayúsculas cuentan.",
    }
    # Django's field would rewrite letters (NFKC); here the name is looked for as the person wrote it.
    username = forms.CharField(
        label="Usuario",
        widget=forms.TextInput({"autofocus": True, "autocapitalize": "none", "autocomplete": "username"}),
    )

    def clean(self):
        try:
            return super().clean()
        except DemasiadosIntentos as error:
            raise ValidationError(error.mensaje, code=error.codigo) from error


class PasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self):
        """Check the old password as a login does. Whoever finds a session open may not guess at it either."""
        password = self.cleaned_data["old_password"]
        try:
            if authenticate(self._request, username=self.user.username, password=password):
                return password
        except DemasiadosIntentos as error:
            raise ValidationError(error.mensaje, code=error.codigo) from error
        raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")

    def save(self, commit=True):
        """Save through our verb: Django's own would write the whole row, over what others changed."""
        cambio = {"password": self.cleaned_data["new_password1"]}
        self.user = get_user_model().objects.actualizar(self.user.pk, cambio, por=self.user)
        return self.user


class OwnPasswordView(PasswordChangeView):
    form_class = PasswordForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}


class ScriptCatalog(JavaScriptCatalog):
    """The phrases of Django's scripts, in our words."""

    def get_context_data(self, **kwargs):
        self.translation.merge(palabras.Catalogue(palabras.GUIONES))
        return super().get_context_data(**kwargs)


class MonitorAdminSite(admin.AdminSite):
    site_header = "Monitor"
    site_title = "Monitor"
    index_title = "Inicio"
    empty_value_display = "—"
    login_form = LoginForm

    def get_app_list(self, request, app_label=None):
        """Return what the person may see, by the job that it is for and in the order in which people use them."""
        grupos = {}
        for app in sorted(super().get_app_list(request), key=lambda app: _place(app["app_label"])):
            grupo = grupos.setdefault(TOGETHER.get(app["app_label"], app["app_label"]), app | {"models": []})
            grupo["models"] += [*self._sueltas(request, app["app_label"]), *app["models"]]
        return [grupos[una] for una in grupos if app_label is None or una == TOGETHER.get(app_label, app_label)]

    def _sueltas(self, request, app_label):
        """Yield, as Django does models, the pages that a ModelAdmin puts in the menu (`en_el_menu`) besides its list,
        for who may see its rows."""
        for modelo, propio in self._registry.items():
            if modelo._meta.app_label == app_label and propio.has_view_permission(request):
                for nombre, vista in getattr(propio, "en_el_menu", ()):
                    yield {
                        "name": nombre,
                        "object_name": vista,
                        "admin_url": reverse(f"admin:{vista}"),
                        "view_only": True,
                    }

    def get_urls(self):
        """Return the pages that stand by themselves, before Django's: the search, the panel, and those of each
        ModelAdmin (`paginas`)."""
        propias = [pagina for de_modelo in self._registry.values() for pagina in getattr(de_modelo, "paginas", list)()]
        return [
            path("buscar/", self.admin_view(self.search), name="buscar"),
            path("panel/", self.admin_view(require_safe(self.panel)), name="panel"),
            *propias,
            *super().get_urls(),
        ]

    def index(self, request, extra_context=None):
        cifras = list(cifras_de(self._registry, request))
        return super().index(request, {"cifras": cifras} | (extra_context or {}))

    def search(self, request):
        """Show what there is of everything with the words of `q`."""
        texto = request.GET.get("q", "").strip()
        frase = LARGA if es_larga(texto) else "" if words(texto) else NADA_QUE_BUSCAR
        contexto = self.each_context(request) | {
            "title": f"Buscar «{texto}»" if texto and not frase else "Buscar",
            "buscado": texto,
            "frase": frase if texto else "",
            "hallados": [] if frase else find(self._in_order(), request, texto),
            "casilla": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/buscar.html", contexto)

    def panel(self, request):
        secciones = list(secciones_de(self._in_order(), request))
        if not secciones:
            raise PermissionDenied
        contexto = self.each_context(request) | {"title": "Panel", "secciones": secciones, "ahora": timezone.now()}
        return TemplateResponse(request, "admin/panel.html", contexto)

    def _in_order(self) -> list[admin.ModelAdmin]:
        return sorted(self._registry.values(), key=lambda propio: _place(propio.opts.app_label))

    def password_change(self, request, extra_context=None):
        request.current_app = self.name
        return OwnPasswordView.as_view(
            success_url=reverse("admin:password_change_done", current_app=self.name),
            extra_context=self.each_context(request) | (extra_context or {}),
        )(request)

    def i18n_javascript(self, request, extra_context=None):
        return ScriptCatalog.as_view(packages=["django.contrib.admin"])(request)

    def logout(self, request, extra_context=None):
        response = super().logout(request, extra_context)
        if request.is_secure():  # a browser obeys this over HTTPS alone
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def admin_view(self, view, cacheable=False):
        """Wrap the view so that its errors are pages of the admin, in Spanish."""

        def con_pagina_de_error(request, *args, **kwargs):
            try:
                return view(request, *args, **kwargs)
            except tuple(ERRORES) as error:
                return self.error_page(request, *_pagina_de(error))
            except IntegrityError as error:
                if is_broken_reference(error):
                    return self.error_page(request, *_YA_NO_EXISTE)
                raise

        return super().admin_view(update_wrapper(con_pagina_de_error, view), cacheable)

    def error_page(self, request, status, titulo, frase, **otros):
        contexto = self.each_context(request) | {"title": titulo, "frase": frase} | otros
        return TemplateResponse(request, "admin/error.html", contexto, status=status)
