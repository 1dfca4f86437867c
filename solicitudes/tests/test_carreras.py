"""Races of real threads against the real server, or of transactions."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import OperationalError, transaction
from post_office.models import Email

from catalogos.models import Lugar
from monitor.api.tests.cliente import Paciente
from monitor.tests.conexiones import en_otra_conexion
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes import referencias
from solicitudes.models import HistoricoEstado, LugarSolicitud, Solicitud
from solicitudes.tests.factories import SolicitudFactory

pytestmark = pytest.mark.postgresql


def a_la_vez(llamadas):
    """Make all the calls at once, and return their results in the order of the calls."""
    with ThreadPoolExecutor(len(llamadas)) as hilos:
        return [futuro.result() for futuro in [hilos.submit(llamada) for llamada in llamadas]]


def test_cincuenta_creaciones_dan_cincuenta_codigos(servidor, mundo, cuerpo):
    juan = Paciente(servidor, mundo["solicitante"])

    respuestas = a_la_vez([lambda: juan.pedir("POST", "/solicitud", cuerpo)] * 50)

    assert [respuesta.status for respuesta in respuestas] == [201] * 50
    datos = [respuesta.json()["data"] for respuesta in respuestas]
    assert len({dato["CodigoSolicitud"] for dato in datos}) == 50
    assert all(dato["CodigoSolicitud"].endswith(f"{dato['Id']:08d}") for dato in datos)
    assert [m.objects.count() for m in (Solicitud, LugarSolicitud, HistoricoEstado, Email)] == [50, 100, 50, 100]


def test_veinte_decisiones_a_la_vez_tienen_un_ganador(servidor):
    solicitud = SolicitudFactory()
    Email.objects.all().delete()
    aprobador = Paciente(servidor, Solicitud.objects.get().aprobador)
    ruta = f"/solicitud/{solicitud.pk}"

    respuestas = a_la_vez(
        [
            lambda accion=accion: aprobador.pedir("POST", f"{ruta}/{accion}", {"motivo": "Decidido"})
            for accion in ["aprobar", "rechazar"] * 10
        ]
    )

    assert sorted(respuesta.status for respuesta in respuestas) == [200] + [409] * 19
    ganadora = next(r.json()["data"]["IdEstadoActual"] for r in respuestas if r.status == 200)
    assert Solicitud.objects.get().estado_id == ganadora
    assert list(HistoricoEstado.objects.values_list("estado_id", flat=True)) == [1, ganadora]
    assert Email.objects.count() == 1


def test_lugar_no_se_elimina_mientras_alguien_empieza_a_usarlo(servidor, mundo, cuerpo):
    """Whichever comes first, the place is either deleted and in no solicitud, or used and not deleted."""
    jefe = Paciente(servidor, mundo["solicitante"])
    for _ in range(10):
        lugar = Lugar.objects.crear({"nombre": "Lugar disputado"}, por=None)
        cuerpo["lugares"] = [{"idLugar": lugar.pk, "orden": 0}]
        creacion, borrado = a_la_vez(
            [
                lambda: jefe.pedir("POST", "/solicitud", cuerpo),
                lambda ruta=f"/lugar/{lugar.pk}": jefe.pedir("DELETE", ruta),
            ]
        )

        assert (creacion.status, borrado.status) in {(201, 409), (400, 200)}
        assert Lugar.objects.get(pk=lugar.pk).eliminado == (borrado.status == 200)
        LugarSolicitud.objects.all().delete()
        Lugar.objects.filter(pk=lugar.pk).update(nombre=f"Ya disputado {lugar.pk}")


def test_quien_la_pasa_a_otra_persona_no_la_decide_a_la_vez(servidor, mundo):
    jefa, jefe = UsuarioFactory(administrador=True), mundo["solicitante"]
    for _ in range(10):
        ruta = f"/solicitud/{SolicitudFactory(solicitante=jefa).pk}"
        cesion, decision = a_la_vez(
            [
                lambda ruta=ruta: Paciente(servidor, jefe).pedir("PUT", ruta, {"idUsuarioSolicitante": jefe.pk}),
                lambda ruta=ruta: Paciente(servidor, jefa).pedir("POST", f"{ruta}/aprobar"),
            ]
        )

        assert (cesion.status, decision.status) == (200, 403)


def test_lo_que_una_solicitud_refiere_no_se_elimina_mientras_se_crea(transactional_db, mundo):
    menciones = [
        referencias.Mencion("idDepartamentoSolicitante", referencias.DEPARTAMENTO, mundo["departamento"].pk),
        referencias.Mencion("lugares[0].idLugar", referencias.LUGAR, mundo["sede"].pk),
    ]

    with transaction.atomic():
        referencias.tomar(menciones)
        for fila in (mundo["departamento"], mundo["sede"]):
            eliminar = partial(type(fila).objects.eliminar, fila.pk, por=None)
            with pytest.raises(OperationalError, match="lock timeout"):
                en_otra_conexion(eliminar)


def test_dos_que_cambian_campos_distintos_no_se_deshacen(servidor, mundo, cuerpo):
    juan = Paciente(servidor, mundo["solicitante"])
    pk = juan.pedir("POST", "/solicitud", cuerpo).json()["data"]["Id"]
    cambios = [{"cantidadPasajeros": 9}, {"asunto": "Otro asunto"}, {"observaciones": "Otra"}, {"descripcion": "Otra"}]

    respuestas = a_la_vez([lambda c=c: juan.pedir("PUT", f"/solicitud/{pk}", c) for c in cambios])

    assert [respuesta.status for respuesta in respuestas] == [200] * 4
    datos = juan.pedir("GET", f"/solicitud/{pk}").json()["data"]
    claves = ("CantidadPasajeros", "Asunto", "Observaciones", "Descripcion")
    assert [datos[clave] for clave in claves] == [9, "Otro asunto", "Otra", "Otra"]


def test_dos_listas_de_lugares_a_la_vez_dejan_una_entera(servidor, mundo, cuerpo):
    juan = Paciente(servidor, mundo["solicitante"])
    pk = juan.pedir("POST", "/solicitud", cuerpo).json()["data"]["Id"]
    listas = [
        [{"idLugar": mundo[lugar].pk, "orden": i} for i in range(cuantos)]
        for lugar, cuantos in (("sede", 3), ("norte", 5))
    ]

    respuestas = a_la_vez([lambda x=x: juan.pedir("PUT", f"/solicitud/{pk}", {"lugares": x}) for x in listas * 3])

    assert [respuesta.status for respuesta in respuestas] == [200] * 6
    quedaron = list(LugarSolicitud.objects.order_by("orden").values_list("lugar_id", "orden"))
    assert quedaron in [[(lugar["idLugar"], lugar["orden"]) for lugar in lista] for lista in listas]
