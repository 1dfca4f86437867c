"""Texts that nobody can see, or that look alike, and names in order, through the API and the admin."""

import pytest

from catalogos.models import Aseguradora
from catalogos.tests.factories import AseguradoraFactory, DepartamentoFactory, LugarFactory
from expedientes.models import OBLIGATORIO, Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.admin.finder import NADA_QUE_BUSCAR
from monitor.api.tests.cliente import respuesta
from monitor.usuarios.tests.factories import UsuarioFactory

INVISIBLES = "\ufe0f\u034f\u17b4\u2065\U000e0100"


@pytest.mark.parametrize("clave", ["\u200b", "\u2800", "\u115f", "\u1160", "\u3164", "\uffa0", " \u00ad ", *INVISIBLES])
def test_una_llave_que_no_se_ve_es_ninguna(operador, clave):
    recibida = respuesta(operador.post("/api/expedientes", {"no_siniestro": clave}))

    assert recibida == (400, {"error": OBLIGATORIO})


def test_compuesta_y_descompuesta_son_la_misma_llave(operador):
    assert operador.post("/api/expedientes", {"no_siniestro": "N\u0303-1"}).json()["no_siniestro"] == "Ñ-1"
    assert operador.post("/api/expedientes", {"no_siniestro": "Ñ-1"}).status_code == 409
    assert operador.put("/api/expedientes/N\u0303-1", {"no_siniestro": "N\u0303-1"}).status_code == 200


@pytest.mark.parametrize(
    ("campo", "valor"),
    [("no_siniestro", "SIN\u200b-1"), ("correo_cliente", "a\u200bna@example.org")]
    + [("no_siniestro", f"SIN-1{invisible}") for invisible in f"{INVISIBLES}\u3164\u2800"],
)
def test_no_se_admiten_caracteres_de_formato(operador, campo, valor):
    estado, cuerpo = respuesta(operador.post("/api/expedientes", {"no_siniestro": "SIN-1"} | {campo: valor}))

    assert (estado, list(cuerpo["campos"])) == (400, [campo])
    assert not Expediente.objects.exists()


@pytest.mark.parametrize("clave", ["archivados", "X/no_siniestro", "TALLER-2026-000001"])
def test_llaves_reservadas(operador, clave):
    assert operador.post("/api/expedientes", {"no_siniestro": clave}).status_code == 400


def test_una_llave_que_dio_el_sistema_se_puede_enviar_de_vuelta(operador):
    ExpedienteFactory(no_siniestro="TALLER-2026-000001")

    ruta = "/api/expedientes/TALLER-2026-000001"
    assert operador.put(ruta, {"no_siniestro": "TALLER-2026-000001"}).status_code == 200


def test_la_ene_con_tilde_va_tras_la_n(db):
    for nombre in ("Ñandú", "Oso", "Nube", "nz"):
        AseguradoraFactory(nombre=nombre)

    nombres = list(Aseguradora.objects.values_list("nombre", flat=True))
    assert [n for n in nombres if n in ("Ñandú", "Oso", "Nube", "nz")] == ["Nube", "nz", "Ñandú", "Oso"]


EN_ORDEN = ["Nube", "nz", "Ñandú", "Oso"]
POR_NOMBRE = [
    ("catalogos/aseguradora", AseguradoraFactory, "nombre"),
    ("catalogos/lugar", LugarFactory, "nombre"),
    ("catalogos/departamento", DepartamentoFactory, "nombre"),
    ("usuarios/usuario", UsuarioFactory, "nombre"),
    ("usuarios/usuario", UsuarioFactory, "username"),
]


@pytest.mark.parametrize(("lista", "fabrica", "columna"), POR_NOMBRE)
@pytest.mark.parametrize("sentido", ["", "-"])
def test_la_ene_con_tilde_va_tras_la_n_tambien_al_elegir_la_columna(
    client, administrador, lista, fabrica, columna, sentido
):
    for nombre in ("Ñandú", "Oso", "Nube", "nz"):
        fabrica(**{columna: nombre})
    client.force_login(administrador.usuario)
    columnas = client.get(f"/admin/{lista}/").context["cl"].list_display

    pagina = client.get(f"/admin/{lista}/", {"o": f"{sentido}{columnas.index(columna)}"})

    nombres = [getattr(fila, columna) for fila in pagina.context["cl"].result_list]
    esperados = EN_ORDEN[::-1] if sentido else EN_ORDEN
    assert [nombre for nombre in nombres if nombre in EN_ORDEN] == esperados


LISTAS = "expedientes/expediente catalogos/lugar solicitudes/solicitud usuarios/usuario post_office/email".split()


@pytest.mark.parametrize("lista", LISTAS)
@pytest.mark.parametrize("nada", ["\u0301", "\u200b", " \u2800\u3164 "])
def test_el_admin_dice_que_no_queda_nada_que_buscar(client, administrador, lista, nada):
    client.force_login(administrador.usuario)

    response = client.get(f"/admin/{lista}/", {"q": nada})

    assert NADA_QUE_BUSCAR in response.content.decode()
    assert len(response.context["cl"].result_list) == 0
