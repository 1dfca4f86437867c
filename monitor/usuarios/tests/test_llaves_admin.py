"""The admin's pages of keys: one is shown once, listed without its text, and revoked after a confirmation."""

import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.tests.formularios import campos_de, enviar, frases
from monitor.usuarios.llaves import YA_PASO
from monitor.usuarios.models import Llave, Usuario
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory

pytestmark = pytest.mark.django_db

LISTA = "/admin/usuarios/llave/"
AGREGAR = f"{LISTA}add/"
TEXTO = re.compile("mon_[A-Za-z0-9]{40}")


def pagina_de(llave, vista="change"):
    return f"{LISTA}{llave.pk}/{vista}/"


@pytest.fixture
def administrador(client):
    usuario = UsuarioFactory(administrador=True, username="juan.perez")
    client.force_login(usuario)
    return usuario


def revocar(client, *llaves, **confirmada):
    claves = [llave.pk for llave in llaves]
    return client.post(LISTA, {"action": "delete_selected", "_selected_action": claves} | confirmada, follow=True)


def revocadas():
    return [llave.nombre for llave in Llave.objects.exclude(revocada_en=None).order_by("nombre")]


@pytest.mark.parametrize("trait", [{}, {"tecnico": True}])
def test_solo_un_administrador_ve_y_hace_llaves(client, trait):
    llave = LlaveFactory()
    client.force_login(UsuarioFactory(**trait))
    antes = list(Llave.objects.values())

    urls = [LISTA, AGREGAR, pagina_de(llave), pagina_de(llave, "delete"), pagina_de(llave, "history")]
    respuestas = [client.get(url).status_code for url in urls]
    respuestas += [client.post(url, {"nombre": "X", "rol": "Operador", "post": "yes"}).status_code for url in urls[:4]]

    assert respuestas == [403] * 9
    assert list(Llave.objects.values()) == antes


def test_crear_muestra_la_llave_una_vez_y_no_la_guarda_en_ninguna_parte(client, administrador):
    response = enviar(client, AGREGAR, nombre="AXA", rol="Tecnico", vence_0="01/01/2999", vence_1="00:00")

    (texto,) = TEXTO.findall(response.content.decode())
    llave = Llave.objects.get()
    assert (llave.nombre, llave.usuario.rol, llave.usuario.nombre) == ("AXA", "Tecnico", "Llave: AXA")
    assert (llave.creada_por, llave.vence.year) == (administrador, 2999)
    assert "no-store" in response.headers["Cache-Control"]
    assert Api().get("/api/expedientes", Authorization=f"Bearer {texto}").status_code == 200

    despues = [client.get(url).content.decode() for url in (LISTA, pagina_de(llave), pagina_de(llave, "history"))]
    guardado = [
        *despues,
        *(repr(s.get_decoded()) for s in Session.objects.all()),
        repr(list(LogEntry.objects.values())),
    ]
    assert [texto[8:] in uno for uno in guardado] == [False] * len(guardado)
    assert texto[8:] not in repr(client.cookies)
    assert all(f"{llave.prefijo}…" in uno for uno in despues[:2])


@pytest.mark.parametrize(
    ("cambios", "esperadas"),
    [
        ({"nombre": ""}, ["nombre: Este campo es requerido."]),
        ({"rol": "Jefe"}, ["rol: Seleccione una opción válida. Jefe no es una de las opciones disponibles."]),
        ({"vence_0": "01/01/2020", "vence_1": "00:00"}, [f"vence: {YA_PASO}"]),
        ({"vence_0": "31/12/9999", "vence_1": "23:59"}, ["vence: está demasiado lejos; use un año entre 2 y 9998"]),
    ],
)
def test_crear_dice_que_regla_se_rompio(client, administrador, cambios, esperadas):
    response = enviar(client, AGREGAR, **{"nombre": "AXA", "rol": "Operador"} | cambios)

    assert frases(response) == esperadas
    assert (Llave.objects.count(), Usuario.objects.count()) == (0, 1)


