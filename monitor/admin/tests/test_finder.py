"""The search of the whole admin: what each finds of what they may see."""

import re

import pytest
from playwright.sync_api import expect

from catalogos.models import Lugar
from catalogos.tests.factories import LugarFactory
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.admin.finder import LARGA, NADA_QUE_BUSCAR
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory

pytestmark = pytest.mark.django_db

BUSCAR = "/admin/buscar/"


@pytest.fixture
def jefa(client):
    usuario = UsuarioFactory(administrador=True, nombre="María González")
    client.force_login(usuario)
    return usuario


def hallados(client, texto):
    """Return what the page shows, by kind: the names of the rows."""
    return {
        h.nombre: [str(fila.fila) for fila in h.filas] for h in client.get(BUSCAR, {"q": texto}).context["hallados"]
    }


@pytest.mark.parametrize(
    "texto",
    [
        "sin-7",
        "abc1234",
        "ABC 12 34",
        "angela",
        "muñoz ángela",
        "5512345678",
        "34 56",
        "OT-7",
        "F-1",
        "versa",
        "3n1ab7ap0ky000001",
        "golpe TRASERO",
        "luisa peña",
    ],
)
def test_un_expediente_por_lo_que_se_sepa_de_el(client, jefa, texto):
    ExpedienteFactory(completo=True, no_siniestro="SIN-7", telefono_cliente="55 1234 5678")
    ExpedienteFactory(no_siniestro="OTRO", nombre_cliente="Beatriz", placas="XYZ-9", telefono_cliente="33 9999 0000")

    assert hallados(client, texto) == {"Expedientes": ["SIN-7"]}


def test_de_todo_un_poco_y_en_el_orden_en_que_se_usa(client, jefa):
    ExpedienteFactory(no_siniestro="NORTE-1")
    Expediente.objects.archivar(ExpedienteFactory(no_siniestro="NORTE-2").pk, por=jefa)
    solicitud = SolicitudFactory(asunto="Viaje al norte del estado")
    LugarFactory(nombre="Sede Norte")
    Lugar.objects.eliminar(LugarFactory(nombre="Norte viejo").pk, por=None)

    assert hallados(client, "norte") == {
        "Expedientes": ["NORTE-1"],
        "Expedientes archivados": ["NORTE-2"],
        "Solicitudes": [str(solicitud)],
        "Lugares": ["Sede Norte"],
    }


@pytest.mark.parametrize("clave", ["SIN/2024/9", "X_2F", "100%", "a?b=c#d"])
def test_lo_hallado_lleva_a_su_pagina(client, jefa, clave):
    """Also when its key has what the admin writes otherwise in an address."""
    ExpedienteFactory(no_siniestro=clave, nombre_cliente="Ángela")
    ((hallado,),) = [h.filas for h in client.get(BUSCAR, {"q": "angela"}).context["hallados"]]

    assert client.get(hallado.ruta).context["original"].pk == clave


def test_pocos_de_cada_uno_y_el_camino_a_los_demas(client, jefa):
    for n in range(8):
        ExpedienteFactory(no_siniestro=f"SIN-{n}", marca="Nissan & Cía")

    response = client.get(BUSCAR, {"q": "nissan &"})

    [hallado] = response.context["hallados"]
    assert len(hallado.filas) == 5
    assert hallado.todas == "/admin/expedientes/expediente/?q=nissan+%26"
    assert client.get(hallado.todas).context["cl"].result_count == 8


def test_cada_quien_lo_que_puede_ver(client, jefa):
    Expediente.objects.archivar(ExpedienteFactory(no_siniestro="NORTE-2").pk, por=jefa)
    SolicitudFactory(asunto="Viaje al norte del estado")
    tecnico = UsuarioFactory(tecnico=True)
    propia = SolicitudFactory(asunto="Otro viaje al norte", solicitante=tecnico)
    client.force_login(tecnico)

    assert hallados(client, "norte") == {"Solicitudes": [str(propia)]}


@pytest.mark.parametrize(
    ("texto", "frase"), [("´ ¨", NADA_QUE_BUSCAR), ("\0\1", NADA_QUE_BUSCAR), ("a " * 21, LARGA), ("a" * 251, LARGA)]
)
def test_lo_que_no_se_puede_buscar_se_dice(client, jefa, texto, frase):
    response = client.get(BUSCAR, {"q": texto})

    assert (response.status_code, response.context["hallados"]) == (200, [])
    assert frase in response.content.decode()


def test_nada_con_eso_dice_que_hacer(client, jefa):
    assert "Pruebe con menos letras" in client.get(BUSCAR, {"q": "<b>nada</b>"}).content.decode()
    assert "<b>nada" not in client.get(BUSCAR, {"q": "<b>nada</b>"}).content.decode()
    assert "Escriba arriba" in client.get(BUSCAR).content.decode()


def test_quien_no_ha_entrado_va_a_entrar(client):
    assert client.get(BUSCAR).status_code == 302
    assert b"buscar-todo" not in client.get("/admin/login/").content


@pytest.mark.parametrize("cuantos", [1, 3])
def test_las_sentencias_no_crecen_con_lo_hallado(client, jefa, cuantos, django_assert_num_queries):
    for n in range(cuantos):
        ExpedienteFactory(no_siniestro=f"NORTE-{n}", completo=True)
        Expediente.objects.archivar(ExpedienteFactory(no_siniestro=f"NORTE-A{n}").pk, por=jefa)
        SolicitudFactory(asunto="Viaje al norte del estado")
        LugarFactory(nombre=f"Norte {n}")
    client.get(BUSCAR, {"q": "norte"})

    # The session, the user, and one for each kind.
    with django_assert_num_queries(6):
        client.get(BUSCAR, {"q": "norte"})


@pytest.mark.una_vez
def test_con_la_tecla_se_busca_y_al_lado_se_restaura(mano, servidor):
    jefa = UsuarioFactory(administrador=True)
    Expediente.objects.archivar(ExpedienteFactory(no_siniestro="SIN-1", color="azul").pk, por=jefa)
    mano.entrar(jefa, servidor)

    mano.teclas("/")
    mano.pagina.keyboard.type("sin-1")
    mano.teclas("Enter")
    mano.clic(mano.pagina.get_by_role("button", name="Restaurar"))

    expect(mano.pagina.locator("#id_color")).to_have_value("azul")
    assert mano.clics == 1


@pytest.mark.una_vez
def test_la_tecla_es_una_letra_donde_se_escribe(mano, servidor):
    ExpedienteFactory(no_siniestro="SIN-1")
    mano.entrar(UsuarioFactory(), servidor, "/admin/expedientes/expediente/SIN-1/change/")

    mano.escribir(mano.pagina.locator("#id_marca"), "A/B")

    expect(mano.pagina.locator("#id_marca")).to_have_value("A/B")
    expect(mano.pagina.locator("#buscar-en-todo")).to_have_value(re.compile("^$"))
