from django import forms
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.template.response import TemplateResponse

from monitor.admin.forms import VerbForm
from monitor.admin.verbs import VerbAdmin
from monitor.cambios.admin import ConHistorial
from monitor.db.functions import Sorted
from monitor.roles import Rol
from monitor.usuarios.llaves import Llave
from monitor.usuarios.models import Usuario

DISTINTAS = "Las dos contraseñas no son iguales: escríbalas de nuevo."
FUERTE = "8 caracteres o más, que no sean sólo números, ni de uso común, ni parecidos a su nombre."
EN_BLANCO = "Déjela en blanco para no cambiarla. Al cambiarla se cierran las sesiones abiertas de esta persona."
DE_CADA_ROL = (
    "Administrador: todo, también usuarios y archivo. Operador: expedientes, solicitudes y catálogos."
    " Técnico: consulta, y pide transporte para sí."
)

DE_UNA_LLAVE = (
    "Administrador: todo, también usuarios, llaves y archivo. Operador: expedientes, solicitudes y catálogos."
    " Técnico: sólo consulta."
)
REVOCADA = [{"changed": {"fields": ["revocada_en"]}}]  # how Django's log keeps a revocation


def _secreto(nombre):
    widget = forms.PasswordInput({"autocomplete": "new-password"})
    return forms.CharField(label=nombre, strip=False, required=False, widget=widget)


class UsuarioForm(VerbForm):
    password = _secreto("Contraseña")
    repetida = _secreto("Repita la contraseña")

    class Meta:
        help_texts = {"rol": DE_CADA_ROL}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.pop("password", None)  # its hash is nothing that a person types
        nuevo = self.instance._state.adding
        for nombre in ("password", "repetida"):
            self.fields[nombre].required = nuevo
            self.fields[nombre].show_hidden_initial = False
        self.fields["password"].help_text = FUERTE if nuevo else f"{FUERTE} {EN_BLANCO}"

    def clean_repetida(self):
        repetida = self.cleaned_data["repetida"]
        if repetida != self.cleaned_data.get("password"):
            raise forms.ValidationError(DISTINTAS)
        return repetida

    def _get_validation_exclusions(self):
        """Return the fields that aren't checked. The limits of the column of the password are for hashes."""
        return super()._get_validation_exclusions() | {"password"}


@admin.register(Usuario)
class UsuarioAdmin(ConHistorial, VerbAdmin):
    form = UsuarioForm
    list_display = ("username", "nombre", "rol", "email", "is_active")
    list_filter = ("rol", "is_active")
    search_fields = ("username", "nombre", "email")
    search_help_text = "Usuario, nombre o correo"
    ordering = (Sorted("username"),)
    fieldsets = (
        (None, {"fields": ("username", "nombre", "email")}),
        ("Acceso", {"fields": ("rol", "is_active")}),
        ("Contraseña", {"fields": ("password", "repetida")}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).personas()

    def crear(self, datos, *, por):
        return Usuario.objects.registrar(**datos, por=por)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        campo = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "username":
            campo.strip = False  # blanks are refused, as in the API
        return campo

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if obj.pk == request.user.pk and "password" in form.changed_data:
            # The person's other sessions end, and this one goes on.
            update_session_auth_hash(request, Usuario.objects.get(pk=obj.pk))


class LlaveForm(VerbForm):
    rol = forms.ChoiceField(choices=Rol.choices, help_text=DE_UNA_LLAVE, initial=Rol.OPERADOR)

    def changes(self):
        return super().changes() | {"rol": self.cleaned_data["rol"]}


@admin.register(Llave)
class LlaveAdmin(VerbAdmin):
    """The keys of programs. None is changed after it was made, and what would be deleting one is revoking it."""

    form = LlaveForm
    quitar, eliminado, eliminados = "Revocar", "Se revocó", "Se revocaron"
    list_display = ("nombre", "con_rol", "con_prefijo", "creada_en", "vence", "ultimo_uso", "revocada_en")
    list_select_related = ("usuario",)
    search_fields = ("nombre", "prefijo")
    search_help_text = "Nombre, o el comienzo de la llave"
    ordering = ("-usuario_id",)
    sortable_by = ()
    DEL_SERVIDOR = ("con_prefijo", ("creada_en", "creada_por"), "ultimo_uso", ("revocada_en", "revocada_por"))

    def get_fields(self, request, obj=None):
        return ("nombre", "con_rol", "vence", *self.DEL_SERVIDOR) if obj else ("nombre", "rol", "vence")

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.revocada_en)

    @admin.display(description="rol")
    def con_rol(self, llave):
        return llave.usuario.get_rol_display()

    @admin.display(description="empieza con")
    def con_prefijo(self, llave):
        return f"{llave.prefijo}…"

    # --- Creating ---

    def save_model(self, request, obj, form, change):
        creada = Llave.objects.crear(**form.changes(), por=request.user)
        obj.pk, obj.llave = creada.pk, creada.llave

    def response_add(self, request, obj, post_url_continue=None):
        """Show the key on a page of its own, this once. A message would carry it in a cookie, and a redirect couldn't
        without keeping it somewhere."""
        contexto = self.admin_site.each_context(request) | {
            "title": "Llave creada",
            "opts": self.opts,
            "llave": obj,
            "rol": Rol(request.POST["rol"]).label,
        }
        return TemplateResponse(request, "admin/usuarios/llave/creada.html", contexto)

    # --- Revoking ---

    def eliminar(self, pk, *, por, visto=None):
        Llave.objects.revocar(pk, por=por)

    def log_deletions(self, request, queryset):
        """Log that the keys changed, because they are still there."""
        return [self.log_change(request, llave, REVOCADA) for llave in queryset]
