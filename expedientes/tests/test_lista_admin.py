"""The questions that the admin's list of expedientes and its first page answer."""

import re
from datetime import datetime, time, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from expedientes.tests.test_admin import LISTA, claves_de
from monitor.admin import lists
from monitor.tests.formularios import frases
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("como_operador")]

COMPLETO = dict.fromkeys(Expediente.DOCUMENTOS, True)


def dia(n):
    return timezone.localdate() + timedelta(days=n)


def esta_desde(clave, n):
    """Have an expediente be in its state since so many days ago, from the first minute of that day."""
    momento = timezone.make_aware(datetime.combine(dia(-n), time(0, 1)))
    Expediente.objects.filter(pk=clave).update(en_estado_desde=momento)


def con(client, **filtro):
    return claves_de(client.get(LISTA, filtro))


@pytest.fixture
def taller():
    """Some expedientes, without documents unless they are said, and one that left."""
    lunes = dia(-timezone.localdate().weekday())
    ExpedienteFactory(no_siniestro="TARDE", fecha_entrega=dia(-20), fecha_ingreso=dia(-40), **COMPLETO)
    ExpedienteFactory(no_siniestro="HOY", fecha_ingreso=dia(0), fecha_entrega=dia(0))
    ExpedienteFactory(no_siniestro="LUNES", fecha_ingreso=dia(-6), fecha_entrega=lunes)
    ExpedienteFactory(no_siniestro="DOMINGO", fecha_ingreso=dia(-7), fecha_entrega=lunes + timedelta(days=6))
    ExpedienteFactory(no_siniestro="OTRO", fecha_entrega=lunes + timedelta(days=7), doc_finiquito=False)
    ExpedienteFactory(no_siniestro="FUE", fecha_entrega=dia(-20), fecha_ingreso=dia(-41))
    for clave, estado in {"FUE": "Salida", "LUNES": "Restauracion", "DOMINGO": "Pendiente_de_salida"}.items():
        Expediente.objects.cambiar_estado(clave, estado, por=UsuarioFactory())


# --- Filters ---


def test_filtros_del_taller(client, taller):
    vencidos = {"TARDE"} | ({"LUNES"} if timezone.localdate().weekday() else set())

    assert con(client, taller="abiertos") == ["HOY", "LUNES", "DOMINGO", "TARDE", "OTRO"]
    assert set(con(client, taller="atrasados")) == vencidos
    assert con(client, taller="semana") == ["HOY", "LUNES", "DOMINGO"]
    assert con(client, taller="documentos") == ["HOY", "LUNES", "DOMINGO", "OTRO"]


def test_varios_estados_a_la_vez(client, taller):
    assert con(client, estados="Salida") == ["FUE"]
    assert con(client, estados="Salida,Restauracion") == ["LUNES", "FUE"]

    pagina = client.get(LISTA, {"estados": "Salida,Restauracion", "q": "e"}).content.decode()

    filtro = pagina.split('data-filter-title="estado (uno')[1].split("</ul>")[0]
    enlaces = {t: unescape(consulta) for consulta, t in re.findall(r'<a href="\?([^"]*)"[^>]*>([^<]*)</a>', filtro)}
    assert enlaces["Todos"] == "q=e"
    assert enlaces["Salida"] == "estados=Restauracion&q=e"
    assert enlaces["Ingreso"] == "estados=Ingreso%2CRestauracion%2CSalida&q=e"


def test_dias_de_ingreso_y_de_entrega(client, taller):
    assert con(client, fecha_ingreso__gte=dia(-40), fecha_ingreso__lte=dia(-7)) == ["DOMINGO", "TARDE"]
    assert con(client, fecha_entrega__lte=dia(-20)) == ["TARDE", "FUE"]
    assert con(client, fecha_ingreso__gte=dia(0), fecha_ingreso__lte="") == ["HOY"]
    assert con(client, fecha_ingreso__isnull="True") == ["OTRO"]


def test_cajas_de_los_dias_conservan_lo_demas(client, taller):
    pagina = client.get(LISTA, {"fecha_ingreso__gte": dia(-7), "estados": "Ingreso", "q": "o"}).content.decode()

    caja = pagina.split('aria-label="Fecha de ingreso"')[1].split("</form>")[0]
    assert f'name="fecha_ingreso__gte" value="{dia(-7)}"' in caja
    ocultas = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', caja)
    assert sorted(ocultas) == [("estados", "Ingreso"), ("q", "o")]


