"""The factories of what hangs from an expediente, each by its verb. With an `id`, the row is given that one."""

import factory
from django.db import transaction

from expedientes.checklist.models import Checklist
from expedientes.comentarios.models import Comentario
from expedientes.levantamientos.models import Levantamiento
from monitor.usuarios.tests.factories import UsuarioFactory


def con_id(fila, clave):
    """Give a row another id, and its parts too."""
    modelo = type(fila)
    copia = modelo.objects.filter(pk=fila.pk).values().get()
    with transaction.atomic():
        for relacion in modelo._meta.related_objects:
            parte = relacion.related_model.objects.filter(**{relacion.field.name: fila}).values().get()
            relacion.related_model.objects.all().delete()
        modelo.objects.filter(pk=fila.pk).delete()
        nueva = modelo.objects.create(**copia | {"id": clave})
        for relacion in modelo._meta.related_objects:
            relacion.related_model.objects.create(**parte | {"id": clave, relacion.field.attname: clave})
    return nueva


class AnexoFactory(factory.django.DjangoModelFactory):
    """A factory of annexes of the expediente with this `no_siniestro`, which must be there."""

    class Meta:
        abstract = True

    por = factory.SubFactory(UsuarioFactory)

    @classmethod
    def _create(cls, model_class, *args, **datos):
        clave = datos.pop("id", None)
        anexo = cls.hacer(**datos)
        return anexo if clave is None else con_id(anexo, clave)


class ComentarioFactory(AnexoFactory):
    class Meta:
        model = Comentario

    comentario = "Llegó la fascia"

    @staticmethod
    def hacer(**datos):
        return Comentario.objects.escribir(**datos)


class LevantamientoFactory(AnexoFactory):
    class Meta:
        model = Levantamiento

    concepto = "Fascia delantera"

    @staticmethod
    def hacer(no_siniestro, concepto, por, **datos):
        datos["conceptos"] = [{"concepto": concepto}]
        return Levantamiento.objects.crear(no_siniestro, datos, por=por)


class ChecklistFactory(AnexoFactory):
    class Meta:
        model = Checklist

    nombre_item = "Faros"

    @staticmethod
    def hacer(no_siniestro, nombre_item, por, **datos):
        datos["items"] = [{"sistema": "Luces", "nombre_item": nombre_item}]
        return Checklist.objects.crear(no_siniestro, datos, por=por)


ANEXOS = [ComentarioFactory, LevantamientoFactory, ChecklistFactory]
