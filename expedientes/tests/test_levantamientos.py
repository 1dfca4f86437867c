"""The surveys of an expediente and their concepts, as clients of the API meet them."""

import json
from decimal import Decimal
from io import StringIO

import orjson
import pytest
from django.core.management import call_command

from expedientes.archivo import AnexoArchivado, ExpedienteArchivado
from expedientes.levantamientos.models import Levantamiento, LevantamientoConcepto
from expedientes.levantamientos.serializers import CAMPOS
from expedientes.models import Expediente
from expedientes.tests.anexos import LevantamientoFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.cambios.models import Cambio

pytestmark = pytest.mark.django_db

RUTA = "/api/levantamientos"
IMPORTE = "debe ser un importe de hasta 12 enteros y 2 decimales"
CONCEPTOS = [
    {"claves": "FD", "concepto": "Fascia delantera", "costo": "1500.50"},
    {"concepto": "Descuento", "costo": -200},
]


@pytest.fixture(autouse=True)
def expediente():
    return ExpedienteFactory(no_siniestro="SIN/1", completo=True)


@pytest.fixture
def levantado(tecnico):
    """Return a survey with two concepts, as its creation answered it."""
    recibida = tecnico.post(RUTA, {"no_siniestro": "SIN/1", "marca": "Nissan", "conceptos": CONCEPTOS})
    assert recibida.status_code == 201
    return recibida.json()


def comprobar_historia():
    call_command("verificar_historial", stdout=StringIO())


def dichos(objeto="levantamiento"):
    return [
        json.loads(c) for c in Cambio.objects.filter(objeto=objeto).order_by("id").values_list("cambios", flat=True)
    ]


def test_se_crea_con_sus_conceptos_y_se_lee_igual(tecnico):
    enviado = {
        "no_siniestro": "SIN/1 ",
        "fecha": "15/01/2024",
        "kilometraje": "48,200",
        "aire": False,
        "conceptos": CONCEPTOS,
    }

    recibida = tecnico.post(RUTA, enviado)

    creado = recibida.json()
    primero, segundo = LevantamientoConcepto.objects.order_by("id").values_list("id", flat=True)
    de = {"id_levantamiento": creado["id"]}
    esperado = {"id": creado["id"], "no_siniestro": "SIN/1"} | dict.fromkeys(CAMPOS)
    esperado |= {"fecha": "2024-01-15T12:00:00.000Z", "kilometraje": "48,200", "aire": False}
    esperado["levantamiento_concepto"] = [
        {"id": primero} | de | {"claves": "FD", "concepto": "Fascia delantera", "costo": "1500.5"},
        {"id": segundo} | de | {"claves": None, "concepto": "Descuento", "costo": "-200"},
    ]
    assert (recibida.status_code, recibida.headers["Location"]) == (201, f"{RUTA}/{creado['id']}")
    assert json.dumps(creado) == json.dumps(esperado)
    leido = tecnico.get(f"{RUTA}/{creado['id']}")
    plano = tecnico.get("/api/expedientes/SIN%2F1").json()
    for relacion in ("aseguradora", "historial_estado", "evidencia"):
        del plano[relacion]
    assert json.dumps(leido.json()) == json.dumps(esperado | {"expediente": plano})
    assert leido.headers["ETag"] == recibida.headers["ETag"]


