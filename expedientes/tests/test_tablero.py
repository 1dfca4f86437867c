"""The board of the shop: what it shows, to whom, and what moves a card."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags
from playwright.sync_api import expect

from expedientes import tablero
from expedientes.estados import MISMO_ESTADO
from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory

TABLERO = "/admin/tablero/"
MOVER = f"{TABLERO}mover/"


def tarjetas(response) -> dict[str, list[str]]:
    """Return the keys of the cards of each column."""
    columnas = re.findall(r'data-estado="(\w+)"(.*?)</section>', response.content.decode(), re.DOTALL)
    return {estado: re.findall(r'data-no-siniestro="([^"]*)"', columna) for estado, columna in columnas}


def pasar(clave, estado, dias=0):
    Expediente.objects.cambiar_estado(clave, estado, por=UsuarioFactory())
    Expediente.objects.filter(pk=clave).update(en_estado_desde=timezone.now() - timedelta(days=dias))


def mover(client, clave, estado, visto=None):
    visto = Expediente.objects.get(pk=clave).tag if visto is None else visto
    return client.post(MOVER, {"no_siniestro": clave, "estado": estado, "visto": visto})


def test_una_columna_por_estado_con_lo_mas_viejo_primero(client, como_operador):
    for clave in ("A", "B", "C", "FUE", "HACE_TIEMPO"):
        ExpedienteFactory(no_siniestro=clave)
    pasar("A", "Restauracion", dias=1)
    pasar("C", "Restauracion", dias=5)
    pasar("FUE", "Salida")
    pasar("HACE_TIEMPO", "Salida", dias=3)

    assert tarjetas(client.get(TABLERO)) == {
        "Ingreso": ["B"], "Restauracion": ["C", "A"], "Pendiente_de_salida": [], "Salida": ["FUE"]
    }  # fmt: skip


def test_una_tarjeta_dice_lo_que_se_pregunta_de_una_unidad(client, como_operador):
    ayer = timezone.localdate() - timedelta(days=1)
    ExpedienteFactory(completo=True, no_siniestro="SIN/1", fecha_entrega=ayer)
    pasar("SIN/1", "Restauracion", dias=2)

    pagina = client.get(TABLERO).content.decode()

    tarjeta = pagina.split('data-no-siniestro="SIN/1"')[1].split("<select")[0]
    assert " ".join(strip_tags(f"<li {tarjeta}").split()) == (
        "SIN/1 ABC-12-34 Nissan Versa 2020 Ángela Muñoz · " + Expediente.objects.get().aseguradora.nombre
        + f" 2 días faltan 4 documentos entrega {ayer:%d/%m/%Y}"
    )  # fmt: skip
    assert "tarjeta-atrasada" in pagina


def test_una_columna_muestra_las_que_mas_llevan_y_dice_cuantas_hay(
    client, como_operador, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(tablero, "TARJETAS", 2)
    for n in range(4):
        ExpedienteFactory(no_siniestro=f"S-{n}")

    with django_assert_max_num_queries(9):
        response = client.get(TABLERO)

    assert tarjetas(response)["Ingreso"] == ["S-0", "S-1"]
    assert "Se ven los 2 que más llevan; hay 4." in response.content.decode()


def test_filtros_del_tablero(client, como_operador):
    axa = AseguradoraFactory()
    ExpedienteFactory(no_siniestro="A", aseguradora=axa, placas="YEJ-790-X")
    ExpedienteFactory(no_siniestro="B", asesor="Luisa Peña")

    assert tarjetas(client.get(TABLERO, {"aseguradora": axa.pk}))["Ingreso"] == ["A"]
    assert tarjetas(client.get(TABLERO, {"q": "yej790x"}))["Ingreso"] == ["A"]
    assert tarjetas(client.get(TABLERO, {"asesor": "pena"}))["Ingreso"] == ["B"]
    malo = client.get(TABLERO, {"aseguradora": "x"})
    assert tarjetas(malo)["Ingreso"] == ["A", "B"]
    assert "El filtro no es válido" in malo.content.decode()


def test_una_busqueda_larga_no_se_hace_y_se_dice(client, como_operador):
    ExpedienteFactory(no_siniestro="A")

    pagina = client.get(TABLERO, {"q": "b " * 21})

    assert tarjetas(pagina)["Ingreso"] == ["A"]
    assert "La búsqueda admite 20 palabras" in pagina.content.decode()


def test_sin_cambios_responde_304(client, como_operador):
    ExpedienteFactory(no_siniestro="A")
    etag = client.get(TABLERO).headers["ETag"]

    sin_cambios = client.get(TABLERO, headers={"If-None-Match": etag})
    Expediente.objects.actualizar("A", {"placas": "XYZ"}, por=como_operador)
    cambiado = client.get(TABLERO, headers={"If-None-Match": etag})

    assert (sin_cambios.status_code, sin_cambios.content) == (304, b"")
    assert "no-store" in cambiado.headers["Cache-Control"]  # only its script asks again with what it has
    assert cambiado.status_code == 200


def test_mover_llama_al_verbo(client, como_operador):
    ExpedienteFactory(no_siniestro="SIN/1")

    movida = mover(client, "SIN/1", "Salida")

    assert (movida.status_code, movida.json()) == (200, {"dicho": "SIN/1 pasó a Salida."})
    cambio = Expediente.objects.get().historial.latest("id")
    assert (cambio.estado_nuevo, cambio.cambiado_por) == ("Salida", como_operador)


@pytest.mark.parametrize(
    ("estado", "visto", "frase"),
    [
        ("Ingreso", None, MISMO_ESTADO),
        ("Salida", "1-otro", Expediente.cambio),
        ("Perdido", None, "Estado inválido. Valores permitidos: Ingreso, Restauracion, Pendiente_de_salida, Salida"),
    ],
)
def test_mover_dice_por_que_no(client, como_operador, estado, visto, frase):
    ExpedienteFactory(no_siniestro="A")

    negada = mover(client, "A", estado, visto)

    assert (negada.status_code, negada.json()) == (409, {"error": frase})
    assert Expediente.objects.get().estado == "Ingreso"


def test_tecnico_ve_el_tablero_y_no_mueve(client, db):
    client.force_login(UsuarioFactory(tecnico=True))
    ExpedienteFactory(no_siniestro="A")

    pagina = client.get(TABLERO)

    assert tarjetas(pagina)["Ingreso"] == ["A"]
    assert "Pasar a…" not in pagina.content.decode()
    assert mover(client, "A", "Salida").status_code == 403
    assert Expediente.objects.get().estado == "Ingreso"


def test_sin_sesion_pide_entrar(client, db):
    assert client.get(TABLERO).url == f"/admin/login/?next={TABLERO}"


# --- In a browser ---


def columna(pagina, estado):
    return pagina.locator(f'.columna[data-estado="{estado}"]')


def tarjeta(pagina, clave):
    return pagina.locator(f'.tarjeta[data-no-siniestro="{clave}"]')


@pytest.mark.una_vez
@pytest.mark.parametrize("ancho", [1920, 1366, 360])
def test_se_mueve_con_el_raton_y_con_el_teclado(mano, servidor, ancho):
    pagina = mano.pagina
    pagina.set_viewport_size({"width": ancho, "height": 1080})
    for clave in ("A", "B"):
        ExpedienteFactory(no_siniestro=clave)
    mano.entrar(UsuarioFactory(), servidor, TABLERO)

    mano.arrastrar(tarjeta(pagina, "A"), columna(pagina, "Restauracion").locator("h2"))
    expect(columna(pagina, "Restauracion").locator(".tarjeta")).to_have_count(1)
    expect(pagina.locator("#dicho")).to_have_text("A pasó a Restauración.")
    tarjeta(pagina, "B").locator("select").focus()
    mano.teclas("ArrowDown", "ArrowDown", "Tab", "Enter")

    expect(columna(pagina, "Pendiente_de_salida").locator(".tarjeta")).to_have_count(1)
    assert dict(Expediente.objects.values_list("no_siniestro", "estado")) == {
        "A": "Restauracion",
        "B": "Pendiente_de_salida",
    }
    assert pagina.evaluate("document.documentElement.scrollWidth") <= ancho


@pytest.mark.una_vez
def test_si_otro_la_movio_antes_lo_dice_y_se_pone_al_dia(mano, servidor):
    pagina = mano.pagina
    ExpedienteFactory(no_siniestro="A")
    mano.entrar(UsuarioFactory(), servidor, TABLERO)
    Expediente.objects.cambiar_estado("A", "Salida", por=UsuarioFactory())

    mano.arrastrar(tarjeta(pagina, "A"), columna(pagina, "Restauracion").locator("h2"))

    expect(pagina.locator("#dicho")).to_have_text(Expediente.cambio)
    expect(columna(pagina, "Salida").locator(".tarjeta")).to_have_count(1)
