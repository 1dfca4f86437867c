"""The sheets of an expediente, as clients of the API and people in the admin get them."""

import base64
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from urllib.parse import quote

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from expedientes.checklist import firmas
from expedientes.checklist.models import Checklist
from expedientes.checklist.plantilla import PUNTOS
from expedientes.checklist.serializers import CAMPOS as DEL_CHECKLIST
from expedientes.formatos import contenido
from expedientes.levantamientos.models import Levantamiento
from expedientes.levantamientos.serializers import CAMPOS as DEL_LEVANTAMIENTO
from expedientes.models import Expediente
from expedientes.serializers import CAMPOS as DEL_EXPEDIENTE
from expedientes.tests.anexos import ChecklistFactory, LevantamientoFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api, respuesta
from monitor.archivos.tests.muestras import imagen
from monitor.exportacion.hoja import TIPOS
from monitor.roles import PERMISOS, Rol
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

RUTA = "/api/formatos/SIN%2F1"
DE_CHECKLIST, DE_LEVANTAMIENTO = "/api/formatos/checklist/SIN%2F1", "/api/formatos/levantamiento/SIN%2F1"
ADMIN = "/admin/expedientes/expediente/SIN_2F1"
DINERO = '"$"#,##0.00;-"$"#,##0.00'
FIRMA = "data:image/png;base64," + base64.b64encode(imagen("PNG", 80)).decode()
EN_VECES = {"expediente": 2, "checklist": 4, "levantamiento": 4}  # with who calls, and whether it was written meanwhile


@pytest.fixture(autouse=True)
def expediente():
    return ExpedienteFactory(no_siniestro="SIN/1", completo=True)


def levantado(**datos):
    return Levantamiento.objects.crear("SIN/1", datos, por=UsuarioFactory())


def revisado(**datos):
    return Checklist.objects.crear("SIN/1", datos, por=UsuarioFactory())


def pagina_de(recibida):
    assert (recibida.status_code, recibida.headers["Content-Type"]) == (200, TIPOS["xlsx"])
    return load_workbook(io.BytesIO(recibida.getvalue())).active


def filas_de(recibida):
    """Return the cells that say something, line by line."""
    return [[celda.value for celda in fila if celda.value is not None] for fila in pagina_de(recibida).iter_rows()]


def valores_de(recibida):
    return juntos(filas_de(recibida))


def juntos(filas):
    return [valor for fila in filas for valor in fila]


def papel_de(recibida):
    assert (recibida.status_code, recibida.headers["Content-Type"]) == (200, "application/pdf")
    return PdfReader(io.BytesIO(recibida.getvalue()))


def texto_de(recibida):
    return "\n".join(pagina.extract_text() for pagina in papel_de(recibida).pages)


def sin_zona(*partes):
    return datetime(*partes, tzinfo=UTC).replace(tzinfo=None)


# --- What they say ---


def test_el_de_un_expediente_dice_todo_lo_que_tiene(tecnico):
    recibida = tecnico.get(RUTA)

    valores = valores_de(recibida)
    assert valores[:3] == ["Expediente", "No. Siniestro", "SIN/1"]
    dichos = ("Ingreso", "Ángela Muñoz", "Refacciones pedidas", "VIN 3N1AB7AP0KY000001\nGolpe trasero", "Llega en grúa")
    assert [dicho for dicho in dichos if dicho not in valores] == []
    assert (sin_zona(2024, 1, 15) in valores, sin_zona(2024, 3, 20, 4, 30) in valores) == (True, True)
    assert (valores[valores.index("Orden de admisión") + 1], valores[valores.index("Carátula de la póliza") + 1]) == (
        "X",
        "No",
    )
    en_papel = texto_de(tecnico.get(f"{RUTA}?tipo=pdf"))
    assert [d for d in ("SIN/1", "Ángela Muñoz", "15/01/2024", "20/03/2024 04:30") if d not in en_papel] == []


