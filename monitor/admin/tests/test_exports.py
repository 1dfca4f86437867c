"""A list that goes out as a file: the same rows as on the screen, in the same order, for whoever may see it."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from catalogos.models import Lugar
from catalogos.tests.factories import AseguradoraFactory, LugarFactory
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.admin import exports
from monitor.tests.formularios import frases
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory, parada

pytestmark = pytest.mark.django_db

EXPEDIENTES, ARCHIVO = "/admin/expedientes/expediente/", "/admin/expedientes/expedientearchivado/"
SOLICITUDES, LUGARES = "/admin/solicitudes/solicitud/", "/admin/catalogos/lugar/"


def sin_zona(*partes) -> datetime:
    """Return a moment as a cell has it."""
    return datetime(*partes, tzinfo=UTC).replace(tzinfo=None)


def leer(response):
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def en_csv(client, lista, **filtros):
    return leer(client.get(f"{lista}exportar.csv", filtros))


def en_xlsx(client, lista, **filtros):
    response = client.get(f"{lista}exportar.xlsx", filtros)
    assert response.status_code == 200
    encabezados, *filas = load_workbook(io.BytesIO(response.getvalue())).active.iter_rows(values_only=True)
    return [dict(zip(encabezados, fila, strict=True)) for fila in filas]


# --- What it has ---


def test_un_expediente_entero(client, como_operador):
    aseguradora = AseguradoraFactory(nombre="HDI")
    ExpedienteFactory(completo=True, no_siniestro="00123", aseguradora=aseguradora, por=como_operador)

    [fila] = en_csv(client, EXPEDIENTES)
    [otra] = en_xlsx(client, EXPEDIENTES)

    assert list(fila) == list(otra)
    assert list(fila)[:4] == ["No. Siniestro", "Factura", "Orden de trabajo", "Asesor"]
    assert not {"Versión", "Identidad"} & set(fila)
    esperado = {
        "No. Siniestro": "00123",
        "Vehículo": "VIN 3N1AB7AP0KY000001\nGolpe trasero",
        "Identificación oficial": "Sí",
        "Carátula de la póliza": "No",
        "Estado": "Ingreso",
        "Aseguradora": "HDI",
        "Creado por": "María González",
    }
    assert {nombre: fila[nombre] for nombre in esperado} == esperado
    assert {nombre: otra[nombre] for nombre in esperado} == esperado
    assert (fila["Fecha de ingreso"], otra["Fecha de ingreso"]) == ("2024-01-15", sin_zona(2024, 1, 15))
    assert fila["Dato 1: fecha y hora"] == "2024-03-20 04:30:00"
    assert otra["Dato 1: fecha y hora"] == sin_zona(2024, 3, 20, 4, 30)
    assert (fila["Finiquito"], otra["Finiquito"]) == ("", None)


def test_las_filas_de_la_pantalla_en_su_orden_y_de_todas_las_paginas(client, como_operador, monkeypatch):
    monkeypatch.setattr(exports, "LOTE", 2)
    for dia, clave in enumerate("ABCDE", start=1):
        ExpedienteFactory(no_siniestro=f"SIN-{clave}", fecha_ingreso=date(2024, 1, dia), marca="Nissan")
    ExpedienteFactory(no_siniestro="SIN-X", marca="Audi")
    Expediente.objects.cambiar_estado("SIN-C", "Salida", por=como_operador)
    filtros = {"q": "nissan", "estados": "Ingreso"}

    exportadas = [fila["No. Siniestro"] for fila in en_csv(client, EXPEDIENTES, **filtros)]

    en_pantalla = client.get(EXPEDIENTES, filtros).context["cl"].result_list
    assert exportadas == [expediente.pk for expediente in en_pantalla] == ["SIN-E", "SIN-D", "SIN-B", "SIN-A"]


def test_el_orden_que_la_persona_eligio(client, como_operador, monkeypatch):
    monkeypatch.setattr(exports, "LOTE", 2)
    for dia, clave in ((3, "A"), (1, "B"), (5, "C"), (None, "D"), (2, "E")):
        ExpedienteFactory(no_siniestro=clave, fecha_entrega=dia and date(2024, 1, dia))
    columna = client.get(EXPEDIENTES).context["cl"].list_display.index("entrega")  # after the boxes to choose rows

    for orden in (str(columna), f"-{columna}"):
        en_pantalla = [expediente.pk for expediente in client.get(EXPEDIENTES, {"o": orden}).context["cl"].result_list]
        assert [fila["No. Siniestro"] for fila in en_csv(client, EXPEDIENTES, o=orden)] == en_pantalla


def test_el_archivo_lleva_lo_que_guardan_las_copias(client, como_administrador):
    aseguradora = AseguradoraFactory(nombre="HDI")
    ExpedienteFactory(completo=True, no_siniestro="SIN-1", aseguradora=aseguradora, por=como_administrador)
    Expediente.objects.archivar("SIN-1", por=como_administrador)

    [fila] = en_xlsx(client, ARCHIVO, q="sin-1")

    assert list(fila)[:3] == ["Archivado", "Archivado por", "No. Siniestro"]
    assert (fila["Archivado por"], fila["Aseguradora"], fila["Finiquito"]) == ("Juan Pérez", "HDI", None)
    assert (fila["Fecha de ingreso"], fila["Creado por"]) == (sin_zona(2024, 1, 15), "Juan Pérez")


def test_las_solicitudes_llevan_su_ruta(client, como_operador):
    norte, sur = LugarFactory(nombre="Norte"), LugarFactory(nombre="Sur")
    solicitud = SolicitudFactory(lugares=[parada(1, sur), parada(0, norte, es_origen=True)])

    [fila] = en_csv(client, SOLICITUDES)

    assert (fila["Ruta"], fila["Solicitante"]) == ("Norte → Sur", str(solicitud.solicitante))
    assert fila["Código"] == solicitud.codigo


def test_un_catalogo_lo_que_se_ve(client, como_operador):
    LugarFactory(nombre="Norte")
    Lugar.objects.eliminar(LugarFactory(nombre="Sur").pk, por=None)

    assert [fila["Nombre"] for fila in en_csv(client, LUGARES)] == ["Norte"]
    assert [fila["Nombre"] for fila in en_csv(client, LUGARES, vigencia="eliminadas")] == ["Sur"]


# --- Who and how ---


@pytest.mark.parametrize("formato", ["csv", "xlsx"])
def test_los_roles_valen(client, formato):
    ExpedienteFactory()
    propia, _ = SolicitudFactory(), SolicitudFactory()
    client.force_login(UsuarioFactory(tecnico=True))
    assert client.get(f"{ARCHIVO}exportar.{formato}").status_code == 403
    assert client.get(f"{EXPEDIENTES}exportar.{formato}").status_code == 200

    client.force_login(propia.aprobador)
    propia.aprobador.rol = "Tecnico"
    propia.aprobador.guardar(None)
    client.force_login(propia.aprobador)
    assert [fila["Código"] for fila in en_csv(client, SOLICITUDES)] == [propia.codigo]


def test_quien_no_ha_entrado_va_a_entrar(client):
    assert client.get(f"{EXPEDIENTES}exportar.csv").url.startswith("/admin/login/")


@pytest.mark.parametrize("lista", ["/admin/usuarios/usuario/", "/admin/usuarios/llave/", "/admin/post_office/email/"])
def test_las_personas_y_los_correos_no_se_exportan(client, como_administrador, lista):
    assert "Content-Disposition" not in client.get(f"{lista}exportar.csv", follow=True).headers
    assert b"exportar." not in client.get(lista).content


def test_el_archivo_dice_que_es_y_de_cuando(client, como_administrador):
    response = client.get(f"{ARCHIVO}exportar.xlsx")

    assert response.headers["Content-Disposition"].startswith('attachment; filename="expedientes-archivados-20')
    assert "spreadsheetml" in response.headers["Content-Type"]


def test_la_lista_enlaza_lo_que_muestra(client, como_operador):
    pagina = client.get(EXPEDIENTES, {"q": "nissan", "p": 'despues:[1, "A"]'}).content.decode()

    assert 'href="exportar.xlsx?q=nissan"' in pagina
    assert 'href="exportar.csv?q=nissan"' in pagina


def test_un_filtro_que_no_existe_lleva_a_la_lista(client, como_operador):
    response = client.get(f"{EXPEDIENTES}exportar.csv", {"nada": "1"}, follow=True)

    assert frases(response) == ["El filtro no es válido: se muestra la lista sin filtros."]


def test_una_busqueda_demasiado_larga_lleva_a_la_lista_que_lo_dice(client, como_operador):
    response = client.get(f"{EXPEDIENTES}exportar.csv", {"q": "a " * 30}, follow=True)

    assert "La búsqueda admite" in frases(response)[0]


def test_sin_lugar_para_otra_lista_se_dice_en_una_pagina(client, como_operador):
    response = client.get(f"{EXPEDIENTES}exportar.csv", **{"monitor.room_for_streams": lambda: False})

    assert response.status_code == 503
    assert "en unos segundos" in response.content.decode()


@pytest.mark.parametrize("cuantos", [1, 3])
def test_las_sentencias_no_crecen_con_las_filas(client, como_operador, cuantos):
    for _ in range(cuantos):
        ExpedienteFactory(completo=True)
    en_csv(client, EXPEDIENTES)

    with CaptureQueriesContext(connection) as capturadas:
        en_csv(client, EXPEDIENTES)
    assert len(capturadas) <= 6


@pytest.mark.una_vez
def test_en_dos_clics_desde_la_primera_pagina(mano, servidor):
    ExpedienteFactory(no_siniestro="SIN-1")
    mano.entrar(UsuarioFactory(), servidor)

    mano.clic(mano.pagina.locator(".model-expediente").get_by_role("link", name="Expedientes").first)
    with mano.pagina.expect_download() as bajada:
        mano.clic(mano.pagina.get_by_role("link", name="Exportar a Excel"))

    hoja = load_workbook(io.BytesIO(bajada.value.path().read_bytes())).active
    assert [fila[0] for fila in hoja.iter_rows(values_only=True)] == ["No. Siniestro", "SIN-1"]
    assert mano.clics <= 2


# --- The command ---


def exportar(*args, **options):
    salida = io.StringIO()
    call_command("exportar", *args, stdout=salida, stderr=io.StringIO(), **options)
    return salida.getvalue()


def test_la_orden_escribe_lo_mismo_que_la_pagina(client, como_administrador, tmp_path):
    for clave in "AB":
        ExpedienteFactory(no_siniestro=clave, completo=True)
    ExpedienteFactory(no_siniestro="C")

    dicho = exportar("expediente", str(tmp_path / "e.csv"), filtros="q=nissan")

    assert dicho == f"Se escribieron 2 filas en {tmp_path / 'e.csv'}.\n"
    assert (tmp_path / "e.csv").read_bytes() == client.get(f"{EXPEDIENTES}exportar.csv?q=nissan").getvalue()
    assert [archivo.name for archivo in tmp_path.iterdir()] == ["e.csv"]


@pytest.mark.parametrize(
    ("archivo", "filtros", "frase"),
    [
        ("e.pdf", "", "debe terminar en .xlsx o .csv"),
        ("ya.csv", "", "bórrelo, o escriba con otro nombre"),
        ("e.csv", "nada=1", "cópielos de la dirección de su página"),
        ("no/hay/e.csv", "", "no/hay/e.csv»: no existe, o no existe su carpeta: revise la ruta y repita"),
        ("ya.csv/e.csv", "", "en la ruta hay algo que no es una carpeta: revísela y repita"),
        (f"{'e' * 250}.csv", "", "el nombre es demasiado largo"),
    ],
)
def test_lo_que_la_orden_rechaza(db, tmp_path, archivo, filtros, frase):
    (tmp_path / "ya.csv").touch()

    with pytest.raises(CommandError, match=frase):
        exportar("expediente", str(tmp_path / archivo), filtros=filtros)
    assert [archivo.name for archivo in tmp_path.iterdir()] == ["ya.csv"]
