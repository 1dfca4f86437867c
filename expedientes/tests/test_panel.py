"""The panel of a small shop, counted by hand, and where each of its numbers leads."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from expedientes import panel
from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory

PANEL = "/admin/panel/"
# A Wednesday at half past eleven at night: in UTC it is Thursday already.
AHORA = datetime(2026, 3, 19, 5, 30, tzinfo=UTC)
# When each came to its states, by the shop's clock, and the day for which it was promised. Many moments are of the next
# day in UTC, six hours ahead.
VIDAS = {
    "A": ("02/03 08:00 Ingreso, 05/03 23:00 Restauracion, 10/03 00:10 Pendiente_de_salida, 12/03 23:59 Salida", 12),
    "B": ("09/03 10:00 Ingreso, 09/03 12:00 Restauracion", 17),
    "C": ("11/03 09:00 Ingreso", 18),
    "D": ("20/02 22:00 Ingreso, 24/02 09:00 Restauracion, 16/03 07:00 Salida", 13),
    "E": ("10/03 20:00 Ingreso, 16/03 20:00 Restauracion, 17/03 19:00 Ingreso", None),
    "ARCHIVADO": ("01/03 08:00 Ingreso, 03/03 08:00 Restauracion", 13),
}
DE_UNA = {"A": "Axa", "B": "Axa", "D": "Qualitas", "E": "Qualitas"}


@pytest.fixture
def ahora(monkeypatch):
    """Give a function that sets the clock of the shop."""
    return lambda momento=AHORA: monkeypatch.setattr("django.utils.timezone.now", lambda: momento)


@pytest.fixture
def taller(db, ahora):
    aseguradoras = {nombre: AseguradoraFactory(nombre=nombre) for nombre in set(DE_UNA.values())}
    for clave, (vida, entrega) in VIDAS.items():
        promesa = entrega and date(2026, 3, entrega)
        aseguradora = aseguradoras.get(DE_UNA.get(clave))
        for n, paso in enumerate(vida.split(", ")):
            momento, estado = paso.rsplit(" ", 1)
            ahora(datetime.strptime(f"2026/{momento} -0600", "%Y/%d/%m %H:%M %z"))
            if n == 0:
                ExpedienteFactory(no_siniestro=clave, aseguradora=aseguradora, fecha_entrega=promesa)
            else:
                Expediente.objects.cambiar_estado(clave, estado, por=UsuarioFactory())
    Expediente.objects.archivar("ARCHIVADO", por=UsuarioFactory(administrador=True))
    ahora()


@pytest.fixture
def dentro(client, taller):
    """A client in whom somebody came in at that moment."""
    client.force_login(UsuarioFactory())
    return client


def tabla(response, seccion: str) -> dict[str, list[tuple[str, str]]]:
    """Return the rows of a table of the panel: the numbers of each, with where they lead."""
    html = response.content.decode().split(f'<h2 id="{seccion}">')[1].split("</section>")[0].split("<tbody>")[1]
    return {
        unescape(titulo): [(texto, unescape(lista)) for lista, texto in re.findall(r'<a href="([^"]*)">([^<]*)', fila)]
        for titulo, fila in re.findall(r'<th scope="row">([^<]*)</th>(.*?)</tr>', html)
    }


def numeros(response, seccion):
    return {titulo: " ".join(texto for texto, _ in cuentas) for titulo, cuentas in tabla(response, seccion).items()}


def test_unidades_en_el_taller(dentro):
    assert numeros(dentro.get(PANEL), "estados") == {
        "Ingreso": "2 0",
        "Restauración": "1 1",
        "Pendiente de salida": "0 0",
        "En todo el taller": "3 1",
    }


def test_dias_en_cada_estado_por_el_calendario_del_taller(dentro):
    # In Ingreso A was 3 days, B 0, D 4 and E 6; in Restauración A 5, D 20 and E 1.
    assert numeros(dentro.get(PANEL), "dias") == {
        "Ingreso": "3.5 5.4 4",
        "Restauración": "5 17 3",
        "Pendiente de salida": "2 2 1",
        "Salida": "— — 0",
    }


def test_dias_de_las_estancias_que_terminaron_en_un_periodo(dentro, ahora):
    # Thirty days before is March 6th, from its first minute: A's stay in Ingreso ended an hour earlier.
    ahora(datetime(2026, 4, 6, 5, 30, tzinfo=UTC))
    dentro.force_login(UsuarioFactory())

    assert numeros(dentro.get(PANEL, {"dias": 30}), "dias") == {
        "Ingreso": "3 5.4 2",
        "Restauración": "5 17 3",
        "Pendiente de salida": "2 2 1",
        "Salida": "— — 0",
    }
    assert numeros(dentro.get(PANEL, {"dias": 7}), "dias") == numeros(dentro.get(PANEL, {"dias": 90}), "dias")


def test_entregas_por_semana(dentro):
    semanas = numeros(dentro.get(PANEL), "entregas")

    assert len(semanas) == panel.SEMANAS + panel.PROXIMAS
    assert next(iter(semanas)) == "29/12 al 04/01"
    assert list(semanas)[-1] == "30/03 al 05/04"
    assert {semana: n for semana, n in semanas.items() if n != "0 0 0 0"} == {
        "09/03 al 15/03": "2 1 1 0",
        "16/03 al 22/03 (esta)": "2 0 0 2",
    }


def test_por_aseguradora(dentro):
    filas = numeros(dentro.get(PANEL), "aseguradoras")

    assert list(filas.items()) == [
        ("Axa", "1 1 2 1 0 1"),
        ("Qualitas", "1 0 1 0 1 0"),
        ("Sin aseguradora", "1 0 1 0 0 1"),
    ]


@pytest.mark.parametrize("seccion", ["estados", "entregas", "aseguradoras"])
def test_cada_numero_lleva_a_los_que_cuenta(dentro, seccion):
    for titulo, cuentas in tabla(dentro.get(PANEL), seccion).items():
        for texto, lista in cuentas:
            response = dentro.get(lista)
            assert (response.status_code, len(response.context["cl"].result_list)) == (200, int(texto)), (titulo, lista)


def test_los_dias_llevan_a_las_unidades_que_siguen_ahi(dentro):
    pagina = dentro.get(PANEL)

    [mediana, *_] = tabla(pagina, "dias")["Ingreso"]

    assert [e.pk for e in dentro.get(mediana[1]).context["cl"].result_list] == ["C", "E"]
    assert "Ninguna lista tiene las estancias terminadas" in pagina.content.decode()


def test_lo_que_salio_sin_promesa_no_la_cumplio_ni_falto_a_ella(dentro):
    ExpedienteFactory(no_siniestro="SIN PROMESA")
    Expediente.objects.cambiar_estado("SIN PROMESA", "Salida", por=UsuarioFactory())

    def salieron(cuando):
        lista = dentro.get("/admin/expedientes/expediente/", {"taller": cuando})
        return [e.pk for e in lista.context["cl"].result_list]

    assert (salieron("a-tiempo"), salieron("tarde")) == (["A"], ["D"])


def test_un_taller_vacio_no_tiene_nada_que_contar(client, como_operador):
    pagina = client.get(PANEL)

    assert numeros(pagina, "dias")["Ingreso"] == "— — 0"
    assert numeros(pagina, "aseguradoras") == {}
    assert '<rect class="azul" x' not in pagina.content.decode()


def test_cada_barra_dice_y_lleva_a_lo_que_mide(dentro):
    grafica = dentro.get(PANEL).content.decode().split('<h2 id="entregas">')[1].split("<table")[0]

    barras = re.findall(r'<a href="([^"]*)" tabindex="-1"><rect[^>]*height="([^"]*)"><title>([^<]*)', grafica)
    assert [(alto, titulo) for _, alto, titulo in barras] == [
        ("80.0", "09/03 al 15/03, a tiempo: 1"),
        ("80.0", "09/03 al 15/03, tarde: 1"),
        ("160.0", "16/03 al 22/03 (esta), sin salir: 2"),
    ]
    assert [e.pk for e in dentro.get(unescape(barras[1][0])).context["cl"].result_list] == ["D"]


# --- What it costs, and who sees it ---


@pytest.mark.parametrize("mas", [0, 3])
def test_sentencias_del_panel(dentro, django_assert_num_queries, mas):
    for n in range(mas):
        ExpedienteFactory(no_siniestro=f"N-{n}", aseguradora=AseguradoraFactory(), fecha_entrega=date(2026, 3, 18))
    dentro.get(PANEL)

    # The session, the person, those in the shop, the promises, the stays, the insurers, the solicitudes.
    with django_assert_num_queries(7):
        dentro.get(PANEL)


@pytest.mark.una_vez
def test_no_se_recorren_los_expedientes_ni_su_historial(dentro):
    with CaptureQueriesContext(connection) as capturadas:
        dentro.get(PANEL)

    with connection.cursor() as cursor:
        planes = [cursor.execute(f"EXPLAIN QUERY PLAN {q['sql']}").fetchall() for q in capturadas.captured_queries]
    pasos = [paso for plan in planes for *_, paso in plan]
    assert [paso for paso in pasos if re.match(r"SCAN (expediente|historial_estado)\b", paso)] == []
    assert sum("COVERING INDEX expediente_por_estado" in paso for paso in pasos) == 1


@pytest.mark.parametrize("trait", [{"administrador": True}, {}, {"tecnico": True}])
def test_el_panel_es_de_todos(client, taller, trait):
    client.force_login(UsuarioFactory(**trait))

    assert numeros(client.get(PANEL), "estados")["En todo el taller"] == "3 1"


def test_sin_sesion_pide_entrar(client, db):
    assert client.get(PANEL).url == f"/admin/login/?next={PANEL}"


def test_no_se_le_envia_nada(client, como_operador):
    assert client.post(PANEL).status_code == 405


# --- In a browser ---


@pytest.mark.una_vez
@pytest.mark.parametrize(("ancho", "tema"), [(1366, "light"), (360, "dark")])
def test_el_panel_cabe_y_sus_barras_se_pulsan(mano, servidor, ancho, tema):
    pagina = mano.pagina
    pagina.set_viewport_size({"width": ancho, "height": 740})
    pagina.emulate_media(color_scheme=tema)
    ExpedienteFactory(no_siniestro="TARDE", fecha_entrega=date(2026, 1, 2), aseguradora=AseguradoraFactory())
    ExpedienteFactory(no_siniestro="OTRO")
    mano.entrar(UsuarioFactory(), servidor, "/admin/")

    mano.clic(pagina.get_by_role("link", name="Panel").first)
    expect(pagina.get_by_role("heading", name="Unidades en el taller")).to_be_visible()
    assert pagina.evaluate("document.documentElement.scrollWidth") <= ancho
    mano.clic(pagina.locator("#estados ~ .dibujo-y-tabla rect.mal[x]").first)

    expect(pagina.locator("#result_list tbody tr")).to_have_count(1)
    expect(pagina.locator("#result_list")).to_contain_text("TARDE")
    assert mano.clics == 2
