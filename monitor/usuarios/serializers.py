from rest_framework import serializers

from monitor.api.dialects import DIRECT
from monitor.api.fields import (
    StrictBooleanField,
    StrictDateTimeField,
    StrictEmailField,
    StrictSecretField,
    StrictTextField,
)
from monitor.api.serializers import StrictModelSerializer, StrictSerializer
from monitor.api.shapes import Shape
from monitor.roles import Rol
from monitor.usuarios.llaves import Llave
from monitor.usuarios.models import Usuario
from monitor.validadores import que_se_puede_mostrar

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
    nombre = StrictTextField(max_length=255, trim=True, **OPCIONAL)
    email = StrictEmailField(max_length=254, validators=_CORREO, **OPCIONAL)


class CambioDeUsuarioSerializer(RegistroSerializer):
    """The fields that may be sent about a user who exists. The view takes what is empty or null for not sent."""

    username = StrictTextField(max_length=150, **OPCIONAL)
    password = StrictSecretField(max_length=1000, **OPCIONAL)
    rol = StrictTextField(**OPCIONAL)
    is_active = StrictBooleanField(required=False, allow_null=True)

    class Meta:
        ignored = ("id",)


class LlaveNuevaSerializer(StrictSerializer):
    """The choices for a new key. The verb checks the role, and that the key doesn't expire before it is used."""

    nombre = StrictTextField(max_length=Llave._meta.get_field("nombre").max_length, trim=True)
    rol = StrictTextField()
    vence = StrictDateTimeField(required=False, allow_null=True, validators=[que_se_puede_mostrar])


class LlaveSerializer(StrictModelSerializer):
    id = serializers.IntegerField(source="usuario_id", read_only=True)
    rol = serializers.ChoiceField(source="usuario.rol", choices=Rol.choices, read_only=True)

    class Meta:
        model = Llave
        fields = ("id", "nombre", "rol", "prefijo", "creada_en", "vence", "ultimo_uso", "revocada_en")


class LlaveCreadaSerializer(LlaveSerializer):
    """A key with its text, which only the answer that creates it has."""

    llave = serializers.CharField(read_only=True)

    class Meta(LlaveSerializer.Meta):
        fields = (*LlaveSerializer.Meta.fields, "llave")


class SinCamposSerializer(StrictSerializer):
    """A body without fields: absent or `{}`."""


SIN_CAMPOS = SinCamposSerializer()
CREDENCIALES = CredencialesSerializer()
REGISTRO = RegistroSerializer()
CAMBIO = CambioDeUsuarioSerializer()
LLAVE_NUEVA = LlaveNuevaSerializer()
LLAVE = Shape(LlaveSerializer(), DIRECT)
LLAVE_CREADA = Shape(LlaveCreadaSerializer(), DIRECT)
USUARIO = Shape(UsuarioSerializer(), DIRECT)
