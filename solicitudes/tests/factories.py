from datetime import time, timedelta

import factory
from django.utils import timezone

from catalogos.tests.factories import (
    DepartamentoFactory,
    LugarFactory,
    TipoPrioridadSolicitudFactory,
    TipoServicioSolicitudFactory,
)
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud


def manana():
    return timezone.localdate() + timedelta(days=1)


def parada(orden, lugar=None, **datos):
    """Return a place as the verb takes it."""
    vacia = {"es_origen": False, "descripcion": None, "hora_llegada": None}
    vacia |= {"requiere_retorno": False, "hora_retorno": None}
    return {"lugar_id": (lugar or LugarFactory()).pk, "orden": orden} | vacia | datos


class SolicitudFactory(factory.django.DjangoModelFactory):
    """A factory that makes each solicitud with the verb, in the requester's name. It has an origin and a destination,
    and waits for approval.

    Its mails and the first row of its history are there too.
    """

    class Meta:
        model = Solicitud

    solicitante = factory.SubFactory(UsuarioFactory, email=factory.Sequence(lambda n: f"pide{n}@example.org"))
    aprobador = factory.SubFactory(UsuarioFactory, email=factory.Sequence(lambda n: f"aprueba{n}@example.org"))
    departamento = factory.SubFactory(DepartamentoFactory)
    prioridad = factory.SubFactory(TipoPrioridadSolicitudFactory)
    servicio = factory.SubFactory(TipoServicioSolicitudFactory)
    asunto = factory.Sequence(lambda n: f"Traslado {n:03}")
    cantidad_pasajeros = 3
    fecha_servicio = factory.LazyFunction(manana)
    hora_servicio = time(8)
    lugares = factory.LazyFunction(lambda: [parada(0, es_origen=True), parada(1)])

    @classmethod
    def _create(cls, model_class, *args, **datos):
        referidas = {n: datos.pop(n) for n in ("solicitante", "aprobador", "departamento", "prioridad", "servicio")}
        claves = {f"{nombre}_id": fila.pk for nombre, fila in referidas.items()}
        return Solicitud.objects.crear(claves | datos, por=referidas["solicitante"])
