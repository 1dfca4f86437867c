"""The states of solicitudes, which are a catalogue that is only read, and the table that mirrors them."""

import pytest
from django.core.management import call_command

from catalogos.tests.test_views import error
from monitor.api.tests.cliente import respuesta
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.estados import COLORES, Estado
from solicitudes.models import EstadoSolicitud

LISTA = "/admin/solicitudes/estadosolicitud/"


def test_estados_son_los_del_contrato(tecnico):
    filas = tecnico.get("/estado-solicitud/todos/lista").json()["data"]

    assert [tuple(fila.values())[:7] for fila in filas] == [
        (1, "PENDIENTE_APROBACION", "Pendiente de Aprobación", "#FFA500", 1, False, False),
        (2, "APROBADA", "Aprobada", "#00FF00", 2, False, False),
        (3, "RECHAZADA", "Rechazada", "#FF0000", 3, True, False),
        (4, "CANCELADA", "Cancelada", "#808080", 4, True, False),
        (5, "COMPLETADA", "Completada", "#0000FF", 5, True, False),
        (6, "EN_PROCESO", "En Proceso", "#1E90FF", 6, False, False),
    ]
    assert list(filas[0])[:7] == ["Id", "Codigo", "Nombre", "Color", "Orden", "EsEstadoFinal", "Eliminado"]
    assert list(filas[0])[7:] == ["FechaHoraCreacion", "FechaHoraActualizacion"]


def test_estados_se_leen_por_pagina_y_por_id(tecnico):
    pagina = tecnico.get("/estado-solicitud/?por_pagina=2&pagina=2").json()["data"]
    uno = tecnico.get("/estado-solicitud/6").json()

    assert (pagina["total"], [fila["Id"] for fila in pagina["registros"]]) == (6, [3, 4])
    assert (uno["message"], uno["data"]["Codigo"]) == ("Estado de solicitud obtenido exitosamente", "EN_PROCESO")


@pytest.mark.parametrize(
    ("metodo", "ruta"),
    [("POST", "/estado-solicitud"), ("PUT", "/estado-solicitud/1"), ("DELETE", "/estado-solicitud/1")],
)
def test_estados_no_se_escriben(metodo, ruta, administrador):
    response = administrador.pedir(metodo, ruta, {})

    assert respuesta(response) == (405, error(f"El método {metodo} no está permitido aquí"))
    assert EstadoSolicitud.objects.count() == len(Estado)


@pytest.mark.django_db
def test_los_estados_vuelven_a_los_del_codigo_con_migrate():
    EstadoSolicitud.objects.filter(pk=Estado.APROBADA).update(color="#123456", nombre="Otro")
    EstadoSolicitud.objects.filter(pk=Estado.CANCELADA).delete()
    call_command("migrate", verbosity=0)

    assert list(EstadoSolicitud.objects.values_list("pk", "codigo", "nombre", "color")) == [
        (estado.value, estado.name, estado.label, COLORES[estado]) for estado in Estado
    ]


@pytest.mark.parametrize("rol", ["administrador", "operador", "tecnico"])
def test_en_el_admin_se_leen_y_nadie_los_escribe(rol, client, db):
    client.force_login(UsuarioFactory(**{rol: True} if rol != "operador" else {}))
    pagina = f"{LISTA}{Estado.APROBADA.value}/change/"

    assert [client.get(ruta).status_code for ruta in (LISTA, pagina, f"{LISTA}add/")] == [200, 200, 403]
    assert client.post(pagina, {}).status_code == 403
