"""The rules that the verbs hold by themselves, whoever calls them."""

import pytest

from monitor.errores import DatosInvalidos, SinPermiso
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import LugarSolicitud, Solicitud
from solicitudes.tests.factories import SolicitudFactory, parada


def test_actualizar_sin_campos_se_rechaza_en_el_verbo(solicitud):
    """The API's serializer refuses it before the verb does, but other callers of the verb have only the verb."""
    with pytest.raises(DatosInvalidos, match="No se proporcionaron campos para actualizar"):
        Solicitud.objects.actualizar(solicitud.pk, {}, por=solicitud.solicitante)

    assert Solicitud.objects.get().actualizado_en == solicitud.actualizado_en


def test_actualizar_los_lugares_deja_los_de_las_demas(solicitud):
    otra = SolicitudFactory()

    Solicitud.objects.actualizar(solicitud.pk, {"lugares": [parada(0)]}, por=solicitud.solicitante)

    de_quien = LugarSolicitud.objects.order_by("pk").values_list("solicitud", flat=True)
    assert list(de_quien) == [otra.pk, otra.pk, solicitud.pk]


def test_quien_la_pidio_no_la_decide_aunque_despues_la_pidieran_otros_dos(solicitud):
    primero, administrador = solicitud.solicitante, UsuarioFactory(administrador=True)
    for otro in UsuarioFactory.create_batch(2):
        Solicitud.objects.actualizar(solicitud.pk, {"solicitante_id": otro.pk}, por=administrador)
    Solicitud.objects.actualizar(solicitud.pk, {"aprobador_id": primero.pk}, por=administrador)

    with pytest.raises(SinPermiso, match="que usted pidió"):
        Solicitud.objects.aprobar(solicitud.pk, por=primero)