def test_el_de_un_levantamiento_trae_sus_conceptos_y_la_suma_exacta(tecnico):
    levantado(fecha=date(2023, 1, 1))
    conceptos = [
        {"claves": "FD", "concepto": "Fascia", "costo": Decimal("0.10")},
        {"concepto": "=1+1", "costo": Decimal("0.20")},
        {"concepto": "Descuento", "costo": Decimal("-1000.05")},
        {"concepto": "Sin costo"},
    ]
    levantado(fecha=date(2024, 1, 15), kilometraje="0048", aire=True, cristales=False, conceptos=conceptos)

    recibida = tecnico.get(DE_LEVANTAMIENTO)

    filas = filas_de(recibida)
    assert filas[-5:] == [
        ["FD", "Fascia", 0.1],
        ["=1+1", 0.2],
        ["Descuento", -1000.05],
        ["Sin costo"],
        ["Total", -999.75],
    ]
    assert ["Fecha", sin_zona(2024, 1, 15), "Orden"] in filas
    assert ["Cristales", "No", "Aire acondicionado", "X"] in filas
    assert "0048" in juntos(filas)
    celdas = [celda for fila in pagina_de(recibida).iter_rows() for celda in fila]
    assert [celda.value for celda in celdas if celda.data_type == "f"] == []
    assert {celda.number_format for celda in celdas if isinstance(celda.value, float)} == {DINERO}
    en_papel = texto_de(tecnico.get(f"{DE_LEVANTAMIENTO}?tipo=pdf"))
    assert [d for d in ("15/01/2024", "=1+1", "-$1,000.05", "-$999.75") if d not in en_papel] == []


def test_el_de_un_checklist_trae_primero_los_puntos_de_la_hoja(tecnico):
    items = [
        {"sistema": None, "nombre_item": "Antena", "valor": "MA"},
        {"sistema": PUNTOS[1][0].upper(), "nombre_item": PUNTOS[1][1], "valor": "RE"},
        {"sistema": "Luces", "nombre_item": None, "valor": None},
    ]
    revisado(
        fecha_inspeccion=date(2024, 2, 10),
        hora=time(10, 30),
        aprobada=True,
        deducible=Decimal("3500.50"),
        firma_quien_recibe=FIRMA,
        items=items,
    )

    recibida = tecnico.get(DE_CHECKLIST)

    pagina = pagina_de(recibida)
    cabeza = next(fila[0].row for fila in pagina.iter_rows() if fila[0].value == "Sistema")
    puntos = [
        (pagina.cell(fila, 1).value, pagina.cell(fila, 4).value, [pagina.cell(fila, c).value for c in (9, 10, 11, 12)])
        for fila in range(cabeza, cabeza + len(PUNTOS) + 3)
    ]
    assert puntos[:3] == [
        ("Sistema", "Punto", ["OK", "RE", "MA", "NA"]),
        (*PUNTOS[0], [None] * 4),
        (*PUNTOS[1], [None, "X", None, None]),
    ]
    assert [punto[:2] for punto in puntos[1:-2]] == PUNTOS
    assert puntos[-2:] == [(None, "Antena", [None, None, "X", None]), ("Luces", None, [None] * 4)]
    filas = filas_de(recibida)
    assert ["Fecha de inspección", sin_zona(2024, 2, 10), "Hora", time(10, 30)] in filas
    assert "X" in next(fila for fila in filas if "Aprobada" in fila)
    assert 3500.5 in juntos(filas)
    assert len(pagina._images) == 1
    assert len(papel_de(tecnico.get(f"{DE_CHECKLIST}?tipo=pdf")).pages[-1].images) == 1