@pytest.mark.parametrize(
    ("cuerpo", "status", "dicho"),
    [
        ({}, 400, {"error": "no_siniestro es requerido"}),
        ({"no_siniestro": " "}, 400, {"error": "no_siniestro es requerido"}),
        ({"no_siniestro": "sin/1"}, 400, {"error": "No existe un expediente con ese no_siniestro"}),
    ],
)
def test_lo_que_falta_se_dice(tecnico, cuerpo, status, dicho):
    assert respuesta(tecnico.post(RUTA, cuerpo)) == (status, dicho)


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("fecha", "31/02/2024", "fecha: no es una fecha válida; use AAAA-MM-DD o DD/MM/AAAA"),
        ("fecha", "1/2/2024", "fecha: no es una fecha válida; use AAAA-MM-DD o DD/MM/AAAA"),
        ("aire", "true", "aire: debe ser true o false"),
        ("color", "x" * 256, "color: admite 255 caracteres como máximo"),
        ("conceptos", None, "conceptos: no puede ser nulo"),
        ("conceptos", {}, "conceptos: debe ser un arreglo"),
        ("conceptos", [{"costo": 1}], "conceptos[0].concepto es requerido"),
        ("conceptos", [{"concepto": "x", "costo": 1.555}], f"conceptos[0].costo: {IMPORTE}"),
        ("conceptos", [{"concepto": "x"}] * 501, "conceptos: admite 500 elementos como máximo"),
        ("conceptoz", [], "conceptoz: no se reconoce (¿quiso decir `conceptos`?)"),
    ],
)  # fmt: skip
def test_lo_que_esta_mal_se_nombra(tecnico, campo, valor, frase):
    recibida = tecnico.post(RUTA, {"no_siniestro": "SIN/1", campo: valor})

    assert respuesta(recibida) == (400, {"error": frase, "campos": {campo: [frase]}})
    assert not Levantamiento.objects.exists()


@pytest.mark.parametrize(
    ("costo", "vuelve"),
    [
        ("1500.5", "1500.5"),
        ("200.00", "200"),
        (1e3, "1000"),
        (-0.1, "-0.1"),
        (0.30, "0.3"),
        ("-0.00", "0"),
        ("999999999999.99", "999999999999.99"),
        (999999999999.99, "999999999999.99"),
        (None, None),
    ],
)
def test_un_importe_vuelve_exacto(tecnico, levantado, costo, vuelve):
    recibida = tecnico.post(f"{RUTA}/{levantado['id']}/conceptos", {"concepto": "x", "costo": costo})

    leido = tecnico.get(f"{RUTA}/{levantado['id']}").json()["levantamiento_concepto"][-1]
    assert (recibida.status_code, recibida.json()["costo"], leido["costo"]) == (201, vuelve, vuelve)


@pytest.mark.parametrize(
    "costo", [True, "", " 5", "1,500", "1.", ".5", "1e3", "+1", "0.001", 0.001, "1000000000000", 10**12, 1e300, "٣", []]
)
def test_lo_que_no_es_un_importe_no_se_guarda(tecnico, levantado, costo):
    recibida = tecnico.post(f"{RUTA}/{levantado['id']}/conceptos", {"concepto": "x", "costo": costo})

    assert (recibida.status_code, list(recibida.json()["campos"])) == (400, ["costo"])


@pytest.mark.parametrize(
    ("escrito", "vuelve"),
    [("2.5e1", "25"), ("1.10000000000000000000000", "1.1"), ("0e999999999", "0"), ("-1E2", "-100")],
)
def test_un_numero_cuenta_como_esta_escrito(tecnico, levantado, escrito, vuelve):
    recibida = tecnico.put(_concepto(levantado), f'{{"costo": {escrito}}}'.encode())

    assert (recibida.status_code, recibida.json()["costo"]) == (200, vuelve)


@pytest.mark.parametrize(
    "escrito",
    [
        *("1.009999999999999999999", "123456789012.99999999", "1e-999999999", "1.0000000000000001", "1e999999999"),
        *("0.1e-1e", "99999999999999999999e-8", "1e99999999999999999999"),
    ],
)
@pytest.mark.parametrize("como", ["{}", '"{}"'])
def test_un_importe_no_se_redondea(tecnico, levantado, escrito, como):
    costo = como.format(escrito)
    en_lista = f'{{"conceptos": [{{"concepto": "Fascia delantera", "costo": {costo}}}]}}'

    for ruta, cuerpo in ((_concepto(levantado), f'{{"costo": {costo}}}'), (f"{RUTA}/{levantado['id']}", en_lista)):
        assert tecnico.put(ruta, cuerpo.encode()).status_code == 400

    assert LevantamientoConcepto.objects.order_by("id").first().costo == Decimal("1500.50")