@pytest.mark.parametrize("filtro", [{"estados": "Perdido"}, {"fecha_entrega__lte": "ayer"}])
def test_filtro_que_no_existe_se_dice(client, filtro):
    assert frases(client.get(LISTA, filtro, follow=True)) == [
        "El filtro no es válido: se muestra la lista sin filtros."
    ]


def test_se_ve_que_filtros_estan_puestos(client, taller):
    filtro = {"taller": "atrasados", "estados": "Ingreso,Salida", "fecha_ingreso__gte": "2026-01-02"}

    pagina = strip_tags(client.get(LISTA, filtro).content.decode().split('class="puestos">')[1].split("</p>")[0])

    assert " ".join(pagina.split()) == (
        "Situación: Atrasados Estado (uno o varios): Ingreso, Salida Fecha de ingreso: desde 2026-01-02 Quitar filtros"
    )
    assert 'class="puestos"' not in client.get(LISTA).content.decode()


# --- Columns and order ---


def test_columnas_de_dias_entrega_y_documentos(client, taller):
    esta_desde("TARDE", 3)

    pagina = client.get(LISTA, {"q": "tarde"}).content.decode()

    celdas = dict(re.findall(r'<td class="field-(dias|entrega|faltan)[^"]*">(.*?)</td>', pagina))
    assert {nombre: strip_tags(celda) for nombre, celda in celdas.items()} == {
        "dias": "3",
        "entrega": dia(-20).strftime("%d/%m/%Y"),
        "faltan": "—",
    }
    assert 'class="atrasado"' in celdas["entrega"]
    assert 'class="atrasado"' not in client.get(LISTA, {"q": "fue"}).content.decode()


@pytest.mark.parametrize(
    ("columna", "ida"),
    [
        ("ingreso", ["HOY", "LUNES", "DOMINGO", "TARDE", "FUE", "OTRO"]),
        ("entrega", ["TARDE", "FUE"]),
        ("dias", ["OTRO", "FUE"]),
    ],
)
def test_ordena_por_una_columna_en_paginas(client, taller, monkeypatch, columna, ida):
    esta_desde("OTRO", 9)
    esta_desde("FUE", 8)
    monkeypatch.setattr("expedientes.admin.ExpedienteAdmin.list_per_page", 2)
    cl = client.get(LISTA).context["cl"]
    indice = cl.list_display.index(columna)

    def recorrer(orden):
        cl, vistas = client.get(LISTA, {"o": orden}).context["cl"], []
        while True:
            vistas += [e.pk for e in cl.result_list]
            if not cl.siguiente:
                return vistas
            cl = client.get(LISTA + cl.siguiente).context["cl"]

    assert recorrer(f"{indice}")[: len(ida)] == ida
    assert len(recorrer(f"{indice}")) == 6
    assert recorrer(f"-{indice}") == recorrer(f"{indice}")[::-1]


def test_ultima_pagina_y_de_vuelta(client, taller, monkeypatch):
    monkeypatch.setattr("expedientes.admin.ExpedienteAdmin.list_per_page", 2)
    primera = client.get(LISTA).context["cl"]

    ultima = client.get(LISTA + primera.ultima).context["cl"]

    assert [e.pk for e in ultima.result_list] == ["FUE", "OTRO"]
    assert (ultima.siguiente, ultima.ultima) == (False, False)
    assert claves_de(client.get(LISTA + ultima.anterior)) == ["DOMINGO", "TARDE"]
    assert claves_de(client.get(LISTA + ultima.primera)) == ["HOY", "LUNES"]


# --- How many ---


@pytest.mark.parametrize(("tope", "dicho"), [(6, "2 de 6 expedientes"), (5, "2 de más de 5 expedientes")])
def test_dice_cuantos_hay_hasta_mil(client, taller, monkeypatch, django_assert_num_queries, tope, dicho):
    monkeypatch.setattr("expedientes.admin.ExpedienteAdmin.list_per_page", 2)
    monkeypatch.setattr(lists, "CONTADAS", tope)
    client.get(LISTA)

    # As that of one page (test_admin), and the count.
    with django_assert_num_queries(5) as consultas:
        pagina = client.get(LISTA).content.decode()

    assert dicho in strip_tags(pagina)
    [cuenta] = [c["sql"] for c in consultas if "COUNT(" in c["sql"]]
    assert f"LIMIT {tope + 1}" in cuenta


