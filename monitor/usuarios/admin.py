from django import forms
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash

from monitor.admin.verbs import VerbAdmin, VerbForm
from monitor.cambios.admin import ConHistorial
from monitor.usuarios.models import Usuario

DISTINTAS = "Las dos contraseñas no son iguales: escríbalas de nuevo."
FUERTE = "8 caracteres o más, que no sean sólo números, ni de uso común, ni parecidos a su nombre."
EN_BLANCO = "Déjela en blanco para no cambiarla. Al cambiarla se cierran las sesiones abiertas de esta persona."
DE_CADA_ROL = (
    "Administrador: todo, también usuarios y archivo. Operador: expedientes, solicitudes y catálogos."
    " Técnico: consulta, y pide transporte para sí."
)


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
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "nombre", "email")}),
        ("Acceso", {"fields": ("rol", "is_active")}),
        ("Contraseña", {"fields": ("password", "repetida")}),
    )

    def crear(self, datos, *, por):
        return Usuario.objects.registrar(**datos, por=por)

    def actualizar(self, pk, datos, *, por):
        return Usuario.objects.actualizar(pk, datos, por=por)

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
