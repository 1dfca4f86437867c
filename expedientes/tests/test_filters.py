"""The lists: their order, their pages, their filters, and what they refuse."""

import base64
import json
import re
from datetime import date
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.api.tests.cliente import Api, respuesta
from monitor.server.application import ROOM_FOR_STREAMS

LISTA = "/api/expedientes"
RESUMEN = """no_siniestro factura orden asesor fecha_ingreso estado marca placas tipo color modelo nombre_cliente
    telefono_cliente aseguradora"""


@pytest.fixture
def claves(tecnico):
    """Return a function that gives the keys in a list, in its order."""
    return lambda ruta: [item["no_siniestro"] for item in respuesta(tecnico.get(ruta))[1]]


def insertar(**datos):
    """Insert a row as another program would, without a verb."""
    return Expediente.objects.create(**datos)


def test_lista_da_el_resumen_en_el_orden_del_contrato(tecnico):
    aseguradora = AseguradoraFactory(nombre="HDI")
    ExpedienteFactory(no_siniestro="SIN-1", completo=True, aseguradora=aseguradora)
    ExpedienteFactory(no_siniestro="SIN-2")

    recibida = tecnico.get(LISTA)

    vacio = dict.fromkeys(RESUMEN.split()) | {"no_siniestro": "SIN-2", "estado": "Ingreso"}
    completo = {
        "no_siniestro": "SIN-1",
        "factura": "F-1",
        "orden": "OT-7",
        "asesor": "Luisa Peña",
        "fecha_ingreso": "2024-01-15T12:00:00.000Z",
        "estado": "Ingreso",
        "marca": "Nissan",
        "placas": "ABC-12-34",
        "tipo": "Sedán",
        "color": "Rojo",
        "modelo": "Versa 2020",
        "nombre_cliente": "Ángela Muñoz",
        "telefono_cliente": "55 1234 5678",
        "aseguradora": {"id": aseguradora.pk, "nombre": "HDI"},
    }
    assert recibida.getvalue().decode() == json.dumps([vacio, completo], ensure_ascii=False, separators=(",", ":"))
    assert (recibida.headers["Content-Type"], recibida.headers["Cache-Control"]) == (
        "application/json",
        "private, no-cache",
    )
    assert "Link" not in recibida.headers


EN_ORDEN = [
    ("Z", None), ("a", None), ("ñ", None), ("B", date(9999, 12, 31)), ("b", date(2024, 2, 1)), ("A", date(2024, 1, 15)),
    ("A-1", date(2024, 1, 15)), ("A/1", date(2024, 1, 15)), ("A1", date(2024, 1, 15)), ("AA", date(2024, 1, 15)),
    ("Aa", date(2024, 1, 15)), ("Z9", date(2024, 1, 15)), ("a b", date(2024, 1, 15)), ("a_b", date(2024, 1, 15)),
    ("é", date(2024, 1, 15)), ("\uffee", date(2024, 1, 15)), ("🚗", date(2024, 1, 15)), ("x", date(1999, 12, 31)),
    ("y", date(1, 1, 1)),
]  # fmt: skip


@pytest.fixture
def en_orden(db):
    """Insert keys that sort by code point, and return them in order. In UTF-16 the car would come before U+FFEE, and in
    Spanish ñ before Z."""
    for clave, fecha in reversed(EN_ORDEN):
        insertar(no_siniestro=clave, fecha_ingreso=fecha)
    return [clave for clave, _ in EN_ORDEN]


def test_lista_va_de_lo_mas_nuevo_con_nulos_primero_y_luego_por_codigo(claves, en_orden):
    assert claves(LISTA) == en_orden


def siguiente(recibida):
    enlace = recibida.headers.get("Link")
    return enlace and re.fullmatch(r'<(/api/[^>]+)>; rel="next"', enlace)[1]