def _concepto(levantado):
    return f"{RUTA}/conceptos/{levantado['levantamiento_concepto'][0]['id']}"


def test_lo_que_no_cambio_no_se_manda_otra_vez(tecnico, operador, levantado):
    ruta = f"{RUTA}/{levantado['id']}"
    etag = tecnico.get(ruta).headers["ETag"]

    conocido = tecnico.get(ruta, **{"If-None-Match": etag})
    operador.put("/api/expedientes/SIN%2F1", {"color": "verde"})

    assert (conocido.status_code, conocido.headers["ETag"], conocido.content) == (304, etag, b"")
    assert tecnico.get(ruta, **{"If-None-Match": etag}).status_code == 200
    for mala, status in (("x", 400), ("٣", 400), ("1.5", 400), ("9" * 17, 404), ("9" * 30, 404)):
        assert tecnico.get(f"{RUTA}/{mala}", **{"If-None-Match": "*"}).status_code == status


def test_el_total_es_exacto(tecnico, levantado):
    tecnico.put(
        f"{RUTA}/{levantado['id']}",
        {"conceptos": [{"concepto": "a", "costo": 0.1}, {"concepto": "b", "costo": "0.2"}, {"concepto": "c"}]},
    )

    recibida = tecnico.get(f"{RUTA}/{levantado['id']}/costo-total")

    assert recibida.content == orjson.dumps({"id_levantamiento": levantado["id"], "total": 0.3})


def test_sin_conceptos_el_total_es_cero_y_sin_levantamiento_no_hay_total(tecnico):
    vacio = tecnico.post(RUTA, {"no_siniestro": "SIN/1"}).json()["id"]

    assert respuesta(tecnico.get(f"{RUTA}/{vacio}/costo-total")) == (200, {"id_levantamiento": vacio, "total": 0})
    assert tecnico.get(f"{RUTA}/{vacio + 1}/costo-total").status_code == 404


# --- Reading ---


def test_la_lista_va_del_mas_reciente_al_primero_por_paginas_o_entera(tecnico, django_assert_num_queries):
    ExpedienteFactory(no_siniestro="SIN-2")
    for clave in ("SIN/1", "SIN-2", "SIN/1"):
        LevantamientoFactory.create_batch(20, no_siniestro=clave)
    esperados = sorted(Levantamiento.objects.values_list("id", flat=True), reverse=True)

    with django_assert_num_queries(4):  # two batches, each with its concepts
        todos = respuesta(tecnico.get(RUTA))[1]
    with django_assert_num_queries(2):
        pagina = tecnico.get(f"{RUTA}?por_pagina=35&no_siniestro=SIN%2F1")
    resto = tecnico.get(pagina.headers["Link"].split(";")[0].strip("<>"))

    assert [uno["id"] for uno in todos] == esperados
    assert [c["concepto"] for c in todos[0]["levantamiento_concepto"]] == ["Fascia delantera"]
    assert (len(pagina.json()), len(resto.json()), "Link" in resto.headers) == (35, 5, False)
    assert {uno["no_siniestro"] for uno in pagina.json() + resto.json()} == {"SIN/1"}
    assert respuesta(tecnico.get(f"{RUTA}?no_siniestro=nadie")) == (200, [])


@pytest.mark.parametrize("consulta", ["no_siniestro=a&no_siniestro=b", "no_siniestro=", "siniestro=a", "cursor=x"])
def test_un_parametro_mal_puesto_se_dice(tecnico, consulta):
    assert tecnico.get(f"{RUTA}?{consulta}").status_code == 400


