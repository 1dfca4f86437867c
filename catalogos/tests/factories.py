import factory

from catalogos.models import Aseguradora, Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from monitor.cambios.registro import guardar


class CatalogoFactory(factory.django.DjangoModelFactory):
    """A factory that writes each row with its first change, as the verb does, which besides looks for a row that it
    would bring back. With `eliminada`, it then deletes the row."""

    class Meta:
        abstract = True

    eliminada = False

    @classmethod
    def _create(cls, model_class, *args, eliminada, **datos):
        fila = guardar(model_class(**datos), por=None)
        return model_class.objects.eliminar(fila.pk, por=None) if eliminada else fila


class AseguradoraFactory(CatalogoFactory):
    class Meta:
        model = Aseguradora

    nombre = factory.Sequence(lambda n: f"Seguros {n}")


class LugarFactory(CatalogoFactory):
    class Meta:
        model = Lugar

    codigo = factory.Sequence(lambda n: f"L-{n:03}")
    nombre = factory.Sequence(lambda n: f"Lugar {n:03}")


class DepartamentoFactory(CatalogoFactory):
    class Meta:
        model = Departamento

    codigo = factory.Sequence(lambda n: f"D-{n:03}")
    nombre = factory.Sequence(lambda n: f"Departamento {n:03}")


class TipoPrioridadSolicitudFactory(CatalogoFactory):
    class Meta:
        model = TipoPrioridadSolicitud

    nombre = factory.Sequence(lambda n: f"Prioridad {n:03}")


class TipoServicioSolicitudFactory(CatalogoFactory):
    class Meta:
        model = TipoServicioSolicitud

    nombre = factory.Sequence(lambda n: f"Servicio {n:03}")


FABRICAS = {
    fabrica._meta.model: fabrica
    for fabrica in (
        AseguradoraFactory,
        LugarFactory,
        DepartamentoFactory,
        TipoPrioridadSolicitudFactory,
        TipoServicioSolicitudFactory,
    )
}