@pytest.mark.parametrize(
    ("hacer", "campos", "aparte"),
    [
        (lambda n: contenido.del_expediente(n), DEL_EXPEDIENTE, {"no_siniestro", "id_aseguradora"}),
        (lambda n: contenido.del_checklist(n), DEL_CHECKLIST, {"firma_quien_recibe"}),
        (lambda n: contenido.del_levantamiento(n), DEL_LEVANTAMIENTO, set()),
    ],
    ids=["expediente", "checklist", "levantamiento"],
)
def test_ningun_campo_falta(hacer, campos, aparte):
    levantado(), revisado()
    modelo = {DEL_EXPEDIENTE: Expediente, DEL_CHECKLIST: Checklist, DEL_LEVANTAMIENTO: Levantamiento}[campos]
    nombres = {modelo._meta.get_field(campo).verbose_name.lower() for campo in set(campos) - aparte}

    bloques = hacer("SIN/1").bloques

    dichos = {campo.nombre.lower() for bloque in bloques for campo in getattr(bloque, "campos", ())}
    assert nombres - dichos == set()


@pytest.mark.una_vez
@pytest.mark.parametrize(
    ("firma", "dicho"),
    [
        ("Ángela Muñoz", "Ángela Muñoz"),
        ("data:image/png;base64,AAAA", firmas.ILEGIBLE),
        ("data:image/png;base64,AAAAA", firmas.ILEGIBLE),
        ("data:text/html;base64,AAAA", firmas.ILEGIBLE),
        ("data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>", firmas.ILEGIBLE),
        ("data:", firmas.ILEGIBLE),
        (None, "Firma de quien recibe"),
    ],
)
def test_una_firma_que_no_se_puede_dibujar_se_dice(tecnico, firma, dicho):
    revisado(firma_quien_recibe=firma)

    recibida = tecnico.get(DE_CHECKLIST)

    assert (dicho in valores_de(recibida), pagina_de(recibida)._images) == (True, [])
    assert dicho in texto_de(tecnico.get(f"{DE_CHECKLIST}?tipo=pdf"))


def en_uri(formato="PNG", tipo="image/png;base64", **opciones) -> str:
    return f"data:{tipo}," + base64.b64encode(imagen(formato, 80, **opciones)).decode()


DIBUJADAS = {
    "jpeg": en_uri("JPEG", "image/jpeg;base64"),
    "jpeg que se dice png": en_uri("JPEG"),
    "webp": en_uri("WEBP", "image/webp;base64"),
    "gif": en_uri("GIF", "image/gif;base64"),
    "con charset": en_uri(tipo="image/png;charset=utf-8;base64"),
    "en mayusculas": en_uri().replace("data:image/png;base64", "DATA:IMAGE/PNG;BASE64"),
    "sin relleno": en_uri().rstrip("="),
    "en porcientos": "data:image/png," + quote(imagen("PNG", 80)),
    "grande": en_uri(alto=60_000),
}


@pytest.mark.una_vez
@pytest.mark.parametrize("firma", DIBUJADAS.values(), ids=DIBUJADAS)
def test_una_firma_dibujada_se_imprime(tecnico, firma):
    revisado(firma_quien_recibe=firma)

    recibida = tecnico.get(DE_CHECKLIST)

    assert len(pagina_de(recibida)._images) == 1
    assert firmas.ILEGIBLE not in texto_de(tecnico.get(f"{DE_CHECKLIST}?tipo=pdf"))


def test_una_firma_con_demasiados_pixeles_no_se_decodifica(tecnico):
    salida = io.BytesIO()
    Image.new("1", (4000, 4000)).save(salida, "PNG")
    revisado(firma_quien_recibe="data:image/png;base64," + base64.b64encode(salida.getvalue()).decode())

    assert firmas.ILEGIBLE in valores_de(tecnico.get(DE_CHECKLIST))


@pytest.mark.una_vez
def test_un_costo_de_doce_digitos_cabe_en_un_renglon(tecnico):
    conceptos = [{"concepto": "Motor", "costo": Decimal("-999999999999.99")}]
    levantado(conceptos=conceptos)

    dicho = texto_de(tecnico.get(f"{DE_LEVANTAMIENTO}?tipo=pdf"))

    assert dicho.count("-$999,999,999,999.99") == 2  # its own, and that of the total


