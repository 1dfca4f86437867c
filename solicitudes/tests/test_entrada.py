"""Input, field by field: no value of a wrong type or form passes, and none causes a 5xx."""

import pytest

from monitor.api.tests.cliente import Api
from solicitudes.models import Solicitud

ENTERO_MAXIMO = 2_147_483_647

COMUNES = [([], "tipo"), ({}, "tipo")]
ENTEROS = [*COMUNES, ("1", "tipo"), (1.5, "tipo"), (1.0, "tipo"), (True, "tipo"), ("", "tipo")]
ENTEROS += [(ENTERO_MAXIMO + 1, "rango"), (10**30, "tipo o rango")]
CANTIDADES = [*ENTEROS, (-1, "rango")]
BANDERAS = [*COMUNES, ("true", "tipo"), (1, "tipo"), (0, "tipo"), ("", "tipo")]
TEXTOS = [*COMUNES, (5, "tipo"), (True, "tipo"), ("mal\x00texto", "control"), ("mal\x07texto", "control")]
FECHAS = [*COMUNES, (20260415, "tipo")]
FECHAS += [
    (texto, "formato")
    for texto in ("2027-02-30", "2027", "2027-01", "15/01/2027", "2027-01-15 ", "2027-01-15T08:00:00", "2027-1-5", "x")
]
HORAS = [*COMUNES, (8, "tipo")]
HORAS += [
    (texto, "formato") for texto in ("8:00", "08", "24:00", "08:60", "08:00:60", "08:00Z", "08:00:00.5", " 08:00")
]

OBLIGATORIOS = {
    "idUsuarioSolicitante": ENTEROS,
    "idDepartamentoSolicitante": ENTEROS,
    "idUsuarioAprobador": ENTEROS,
    "idTipoPrioridadSolicitud": ENTEROS,
    "idTipoServicioSolicitud": ENTEROS,
    "asunto": [
        *TEXTOS,
        ("abcd", "corto"),
        ("  abcd  ", "corto"),
        ("a" * 251, "largo"),
        ("", "corto"),
        ("con\nlinea", "x"),
    ],
    "cantidadPasajeros": CANTIDADES,
    "fechaServicioRequerido": [*FECHAS, ("", "vacía")],
    "horaServicioRequerido": [*HORAS, ("", "vacía")],
    "lugares": [("x", "tipo"), ({}, "tipo"), (5, "tipo"), ([[]], "elemento"), ([None], "elemento"), ([5], "elemento")],
}
TEXTOS_OPCIONALES = [*TEXTOS, ("a" * 4001, "largo")]
OPCIONALES = {
    "descripcion": TEXTOS_OPCIONALES,
    "justificacion": TEXTOS_OPCIONALES,
    "nombresPasajeros": TEXTOS_OPCIONALES,
    "observaciones": TEXTOS_OPCIONALES,
}
DE_LUGAR_OBLIGATORIOS = {"idLugar": ENTEROS, "orden": ENTEROS}
DE_LUGAR_OPCIONALES = {
    "esOrigen": BANDERAS,
    "descripcion": [*TEXTOS, ("a" * 501, "largo")],
    "horaEstimadaLlegada": HORAS,
    "requiereRetorno": BANDERAS,
    "horaEstimadaRetorno": HORAS,
}


def casos(*tablas):
    return [
        pytest.param(campo, valor, id=f"{campo}-{falta}-{valor!r:.20}")
        for tabla in tablas
        for campo, valores in tabla.items()
        for valor, falta in valores
    ]


def faltas(recibida):
    datos = recibida.json()
    assert (recibida.status_code, datos["success"], datos["message"]) == (400, False, datos["detail"][0])
    return datos["detail"]


@pytest.fixture
def juan(mundo):
    return Api(mundo["solicitante"])


@pytest.mark.una_vez
@pytest.mark.parametrize(("campo", "valor"), casos(OBLIGATORIOS, OPCIONALES))
def test_campo_invalido_es_400_y_se_nombra(cuerpo, juan, campo, valor):
    cuerpo[campo] = valor

    [frase] = faltas(juan.post("/solicitud", cuerpo))

    assert frase.startswith(campo)
    assert Solicitud.objects.count() == 0


@pytest.mark.una_vez
@pytest.mark.parametrize(("campo", "valor"), casos(OBLIGATORIOS, OPCIONALES))
def test_campo_invalido_al_actualizar_tambien(cuerpo, juan, campo, valor):
    pk = juan.post("/solicitud", cuerpo).json()["data"]["Id"]

    [frase] = faltas(juan.put(f"/solicitud/{pk}", {campo: valor}))

    assert frase.startswith(campo)


@pytest.mark.una_vez
@pytest.mark.parametrize(("campo", "valor"), casos(DE_LUGAR_OBLIGATORIOS, DE_LUGAR_OPCIONALES))
def test_campo_invalido_de_un_lugar_es_400_y_dice_de_cual(cuerpo, juan, campo, valor):
    cuerpo["lugares"][1][campo] = valor

    [frase] = faltas(juan.post("/solicitud", cuerpo))

    assert frase.startswith(f"lugares[1].{campo}: ")


@pytest.mark.parametrize("campo", OBLIGATORIOS)
def test_campo_obligatorio_no_falta_ni_es_nulo(cuerpo, juan, campo):
    nulo = cuerpo | {campo: None}
    del cuerpo[campo]

    assert faltas(juan.post("/solicitud", cuerpo)) == [f"{campo}: es obligatorio"]
    assert faltas(juan.post("/solicitud", nulo)) == [f"{campo}: no puede ser nulo"]