def test_el_ultimo_de_un_expediente(tecnico, levantado):
    ultimo = tecnico.post(RUTA, {"no_siniestro": "SIN/1", "color": "azul"}).json()

    recibida = tecnico.get(f"{RUTA}/siniestro/SIN%2F1")

    assert respuesta(recibida) == (200, ultimo)
    repetida = tecnico.get(f"{RUTA}/siniestro/SIN%2F1", **{"If-None-Match": recibida.headers["ETag"]})
    assert repetida.status_code == 304
    ninguno = tecnico.get(f"{RUTA}/siniestro/nadie")
    assert respuesta(ninguno) == (404, {"error": "No existe levantamiento para este siniestro"})


@pytest.mark.parametrize(
    ("ruta", "status", "error"),
    [
        ("{}/1.5", 400, "id inválido"),
        ("{}/x/costo-total", 400, "id inválido"),
        ("{}/999999", 404, "Levantamiento no encontrado"),
        ("{}/" + "9" * 30, 404, "Levantamiento no encontrado"),
    ],
)
def test_lo_que_no_hay_se_dice(tecnico, ruta, status, error):
    assert respuesta(tecnico.get(ruta.format(RUTA))) == (status, {"error": error})


# --- Writing ---


def test_actualizar_escribe_solo_lo_que_llega(tecnico, levantado):
    clave = levantado["id"]

    for metodo, cuerpo, cambia in (
        ("PUT", {"color": "azul"}, {"color": "azul"}),
        ("PATCH", {"marca": None}, {"marca": None}),
        ("PUT", {}, {}),
        ("PUT", {"no_siniestro": " SIN/1", "id": 7, "levantamiento_concepto": [], "expediente": {}}, {}),
    ):
        levantado |= cambia
        assert respuesta(tecnico.pedir(metodo, f"{RUTA}/{clave}", cuerpo)) == (200, levantado)

    assert dichos()[1:] == [{"color": {"de": None, "a": "azul"}}, {"marca": {"de": "Nissan", "a": None}}]
    comprobar_historia()


@pytest.mark.parametrize("otro", ["SIN-2", "nadie"])
def test_no_se_cambia_de_expediente(tecnico, levantado, otro):
    ExpedienteFactory(no_siniestro="SIN-2")

    recibida = tecnico.put(f"{RUTA}/{levantado['id']}", {"no_siniestro": otro, "color": "azul"})

    assert respuesta(recibida) == (400, {"error": "No se puede cambiar de expediente"})


def test_los_conceptos_que_se_envian_reemplazan_a_los_que_habia(tecnico, levantado):
    nuevos = [CONCEPTOS[0], {"concepto": "Mano de obra", "costo": "800"}]

    quedo = tecnico.put(f"{RUTA}/{levantado['id']}", {"conceptos": nuevos}).json()

    assert [c["concepto"] for c in quedo["levantamiento_concepto"]] == ["Fascia delantera", "Mano de obra"]
    assert dichos()[-1] == {
        "conceptos": {
            "de": [{"claves": None, "concepto": "Descuento", "costo": "-200"}],
            "a": [{"claves": None, "concepto": "Mano de obra", "costo": "800"}],
        }
    }
    comprobar_historia()


def test_enviar_los_mismos_conceptos_no_cambia_nada(tecnico, levantado):
    antes = tecnico.get(f"{RUTA}/{levantado['id']}")

    tecnico.put(f"{RUTA}/{levantado['id']}", {"conceptos": CONCEPTOS})

    assert tecnico.get(f"{RUTA}/{levantado['id']}").headers["ETag"] == antes.headers["ETag"]