@pytest.mark.una_vez
def test_el_mas_grande_cabe(tecnico):
    conceptos = [{"claves": "W" * 255, "concepto": "W" * 500, "costo": Decimal("999999999999.99")}] * 500
    levantado(direccion="=" * 255, conceptos=conceptos)

    assert filas_de(tecnico.get(DE_LEVANTAMIENTO))[-1] == ["Total", 499999999999995]
    assert len(papel_de(tecnico.get(f"{DE_LEVANTAMIENTO}?tipo=pdf")).pages) > 100


def test_lo_que_se_imprime_fue_asi_en_algun_momento(monkeypatch):
    """Somebody approves it, with its points, just after its own columns were read."""
    pk = revisado(aprobada=False).pk
    partes_de, veces = Checklist.objects.partes_de, []

    def y_alguien_escribe(anexo):
        veces.append(anexo.version)
        if len(veces) == 1:
            items = [{"sistema": "Luces", "nombre_item": "Faros", "valor": "OK"}]
            monkeypatch.setattr(Checklist.objects, "partes_de", partes_de)
            Checklist.objects.actualizar(pk, {"aprobada": True, "items": items}, por=UsuarioFactory())
            monkeypatch.setattr(Checklist.objects, "partes_de", y_alguien_escribe)
        return partes_de(anexo)

    monkeypatch.setattr(Checklist.objects, "partes_de", y_alguien_escribe)
    checklist, items = contenido._el_ultimo(Checklist, "SIN/1", "")

    assert (checklist.aprobada, [item.nombre_item for item in items], len(veces)) == (True, ["Faros"], 2)


# --- How they are asked for ---


@pytest.mark.parametrize(
    ("ruta", "nombre"),
    [(RUTA, "EXPEDIENTE"), (DE_CHECKLIST, "CHECKLIST"), (DE_LEVANTAMIENTO, "LEVANTAMIENTO")],
)
@pytest.mark.parametrize("tipo", TIPOS)
def test_es_un_archivo_que_se_guarda(operador, ruta, nombre, tipo):
    levantado(), revisado()

    recibida = operador.get(f"{ruta}?tipo={tipo}")

    esperados = {
        "Content-Type": TIPOS[tipo],
        "Content-Disposition": f'attachment; filename="{nombre}_SIN_1.{tipo}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
    }
    assert {cabecera: recibida.headers[cabecera] for cabecera in esperados} == esperados
    assert operador.pedir("HEAD", f"{ruta}?tipo={tipo}").status_code == 200


@pytest.mark.parametrize(
    ("clave", "nombre"),
    [
        ('a "b";c\\d', 'filename="EXPEDIENTE_a__b__c_d.xlsx"'),
        ("Ñ 2024/1.a-b", "filename*=utf-8''EXPEDIENTE_%C3%91_2024_1.a-b.xlsx"),
        ("中/😀", "filename*=utf-8''EXPEDIENTE_%E4%B8%AD__.xlsx"),
    ],
)
def test_el_nombre_del_archivo_no_lleva_mas_que_letras(operador, clave, nombre):
    ExpedienteFactory(no_siniestro=clave)
    recibida = operador.get(f"/api/formatos/{quote(clave, safe='')}")

    assert recibida.headers["Content-Disposition"] == f"attachment; {nombre}"
    assert clave in valores_de(recibida)


@pytest.mark.parametrize(
    ("ruta", "error"),
    [
        ("/api/formatos/NADIE", "Expediente no encontrado"),
        ("/api/formatos/checklist/NADIE", "Checklist no encontrado para este siniestro"),
        (DE_CHECKLIST, "Checklist no encontrado para este siniestro"),
        (DE_LEVANTAMIENTO, "Levantamiento de daños no encontrado para este siniestro"),
    ],
)
def test_de_lo_que_no_hay_se_dice(tecnico, ruta, error):
    assert respuesta(tecnico.get(ruta)) == (404, {"error": error})


