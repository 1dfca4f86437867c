from datetime import timedelta
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from monitor import secretos
from monitor.roles import Rol
from monitor.usuarios.llaves import Llave
from monitor.usuarios.models import Usuario

CLAVE = "mesa-redonda-58"


@cache
def hash_de(password):
    """Return the hash of a password, which is made once for all tests."""
    return make_password(password)


class UsuarioFactory(factory.django.DjangoModelFactory):
    """An active Operador whose password is CLAVE."""

    class Meta:
        model = Usuario

    username = factory.Sequence(lambda n: f"persona{n}")
    nombre = factory.Sequence(lambda n: f"Persona {n}")
    rol = Rol.OPERADOR
    password = factory.LazyFunction(lambda: hash_de(CLAVE))

    class Params:
        administrador = factory.Trait(rol=Rol.ADMINISTRADOR)
        tecnico = factory.Trait(rol=Rol.TECNICO)
        inactivo = factory.Trait(is_active=False)


class LlaveFactory(factory.django.DjangoModelFactory):
    """A key of an Operador that never expires, with its text in `llave`."""

    class Meta:
        model = Llave

    nombre = "AXA"
    llave = factory.LazyFunction(secretos.nueva_llave)
    usuario = factory.SubFactory(UsuarioFactory, nombre="Llave: AXA", password="!", es_llave=True)
    creada_por = factory.SubFactory(UsuarioFactory, administrador=True)

    class Params:
        administrador = factory.Trait(usuario__administrador=True)
        tecnico = factory.Trait(usuario__tecnico=True)
        vencida = factory.Trait(vence=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1)))
        revocada = factory.Trait(
            revocada_en=factory.LazyFunction(timezone.now), usuario__is_active=False, usuario__version_token=1
        )

    @classmethod
    def _create(cls, model_class, *args, llave, **kwargs):
        columnas = {"prefijo": llave[: secretos.VISIBLES], "huella": secretos.huella(llave)}
        creada = super()._create(model_class, *args, **columnas | kwargs)
        creada.llave = llave
        return creada