def test_un_concepto_se_agrega_se_cambia_y_se_quita(tecnico, administrador, levantado):
    ruta = f"{RUTA}/{levantado['id']}"
    etag = tecnico.get(ruta).headers["ETag"]

    creado = tecnico.post(f"{ruta}/conceptos", {"concepto": "Pintura", "costo": 10})
    concepto = creado.json()
    cambiado = tecnico.put(f"{RUTA}/conceptos/{concepto['id']}", {"costo": 12.5, "id_levantamiento": 1})

    assert list(concepto) == ["id", "id_levantamiento", "claves", "concepto", "costo"]
    assert respuesta(cambiado) == (200, concepto | {"costo": "12.5"})
    assert creado.headers["ETag"] != cambiado.headers["ETag"]
    assert tecnico.get(ruta).headers["ETag"] != etag
    viejo = tecnico.put(f"{RUTA}/conceptos/{concepto['id']}", {"costo": 1}, **{"If-Match": creado.headers["ETag"]})
    assert viejo.status_code == 412

    quitado = administrador.delete(f"{RUTA}/conceptos/{concepto['id']}", **{"If-Match": cambiado.headers["ETag"]})

    assert respuesta(quitado) == (200, {"mensaje": "Concepto eliminado correctamente"})
    assert len(tecnico.get(ruta).json()["levantamiento_concepto"]) == 2
    assert dichos()[-1]["conceptos"] == {"de": [{"claves": None, "concepto": "Pintura", "costo": "12.5"}], "a": []}
    comprobar_historia()


@pytest.mark.parametrize(
    ("clave", "status", "error"),
    [("x", 400, "id_concepto inválido"), ("999999", 404, "Concepto no encontrado")],
)
def test_el_concepto_que_no_hay(tecnico, administrador, clave, status, error):
    for recibida in (tecnico.put(f"{RUTA}/conceptos/{clave}", {}), administrador.delete(f"{RUTA}/conceptos/{clave}")):
        assert respuesta(recibida) == (status, {"error": error})


def test_un_concepto_sin_nombre_no_se_agrega(tecnico, levantado):
    for cuerpo in ({}, {"concepto": None}, {"concepto": " "}):
        recibida = tecnico.post(f"{RUTA}/{levantado['id']}/conceptos", cuerpo)
        assert respuesta(recibida) == (400, {"error": "concepto es requerido"})


def test_no_caben_mas_de_500_conceptos(tecnico, levantado):
    tecnico.put(f"{RUTA}/{levantado['id']}", {"conceptos": [{"concepto": "x"}] * 500})

    recibida = tecnico.post(f"{RUTA}/{levantado['id']}/conceptos", {"concepto": "uno más"})

    assert (recibida.status_code, recibida.json()["error"]) == (400, "conceptos: admite 500 renglones como máximo")


def test_sobre_lo_que_ya_cambio_no_se_escribe(tecnico, levantado):
    etag = tecnico.get(f"{RUTA}/{levantado['id']}").headers["ETag"]
    tecnico.post(f"{RUTA}/{levantado['id']}/conceptos", {"concepto": "x"})

    recibida = tecnico.put(f"{RUTA}/{levantado['id']}", {"color": "azul"}, **{"If-Match": etag})

    assert (recibida.status_code, recibida.json()["error"]) == (412, Levantamiento.cambio)


# --- Going ---


def test_el_eliminado_queda_en_el_archivo_con_sus_conceptos(administrador, levantado):
    recibida = administrador.delete(f"{RUTA}/{levantado['id']}")

    assert respuesta(recibida) == (200, {"mensaje": "Levantamiento y conceptos eliminados correctamente"})
    assert not LevantamientoConcepto.objects.exists()
    datos = AnexoArchivado.objects.get().datos
    assert (datos["marca"], [c["costo"] for c in datos["levantamiento_concepto"]]) == ("Nissan", ["1500.50", "-200.00"])
    comprobar_historia()


def test_se_archiva_y_vuelve_con_su_expediente_hasta_el_ultimo_concepto(tecnico, administrador, levantado):
    antes = tecnico.get(f"{RUTA}/{levantado['id']}").json()
    administrador.delete("/api/expedientes/SIN%2F1")
    assert not Levantamiento.objects.exists()

    Expediente.objects.restaurar(ExpedienteArchivado.objects.get().pk, por=administrador.usuario)

    assert tecnico.get(f"{RUTA}/{levantado['id']}").json() == antes
    assert LevantamientoConcepto.objects.first().costo == Decimal("1500.50")
    comprobar_historia()
