from monitor.api.dialects import DIRECT
from monitor.api.fields import StrictBooleanField, StrictEmailField, StrictSecretField, StrictTextField
from monitor.api.serializers import StrictModelSerializer, StrictSerializer
from monitor.api.shapes import Shape
from monitor.usuarios.models import Usuario

_CORREO = Usuario._meta.get_field("email").validators


OPCIONAL = {"required": False, "allow_null": True, "allow_blank": True}


class CredencialesSerializer(StrictSerializer):
    username = StrictTextField()
    password = StrictSecretField()


class UsuarioSerializer(StrictModelSerializer):
    class Meta:
        model = Usuario
        fields = ("id", "nombre", "username", "rol")


class RegistroSerializer(StrictSerializer):
    """The fields that a person may send about a new user. The verb checks the role, whether the username is free and
    whether the password is strong."""

    username = StrictTextField(max_length=150)
    password = StrictSecretField(max_length=1000)
    rol = StrictTextField()
    nombre = StrictTextField(max_length=255, **OPCIONAL)
    email = StrictEmailField(max_length=254, validators=_CORREO, **OPCIONAL)


class CambioDeUsuarioSerializer(RegistroSerializer):
    """The fields that may be sent about a user who exists. The view takes what is empty or null for not sent."""

    username = StrictTextField(max_length=150, **OPCIONAL)
    password = StrictSecretField(max_length=1000, **OPCIONAL)
    rol = StrictTextField(**OPCIONAL)
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