def test_de_un_numero_que_se_dejo_se_dice_cual_es_ahora(tecnico):
    Expediente.objects.renombrar("SIN/1", "SIN/2", por=UsuarioFactory())

    assert respuesta(tecnico.get(RUTA)) == (404, {"error": "Expediente no encontrado: ahora es SIN/2"})


@pytest.mark.parametrize(
    ("consulta", "campo"),
    [
        ("tipo=docx", "tipo"),
        ("tipo=PDF", "tipo"),
        ("tipo=", "tipo"),
        ("tipo=pdf&tipo=xlsx", "tipo"),
        ("hoja=1", "hoja"),
    ],
)
@pytest.mark.parametrize("ruta", [RUTA, DE_CHECKLIST, DE_LEVANTAMIENTO])
def test_un_parametro_malo_se_rechaza(tecnico, ruta, consulta, campo):
    status, cuerpo = respuesta(tecnico.get(f"{ruta}?{consulta}"))

    assert (status, list(cuerpo["campos"])) == (400, [campo])


@pytest.mark.parametrize("tipo", TIPOS)
@pytest.mark.parametrize("cual", EN_VECES)
def test_pocas_sentencias(tecnico, django_assert_num_queries, cual, tipo):
    levantado(conceptos=[{"concepto": str(n)} for n in range(50)])
    revisado(items=[{"nombre_item": str(n)} for n in range(50)])
    ruta = RUTA if cual == "expediente" else f"/api/formatos/{cual}/SIN%2F1"

    with django_assert_num_queries(EN_VECES[cual]):
        assert tecnico.get(f"{ruta}?tipo={tipo}").status_code == 200


def test_no_se_dibuja_para_quien_ya_no_puede(monkeypatch):
    quien = Api(UsuarioFactory())
    type(quien.usuario).objects.filter(pk=quien.usuario.pk).update(is_active=False)
    dibujadas = []
    monkeypatch.setattr("expedientes.formatos.views.escribir", lambda *hoja: dibujadas.append(hoja) or b"")

    assert (quien.get(RUTA).status_code, dibujadas) == (401, [])


# --- In the admin ---


@pytest.mark.parametrize("rol", Rol)
def test_el_admin_los_da_en_sus_paginas(client, rol):
    client.force_login(UsuarioFactory(rol=rol))
    levantado(), revisado()

    for pagina, cual in (("change", "expediente"), ("checklist", "checklist"), ("levantamiento", "levantamiento")):
        html = client.get(f"{ADMIN}/{pagina}/").content.decode()
        for tipo in TIPOS:
            ruta = f"{ADMIN}/formatos/{cual}.{tipo}"
            assert f'href="{ruta}" target="_blank"' in html
            recibida = client.get(ruta)
            assert recibida.headers["Content-Disposition"] == f'attachment; filename="{cual.upper()}_SIN_1.{tipo}"'
            assert recibida.headers["Content-Type"] == TIPOS[tipo]


def test_el_admin_no_ofrece_lo_que_no_hay(client, como_operador):
    for cual in ("checklist", "levantamiento"):
        assert "/formatos/" not in client.get(f"{ADMIN}/{cual}/").content.decode()
        assert client.get(f"{ADMIN}/formatos/{cual}.pdf").status_code == 404


@pytest.mark.parametrize(("cual", "permiso"), [("expediente", "expediente"), ("checklist", "checklist")])
def test_el_admin_los_niega_a_quien_no_puede_verlos(client, como_operador, monkeypatch, cual, permiso):
    ChecklistFactory(no_siniestro="SIN/1"), LevantamientoFactory(no_siniestro="SIN/1")
    monkeypatch.setitem(PERMISOS, f"expedientes.view_{permiso}", frozenset())

    assert client.get(f"{ADMIN}/formatos/{cual}.pdf").status_code == 403
    assert client.post(f"{ADMIN}/formatos/{cual}.pdf").status_code == 405
    client.logout()
    assert client.get(f"{ADMIN}/formatos/{cual}.pdf").status_code == 302
