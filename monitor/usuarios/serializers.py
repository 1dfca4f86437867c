from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictBooleanField, StrictEmailField, StrictSecretField, StrictTextField
from monitor.api.serializers import StrictModelSerializer, StrictSerializer
from monitor.api.shapes import Shape
from monitor.usuarios.models import Usuario

_CORREO = Usuario._meta.get_field("email").validators


class CredencialesSerializer(StrictSerializer):
    username = StrictTextField()
    password = StrictSecretField()


class UsuarioSerializer(StrictModelSerializer):
    class Meta:
        model = Usuario
        fields = ("id", "nombre", "username", "rol")


class RegistroSerializer(StrictSerializer):
    """The fields that a person may send about a user. The verb checks the role, whether the username is free and
    whether the password is strong."""

    username = StrictTextField(max_length=150, required=False, allow_null=True, allow_blank=True)
    password = StrictSecretField(max_length=1000, required=False, allow_null=True, allow_blank=True)
    rol = StrictTextField(required=False, allow_null=True, allow_blank=True)
    nombre = StrictTextField(max_length=255, required=False, allow_null=True, allow_blank=True)
    email = StrictEmailField(max_length=254, required=False, allow_null=True, allow_blank=True, validators=_CORREO)


class CambioDeUsuarioSerializer(RegistroSerializer):
    is_active = StrictBooleanField(required=False, allow_null=True)

    class Meta:
        ignored = ("id",)


class SinCamposSerializer(StrictSerializer):
    """A body without fields: absent or `{}`."""


SIN_CAMPOS = SinCamposSerializer()
CREDENCIALES = CredencialesSerializer()
REGISTRO = RegistroSerializer()
CAMBIO = CambioDeUsuarioSerializer()
USUARIO = Shape(UsuarioSerializer(), DIRECT)