@pytest.mark.parametrize("por_pagina", [*range(1, 22), 1000])
def test_paginas_recorren_la_lista_sin_perder_ni_repetir(tecnico, en_orden, por_pagina):
    ruta, paginas = f"{LISTA}?por_pagina={por_pagina}", []
    while ruta:
        recibida = tecnico.get(ruta)
        paginas.append([item["no_siniestro"] for item in recibida.json()])
        ruta = siguiente(recibida)

    assert [clave for pagina in paginas for clave in pagina] == en_orden
    assert len(paginas) == -(-len(en_orden) // por_pagina)


def test_pagina_siguiente_conserva_los_filtros(tecnico):
    for n in range(3):
        ExpedienteFactory(no_siniestro=f"SIN-{n}", marca="Kía & Co")
    ExpedienteFactory(marca="Otra")

    enlace = siguiente(tecnico.get(f"{LISTA}?q=k%C3%ADa+%26&por_pagina=2&estado=Ingreso"))

    consulta = parse_qs(urlsplit(enlace).query)
    assert {clave: consulta[clave] for clave in ("q", "por_pagina", "estado")} == {
        "q": ["kía &"],
        "por_pagina": ["2"],
        "estado": ["Ingreso"],
    }
    assert [item["no_siniestro"] for item in tecnico.get(enlace).json()] == ["SIN-2"]


def test_pagina_no_se_corre_con_lo_que_se_abre_o_borra_mientras(tecnico, en_orden):
    primera = tecnico.get(f"{LISTA}?por_pagina=5")
    insertar(no_siniestro="0-antes")
    Expediente.objects.filter(pk=en_orden[4]).delete()

    segunda = tecnico.get(siguiente(primera))

    assert [item["no_siniestro"] for item in segunda.json()] == en_orden[5:10]


def cursor(valor, relleno=b""):
    return base64.urlsafe_b64encode(json.dumps(valor).encode() + relleno).decode().rstrip("=")


CURSORES = [
    "x", "!!!!", "ñ", "e30", "====", "%00", "a" * 1001, cursor({}), cursor([]), cursor([1]), cursor([1, "x", 2]),
    cursor(["1", "x"]), cursor([1, 2]), cursor([1.5, "x"]), cursor([True, "x"]), cursor([None, "x"]), cursor([1, None]),
    cursor("ab"), cursor(5), cursor(None), cursor([2**63, "x"]), cursor([2**70, "x"]),
    cursor([1, "a\x00b"]), cursor([1, "x"], b" basura"),
]  # fmt: skip


def test_lista_completa_que_no_cabe_no_se_lee(operador, django_assert_num_queries):
    ExpedienteFactory()
    operador.entorno[ROOM_FOR_STREAMS] = lambda: False
    operador.token  # noqa: B018  it asks the database

    with django_assert_num_queries(1):  # whether the caller may read
        recibida = operador.get("/api/expedientes")
    assert (recibida.status_code, recibida.headers["X-Error-Code"]) == (503, "servidor_ocupado")
    assert recibida.headers["Retry-After"] == "2"
    assert operador.get("/api/expedientes?por_pagina=1").status_code == 200
    assert Api(operador.usuario, **{ROOM_FOR_STREAMS: lambda: True}).get("/api/expedientes").status_code == 200


@pytest.mark.parametrize("malo", CURSORES)
def test_cursor_que_no_dimos_es_400(tecnico, malo):
    status, cuerpo = respuesta(tecnico.get(f"{LISTA}?por_pagina=5&cursor={malo}"))

    assert (status, list(cuerpo["campos"])) == (400, ["cursor"])


FRASES = [
    ("estados=Salida", {"estados": "estados: no se reconoce (¿quiso decir `estado`?)"}),
    ("page=1", {"page": "page: no se reconoce"}),
    ("estado=", {"estado": "estado: está vacío"}),
    ("estado", {"estado": "estado: está vacío"}),
    ("q=%20%09", {"q": "q: está vacío"}),
    ("estado=Salida&estado=Salida", {"estado": "estado: está repetido"}),
    ("estado=salida", {"estado": "estado: debe ser uno de: Ingreso, Restauracion, Pendiente_de_salida, Salida"}),
    ("id_aseguradora=x", {"id_aseguradora": "id_aseguradora: debe ser un entero"}),
    ("id_aseguradora=1.0", {"id_aseguradora": "id_aseguradora: debe ser un entero"}),
    ("id_aseguradora=%D9%A1", {"id_aseguradora": "id_aseguradora: debe ser un entero"}),
    ("id_aseguradora=2147483648", {"id_aseguradora": "id_aseguradora: debe estar entre -2147483648 y 2147483647"}),
    ("por_pagina=0", {"por_pagina": "por_pagina: debe estar entre 1 y 1000"}),
    ("por_pagina=1001", {"por_pagina": "por_pagina: debe estar entre 1 y 1000"}),
    ("por_pagina=-1", {"por_pagina": "por_pagina: debe estar entre 1 y 1000"}),
    ("por_pagina=diez", {"por_pagina": "por_pagina: debe ser un entero"}),
    ("cursor=WzEsIngiXQ", {"cursor": "cursor: requiere por_pagina"}),
    (
        "fecha_ingreso_desde=2024",
        {"fecha_ingreso_desde": "fecha_ingreso_desde: no es una fecha válida; use AAAA-MM-DD"},
    ),
    (
        "fecha_ingreso_hasta=30/01/2024",
        {"fecha_ingreso_hasta": "fecha_ingreso_hasta: no es una fecha válida; use AAAA-MM-DD"},
    ),
    ("placas=" + "x" * 256, {"placas": "placas: admite 255 caracteres como máximo"}),
    ("q=" + "x" * 101, {"q": "q: admite 100 caracteres como máximo"}),
    ("q=a%00b", {"q": "q: no se admiten caracteres de control"}),
    ("q=%CC%81", {"q": "q: no queda nada que buscar; escriba letras o números"}),
    ("placas=-", {"placas": "placas: no queda nada que buscar; escriba letras o números"}),
    ("placas=a%0Ab", {"placas": "placas: no se admiten caracteres de control"}),
    (
        "zzz=1&por_pagina=x&estado=y",
        {
            "por_pagina": "por_pagina: debe ser un entero",
            "estado": "estado: debe ser uno de: Ingreso, Restauracion, Pendiente_de_salida, Salida",
            "zzz": "zzz: no se reconoce",
        },
    ),
]


@pytest.mark.parametrize("ruta", [LISTA, f"{LISTA}/pendientes", f"{LISTA}/nube"])
@pytest.mark.parametrize(("consulta", "frases"), FRASES)
def test_lista_rechaza_parametros_malos_nombrandolos(tecnico, ruta, consulta, frases):
    esperado = {"error": next(iter(frases.values())), "campos": {campo: [frase] for campo, frase in frases.items()}}

    assert respuesta(tecnico.get(f"{ruta}?{consulta}")) == (400, esperado)


def test_lista_con_miles_de_parametros_es_400(tecnico):
    assert tecnico.get(f"{LISTA}?{'&'.join(['a=1'] * 3000)}").status_code == 400


@pytest.mark.parametrize("ruta", [f"{LISTA}/aseguradoras", f"{LISTA}/SIN-1/estado/historial", "/api/usuarios"])
def test_lista_sin_parametros_rechaza_cualquiera(administrador, ruta):
    ExpedienteFactory(no_siniestro="SIN-1")
    frase = "rol: no se reconoce"

    assert respuesta(administrador.get(f"{ruta}?rol=x")) == (400, {"error": frase, "campos": {"rol": [frase]}})


# --- Filters ---


@pytest.fixture
def varios(db):
    hdi, axa = (AseguradoraFactory(nombre=nombre) for nombre in ("HDI", "AXA"))
    comunes = {"fecha_ingreso": date(2024, 1, 15)}
    insertar(no_siniestro="A", estado="Salida", aseguradora=hdi, placas="ÑAB-12-34", **comunes)
    insertar(no_siniestro="B", estado="Salida", aseguradora=axa, placas="ñab-12-34", ubicacion_almacenamiento="Nube")
    insertar(no_siniestro="C", estado="Ingreso", aseguradora=hdi, placas="nab-12-34", **comunes)
    insertar(no_siniestro="D", estado="Restauracion", placas="50%_\\x", fecha_ingreso=date(2024, 1, 16))
    insertar(no_siniestro="E", estado="Pendiente_de_salida", placas="ÑAB-12-3", fecha_ingreso=date(2024, 1, 14))
    return hdi


@pytest.mark.parametrize(
    ("consulta", "esperadas"),
    [
        ("estado=Salida", "BA"),
        ("estado=Ingreso", "C"),
        ("fecha_ingreso_desde=2024-01-15", "DAC"),
        ("fecha_ingreso_hasta=2024-01-15", "ACE"),
        ("fecha_ingreso_desde=2024-01-15&fecha_ingreso_hasta=2024-01-15", "AC"),
        ("fecha_ingreso_desde=2024-01-15T23:30:00-06:00&fecha_ingreso_hasta=2024-01-15T00:00:00%2B14:00", "AC"),
        ("fecha_ingreso_desde=2024-01-16&fecha_ingreso_hasta=2024-01-15", ""),
        ("placas=ÑAB-12-34", "BAC"),
        ("placas=ñab1234", "BAC"),
        ("placas=NAB%2012%E2%80%9334%20", "BAC"),
        ("placas=ÑAB-12-3", "E"),
        ("placas=50%25_%5CX", "D"),
        ("placas=50%25%25%5Cx", ""),
        ("placas=%25", ""),
        ("estado=Salida&placas=ñab-12-34&fecha_ingreso_hasta=2024-12-31", "A"),
        ("id_aseguradora=2147483647", ""),
        ("id_aseguradora=-1", ""),
    ],
)
def test_lista_filtra(claves, varios, consulta, esperadas):
    assert claves(f"{LISTA}?{consulta}") == list(esperadas)
    assert claves(f"{LISTA}?{consulta}&por_pagina=50") == list(esperadas)


def test_lista_filtra_por_aseguradora(claves, varios):
    assert claves(f"{LISTA}?id_aseguradora={varios.pk}") == ["A", "C"]
    assert claves(f"{LISTA}?id_aseguradora={varios.pk}&estado=Salida") == ["A"]


def test_pendientes_y_nube_son_sus_filas_con_los_mismos_filtros(claves, varios):
    assert claves(f"{LISTA}/pendientes") == ["A"]
    assert claves(f"{LISTA}/nube") == ["B"]
    assert claves(f"{LISTA}/pendientes?estado=Ingreso") == []
    assert claves(f"{LISTA}/nube?placas=ÑAB-12-34&por_pagina=1") == ["B"]


@pytest.mark.parametrize(
    "campo", ["no_siniestro", "nombre_cliente", "placas", "marca", "modelo", "orden", "factura", "asesor", "vehiculo"]
)
def test_q_busca_en_cada_campo(claves, campo):
    insertar(**({"no_siniestro": "SIN-1"} | {campo: "xx Ávila Ñandú yy"}))
    insertar(no_siniestro="SIN-2")

    for texto in ("avila", "ÁVILA", "nandu", "ÑANDÚ", "x a", "a\u0301vila", "yy avila"):
        assert [len(claves(f"{LISTA}?q={texto}")), texto] == [1, texto]


def test_q_busca_en_el_comienzo_del_vehiculo(claves):
    insertar(no_siniestro="SIN-1", vehiculo=f"{'x' * 496}Zeta, y mas alla")

    assert (claves(f"{LISTA}?q=zeta"), claves(f"{LISTA}?q=alla")) == (["SIN-1"], [])


@pytest.mark.parametrize("campo", ["observaciones", "tecnico", "color", "nombre_cliente"])
def test_q_no_busca_en_los_demas_campos_ni_a_caballo_de_dos(claves, campo):
    insertar(no_siniestro="SIN-1", **({"marca": "Kia", "modelo": "Rio"} | {campo: "Zeta"}))

    assert claves(f"{LISTA}?q=zeta") == (["SIN-1"] if campo == "nombre_cliente" else [])
    assert claves(f"{LISTA}?q=kiario") == []


@pytest.mark.parametrize("texto", ["%", "_", "\\", "%%", "100%", "a_b", "c\\d", "'", '"', "[", "*", "a_b 100%"])
def test_q_toma_los_comodines_como_letras(claves, texto):
    insertar(no_siniestro="con", marca=f"xx {texto} yy")
    insertar(no_siniestro="sin", marca="xx axb cd 1000 yy")

    assert claves(f"{LISTA}?q={texto.replace('%', '%25')}") == ["con"]


@pytest.mark.parametrize(
    "q",
    [
        "ionut",
        "IONUȚ",
        "nguyen",
        "иванов",
        "strasse",
        "lodz",
        "ši 123-ab",
        "si123ab",
        "si-123",
        "555-123",
        "5551234567",
    ],
)
def test_q_busca_en_todos_los_alfabetos(claves, db, q):
    cliente = "Ionuț Nguyễn ИВАНОВ Straße Łódź"
    insertar(no_siniestro="A", nombre_cliente=cliente, placas="ŠI 123-AB", telefono_cliente="(555) 123 4567")
    insertar(no_siniestro="B", nombre_cliente="Otra", placas="XX-1", telefono_cliente="99")

    assert claves(f"{LISTA}?q={quote(q)}") == ["A"]


@pytest.mark.parametrize("q", ["oi1-23", "0I123", "o1l 23", "OII23", "ii 23", "o1", "0i", "l-2"])
def test_q_halla_las_placas_aunque_se_confundan_letras_y_cifras(claves, db, q):
    insertar(no_siniestro="A", placas="O1I-23" if "l" not in q else "0IL-23")
    insertar(no_siniestro="B", placas="XX-45", marca="Nissan")

    assert claves(f"{LISTA}?q={quote(q)}") == ["A"]


def test_q_no_confunde_letras_y_cifras_fuera_de_las_placas(claves, db):
    insertar(no_siniestro="SIN-10", nombre_cliente="Nissan 10", placas="AB-2")

    assert claves(f"{LISTA}?q=sin-1o") == claves(f"{LISTA}?q=io") == claves(f"{LISTA}?q=n1ssan") == []


@pytest.mark.parametrize("placas", ["yej790x", "YEJ 790\u2013X", "yej-790-x ", "ýej790x"])
def test_placas_compara_enteras_y_sin_separadores(claves, db, placas):
    insertar(no_siniestro="A", placas="YEJ-790-X ")
    insertar(no_siniestro="B", placas="YEJ-790-XX")
    insertar(no_siniestro="C", placas="ÝEJ\u2010790X")

    assert claves(f"{LISTA}?placas={quote(placas)}") == ["A", "C"]
