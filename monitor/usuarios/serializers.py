from monitor.api.dialects import DIRECTO
from monitor.api.fields import BanderaField, CorreoField, TextoField
from monitor.api.serializers import ModeloEstricto, SerializadorEstricto
from monitor.api.shapes import Forma
from monitor.usuarios.models import Usuario

_CORREO = Usuario._meta.get_field("email").validators


class CredencialesSerializer(SerializadorEstricto):
    username = TextoField()
    password = TextoField()


class UsuarioSerializer(ModeloEstricto):
    class Meta:
        model = Usuario
        fields = ("id", "nombre", "username", "rol")


class RegistroSerializer(SerializadorEstricto):
    """What a person may say of a user. Whether it will do (a role, a free name, a strong password) is the verb's."""

    username = TextoField(max_length=150, required=False, allow_null=True, allow_blank=True)
    password = TextoField(max_length=1000, required=False, allow_null=True, allow_blank=True)
    rol = TextoField(required=False, allow_null=True, allow_blank=True)
    nombre = TextoField(max_length=255, required=False, allow_null=True, allow_blank=True)
    email = CorreoField(max_length=254, required=False, allow_null=True, allow_blank=True, validators=_CORREO)


class CambioDeUsuarioSerializer(RegistroSerializer):
    is_active = BanderaField(required=False, allow_null=True)

    class Meta:
        ignorados = ("id",)


class SinCamposSerializer(SerializadorEstricto):
    """A body that says nothing: absent or `{}`."""


SIN_CAMPOS = SinCamposSerializer()
CREDENCIALES = CredencialesSerializer()
REGISTRO = RegistroSerializer()
CAMBIO = CambioDeUsuarioSerializer()
USUARIO = Forma(UsuarioSerializer(), DIRECTO)
