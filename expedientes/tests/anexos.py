"""The factories of what hangs from an expediente, each by its verb. With an `id`, the row is given that one."""

import factory

from expedientes.comentarios.models import Comentario
from monitor.usuarios.tests.factories import UsuarioFactory


class AnexoFactory(factory.django.DjangoModelFactory):
    """A factory of annexes of the expediente with this `no_siniestro`, which must be there."""

    class Meta:
        abstract = True

    por = factory.SubFactory(UsuarioFactory)

    @classmethod
    def _create(cls, model_class, *args, **datos):
        clave = datos.pop("id", None)
        anexo = cls.hacer(**datos)
        if clave is None:
            return anexo
        model_class.objects.filter(pk=anexo.pk).update(id=clave)
        return model_class.objects.get(pk=clave)


class ComentarioFactory(AnexoFactory):
    class Meta:
        model = Comentario

    comentario = "Llegó la fascia"

    @staticmethod
    def hacer(**datos):
        return Comentario.objects.escribir(**datos)


ANEXOS = [ComentarioFactory]