@pytest.mark.parametrize("campo", DE_LUGAR_OBLIGATORIOS)
def test_campo_obligatorio_de_un_lugar_no_falta_ni_es_nulo(cuerpo, juan, campo):
    del cuerpo["lugares"][0][campo]
    cuerpo["lugares"][1][campo] = None

    assert faltas(juan.post("/solicitud", cuerpo)) == [
        f"lugares[0].{campo}: es obligatorio",
        f"lugares[1].{campo}: no puede ser nulo",
    ]


@pytest.mark.parametrize(
    ("campo", "valor"),
    [
        ("asunto", "a" * 250),
        ("asunto", "abcde"),
        ("descripcion", "a\nb\tc" + "d" * 3995),
        ("cantidadPasajeros", 0),
        ("cantidadPasajeros", ENTERO_MAXIMO),
        ("fechaServicioRequerido", "9999-12-31"),
        ("horaServicioRequerido", "23:59:59"),
        ("horaServicioRequerido", "00:00"),
    ],
)
def test_valor_en_el_limite_se_admite(cuerpo, juan, campo, valor):
    cuerpo[campo] = valor

    assert juan.post("/solicitud", cuerpo).status_code == 201


@pytest.mark.parametrize("accion", ["rechazar", "cancelar"])
@pytest.mark.parametrize(
    ("datos", "frase"),
    [
        ({}, "motivo: es obligatorio"),
        ({"motivo": None}, "motivo: no puede ser nulo"),
        ({"motivo": ""}, "motivo: no puede estar vacío"),
        ({"motivo": " \n\u2003"}, "motivo: no puede estar vacío"),
        ({"motivo": 5}, "motivo: debe ser texto"),
        ({"motivo": "a" * 501}, "motivo: admite 500 caracteres como máximo"),
        ({"motivo": "a\x00"}, "motivo: no se admiten caracteres de control"),
        ({"motivo": "a", "x": 1}, "x: no se reconoce"),
    ],
)
def test_motivo_invalido_es_400(solicitud, administrador, accion, datos, frase):
    assert faltas(administrador.post(f"/solicitud/{solicitud.pk}/{accion}", datos)) == [frase]


INVISIBLES = ["\u200b", " \u2800 ", "\u115f\u1160\u3164\uffa0", "\u00ad\ufeff"]
INVISIBLES += list("\ufe0f\u034f\u17b4\u2065\U000e0100")


@pytest.mark.parametrize("texto", INVISIBLES)
@pytest.mark.parametrize("accion", ["rechazar", "cancelar"])
def test_motivo_que_no_se_ve_es_ninguno(solicitud, administrador, accion, texto):
    ruta = f"/solicitud/{solicitud.pk}/{accion}"

    assert faltas(administrador.post(ruta, {"motivo": texto})) == faltas(administrador.post(ruta, {"motivo": ""}))


@pytest.mark.parametrize("texto", INVISIBLES)
def test_aprobar_con_un_motivo_que_no_se_ve_es_sin_motivo(solicitud, administrador, texto):
    assert administrador.post(f"/solicitud/{solicitud.pk}/aprobar", {"motivo": texto}).status_code == 200
    assert solicitud.historico.latest("pk").motivo is None


@pytest.mark.parametrize("texto", [5 * invisible for invisible in INVISIBLES])
def test_asunto_que_no_se_ve_es_ninguno(juan, cuerpo, texto):
    assert faltas(juan.post("/solicitud", cuerpo | {"asunto": texto})) == faltas(
        juan.post("/solicitud", cuerpo | {"asunto": ""})
    )


@pytest.mark.parametrize("campo", ["asunto", "descripcion", "justificacion", "observaciones"])
def test_un_emoji_con_su_variante_se_toma(juan, cuerpo, campo):
    datos = juan.post("/solicitud", cuerpo | {campo: "Urge ❤\ufe0f"}).json()["data"]

    assert datos[campo.capitalize()] == "Urge ❤\ufe0f"


@pytest.mark.parametrize("campo", ["asunto", "descripcion", "justificacion", "nombresPasajeros", "observaciones"])
def test_los_textos_se_guardan_compuestos(juan, cuerpo, campo):
    datos = juan.post("/solicitud", cuerpo | {campo: "Camio\u0301n n\u0303"}).json()["data"]

    assert datos[campo[0].upper() + campo[1:]] == "Camión ñ"


@pytest.mark.parametrize(
    ("texto", "frase"),
    [
        ("%CC%81", "no queda nada que buscar; escriba letras o números"),
        ("%E2%80%8B", "no puede estar vacío"),
        ("%E2%A0%80", "no puede estar vacío"),
    ],
)
def test_busqueda_de_la_que_no_queda_nada_es_400(juan, texto, frase):
    assert faltas(juan.get(f"/solicitud?busqueda={texto}")) == [f"busqueda: {frase}"]


@pytest.mark.parametrize("datos", [{"motivo": 5}, {"motivo": "a" * 501}, {"motivo": "a\x00"}, {"x": 1}])
def test_aprobar_tambien_lee_su_motivo_con_rigor(solicitud, administrador, datos):
    assert len(faltas(administrador.post(f"/solicitud/{solicitud.pk}/aprobar", datos))) == 1


@pytest.mark.parametrize("ruta", ["", "/historico"])
@pytest.mark.parametrize(("clave", "status"), [("abc", 400), ("-1", 400), ("1.5", 400), ("%00", 400), ("9" * 30, 404)])
def test_id_que_no_es_un_numero_es_400_y_uno_que_no_cabe_404(administrador, clave, status, ruta):
    recibida = administrador.get(f"/solicitud/{clave}{ruta}")

    assert recibida.status_code == status
    if status == 404:
        assert recibida.json()["message"] == f"Solicitud con Id {clave} no encontrada"
