"""The writes that the database refuses, whoever writes. There is one test for each constraint, by its name."""

import pytest
from django.db import IntegrityError, connection

from monitor.db.triggers import door
from solicitudes.models import LugarSolicitud, Solicitud


@pytest.mark.parametrize(
    ("restriccion", "modelo", "valores"),
    [
        ("solicitud_partes_distintas", Solicitud, {"aprobador_id": "solicitante_id"}),
        ("solicitud_asunto_con_largo", Solicitud, {"asunto": "abcd"}),
        ("solicitud_pasajeros_validos", Solicitud, {"cantidad_pasajeros": -1}),
        ("lugar_solicitud_orden_unico", LugarSolicitud, {"orden": 1}),
        ("lugar_solicitud_un_origen", LugarSolicitud, {"es_origen": True}),
        ("lugar_solicitud_orden_desde_0", LugarSolicitud, {"orden": -1}),
        ("lugar_solicitud_origen_sin_retorno", LugarSolicitud, {"es_origen": True, "requiere_retorno": True}),
        ("lugar_solicitud_retorno_con_hora", LugarSolicitud, {"requiere_retorno": True}),
        ("lugar_solicitud_hora_solo_con_retorno", LugarSolicitud, {"hora_retorno": "12:00"}),
    ],
)
def test_restriccion(solicitud, restriccion, modelo, valores):
    filas = modelo.objects.all()
    if restriccion in ("lugar_solicitud_orden_desde_0", "lugar_solicitud_retorno_con_hora"):
        filas = filas.filter(es_origen=False)
    if restriccion == "lugar_solicitud_origen_sin_retorno":
        valores = valores | {"hora_retorno": "12:00"}
        filas = filas.filter(es_origen=True)
    if restriccion == "solicitud_partes_distintas":
        valores = {"aprobador_id": solicitud.solicitante_id}

    with pytest.raises(IntegrityError) as error:
        filas.update(**valores)

    columnas = {
        "lugar_solicitud_orden_unico": "lugar_solicitud.id_solicitud, lugar_solicitud.orden",
        "lugar_solicitud_un_origen": "lugar_solicitud.id_solicitud",
    }
    nombre = restriccion if connection.vendor == "postgresql" else columnas.get(restriccion, restriccion)
    assert nombre in str(error.value)


def test_cada_restriccion_tiene_su_frase():
    restricciones = [*Solicitud._meta.constraints, *LugarSolicitud._meta.constraints]

    assert [r.name for r in restricciones if r.violation_error_message == r.default_violation_error_message] == []


def test_codigo_lo_hace_la_base_y_crece_con_el_id(solicitud):
    Solicitud.objects.filter(pk=solicitud.pk).update(periodo="2031-12")
    assert Solicitud.objects.get().codigo == f"SOL-2031-12-{solicitud.pk:08d}"


def test_codigo_de_nueve_digitos_no_se_corta(solicitud):
    largo = 123_456_789
    LugarSolicitud.objects.all().delete()
    with door(None):
        solicitud.historico.all().delete()
    Solicitud.objects.filter(pk=solicitud.pk).update(id=largo)

    assert Solicitud.objects.get().codigo.endswith("-123456789")