@pytest.mark.parametrize("cuantas", [1, 3])
def test_lista_hace_cuatro_consultas(client, administrador, cuantas, django_assert_num_queries):
    LlaveFactory.create_batch(cuantas)
    client.get(LISTA)

    with django_assert_num_queries(4):  # the session, the user, the count for the pages, and the page
        client.get(LISTA)


def test_la_pagina_de_una_llave_no_la_cambia(client, administrador):
    llave = LlaveFactory(nombre="AXA")
    antes = Llave.objects.values().get()

    response = client.get(pagina_de(llave))

    assert response.status_code == 200
    assert client.post(pagina_de(llave), {"nombre": "Otra", "rol": "Administrador"}).status_code == 403
    assert Llave.objects.values().get() == antes


def test_revocar_pide_confirmacion(client, administrador):
    llave = LlaveFactory(nombre="AXA <b>")

    aviso = client.get(pagina_de(llave, "delete")).content.decode()
    varias = revocar(client, llave).content.decode()
    assert ("AXA &lt;b&gt;" in aviso, "AXA &lt;b&gt;" in varias, revocadas()) == (True, True, [])

    response = client.post(pagina_de(llave, "delete"), {"post": "yes"}, follow=True)

    assert (frases(response), revocadas()) == (["Se revocó: AXA <b>."], ["AXA <b>"])
    assert Api(llave).get("/api/expedientes").status_code == 401
    assert Llave.objects.get().revocada_por == administrador
    assert list(LogEntry.objects.values_list("action_flag", "object_id")) == [(CHANGE, str(llave.pk))]
    assert client.get(pagina_de(llave, "delete")).status_code == 403


def test_revocar_varias(client, administrador):
    axa, hdi, otra = (LlaveFactory(nombre=nombre) for nombre in ("AXA", "HDI", "Otra"))

    response = revocar(client, axa, hdi, post="yes")

    assert (frases(response), revocadas()) == (["Se revocaron: 2 llaves."], ["AXA", "HDI"])
    assert Api(otra).get("/api/expedientes").status_code == 200
    assert LogEntry.objects.count() == 2


def test_se_busca_por_su_nombre_y_su_comienzo(client, administrador):
    axa, _ = LlaveFactory(nombre="Grúas AXA"), LlaveFactory(nombre="HDI")

    def con(q):
        return [llave.nombre for llave in client.get(LISTA, {"q": q}).context["cl"].result_list]

    assert con("gruas") == con(axa.prefijo) == ["Grúas AXA"]


def test_no_esta_entre_los_usuarios_ni_se_ofrece_en_ningun_formulario(client, administrador):
    llave = LlaveFactory()
    ajena = f"/admin/usuarios/usuario/{llave.pk}"

    lista = client.get("/admin/usuarios/usuario/").context["cl"].result_list
    assert llave.pk not in [usuario.pk for usuario in lista]
    assert [client.get(f"{ajena}/{vista}/").status_code for vista in ("change", "delete")] == [404, 404]
    for pagina in ("solicitudes/solicitud", "catalogos/departamento"):
        assert "Llave: AXA" not in client.get(f"/admin/{pagina}/add/").content.decode()


def test_su_nombre_se_ve_en_el_historial_de_un_expediente(client, administrador):
    expediente = ExpedienteFactory(por=LlaveFactory().usuario)

    assert "Llave: AXA" in client.get(f"/admin/expedientes/expediente/{expediente.pk}/change/").content.decode()


def test_los_botones_dicen_lo_que_hacen(client, administrador):
    llave = LlaveFactory()

    agregar, ver = (client.get(url).content.decode() for url in (AGREGAR, pagina_de(llave)))

    assert ("Crear la llave" in agregar, "Revocar" in ver, "Eliminar" in ver) == (True, True, False)
    assert campos_de(client.get(AGREGAR)).keys() >= {"nombre", "rol", "vence_0", "vence_1"}