def test_una_pagina_dice_cuantos_sin_contar_otra_vez(client, taller):
    pagina = strip_tags(client.get(LISTA).content.decode())

    assert re.search(r"\s6 expedientes\s", pagina)


# --- The first page ---


def test_cifras_de_la_primera_pagina_llevan_a_lo_que_cuentan(client, taller, django_assert_max_num_queries):
    client.get("/admin/")
    with django_assert_max_num_queries(15):
        pagina = client.get("/admin/").content.decode()

    cifras = re.findall(r'<li><a href="([^"]*)"><span class="cifra">([^<]*)</span> ([^<]*)</a>', pagina)
    cuentas = {titulo: int(cuantas) for _, cuantas, titulo in cifras}
    atrasados = 2 if timezone.localdate().weekday() else 1
    assert (
        cuentas.items()
        >= {
            "ingresaron hoy": 1,
            "atrasados": atrasados,
            "en Ingreso": 3,
            "en Restauración": 1,
            "en Pendiente de salida": 1,
            "sin todos sus documentos": 4,
        }.items()
    )
    for enlace, cuantas, titulo in cifras:
        assert len(client.get(unescape(enlace)).context["cl"].result_list) == int(cuantas), titulo


def test_la_cifra_de_un_estado_lleva_a_los_que_mas_llevan_en_el(client, taller):
    for clave, n in {"OTRO": 2, "HOY": 7, "TARDE": 4}.items():
        esta_desde(clave, n)

    pagina = client.get("/admin/").content.decode()

    [enlace] = re.findall(r'<li><a href="([^"]*)"><span class="cifra">3</span> en Ingreso', pagina)
    assert claves_de(client.get(unescape(enlace))) == ["HOY", "TARDE", "OTRO"]


# --- What it costs ---

SIN_FECHA = r"SEARCH expediente USING (COVERING )?INDEX expediente_{} \({}=\?\)"
EN_ORDEN = r"SCAN expediente USING INDEX expediente_en_admin"


@pytest.fixture
def como_si_fueran_muchos(taller):
    """Have SQLite take the few expedientes for 100,000, of which many have the same state, place and insurer, as it
    would after `manage.py serve`."""
    muchos = {"estado": 25_000, "ubicacion_almacenamiento": 100_000, "aseguradora": 33_000}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("UPDATE sqlite_stat1 SET stat = '100000 1' WHERE tbl = 'expediente'")
        for indice in Expediente._meta.indexes:
            primera, *otras = indice.fields or ["placas"]
            iguales = " ".join(str(n) for n in (100_000, muchos.get(primera, 30), *[1 for _ in otras]))
            cursor.execute("UPDATE sqlite_stat1 SET stat = %s WHERE idx = %s", [iguales, indice.name])
        cursor.execute("ANALYZE sqlite_schema")
        yield
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")


@pytest.mark.una_vez
@pytest.mark.parametrize(
    ("filtro", "plan"),
    [
        ({"fecha_ingreso__isnull": "True"}, SIN_FECHA.format("en_admin", "orden_en_admin")),
        ({"fecha_entrega__isnull": "True"}, SIN_FECHA.format("por_entrega", "orden_entrega")),
        ({"ubicacion_almacenamiento__exact": "Nube"}, EN_ORDEN),
        ({"aseguradora__isnull": "True", "taller": "atrasados"}, EN_ORDEN),
        ({"estados": "Salida"}, EN_ORDEN),
    ],
)
def test_un_filtro_se_contesta_de_un_indice(client, como_si_fueran_muchos, filtro, plan):
    with CaptureQueriesContext(connection) as capturadas:
        client.get(LISTA, filtro)

    [pagina] = [q["sql"] for q in capturadas.captured_queries if 'ORDER BY "expediente"' in q["sql"]]
    with connection.cursor() as cursor:
        pasos = [paso for *_, paso in cursor.execute(f"EXPLAIN QUERY PLAN {pagina}").fetchall()]
    assert re.match(plan, pasos[0]), pasos
