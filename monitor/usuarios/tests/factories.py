from functools import cache

import factory
from django.contrib.auth.hashers import make_password

from monitor.roles import Rol
from monitor.usuarios.models import Usuario

CLAVE = "mesa-redonda-58"


@cache
def hash_de(password):
    """Return the hash of a password. Argon2 is slow on purpose, so each password is hashed once for all tests."""
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
