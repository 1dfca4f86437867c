"""Input, field by field. The cases write out again what the contract admits in each field."""

import pytest

from expedientes.models import Expediente
from expedientes.serializers import CAMPOS, DEL_SERVIDOR
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.api.tests.cliente import respuesta

# fmt: off
CORTOS = [
    "factura", "orden", "asesor", "tecnico", "mecanico", "marca", "placas", "tipo", "color", "modelo",
    "nombre_cliente", "telefono_cliente", "correo_cliente",
]
DATOS = ["dato1", "dato2", "dato3", "dato4"]
LARGOS = ["vehiculo", "observaciones", "comentarios_aseguradora"]
FECHAS = [
    "fecha_ingreso", "fecha_valuacion", "fecha_autorizacion", "fecha_pzas_completas", "unidad_terminada",
    "fecha_entrega",
]
INSTANTES = [
    "comentarios_aseguradora_fh", "dato1_fecha_hora", "dato2_fecha_hora", "dato3_fecha_hora", "dato4_fecha_hora",
]
BANDERAS = [
    "doc_orden_admision", "doc_identificacion", "doc_tarjeta_circulacion", "doc_caratula_poliza",
    "doc_carta_reparacion", "doc_comprobante_deducible", "doc_finiquito", "doc_encuesta_servicio",
]
# fmt: on
TEXTOS = CORTOS + DATOS + LARGOS
MAXIMO = dict.fromkeys(CORTOS, 255) | dict.fromkeys(DATOS, 500)

TEXTO = "{campo}: debe ser texto"
CONTROL = "{campo}: no se admiten caracteres de control"
FECHA = "{campo}: no es una fecha válida; use AAAA-MM-DD"
INSTANTE = "{campo}: no es una fecha y hora ISO 8601 válida"
LEJOS = "{campo}: está demasiado lejos; use un año entre 2 y 9998"
BANDERA = "{campo}: debe ser true o false"
ENTERO = "{campo}: debe ser un entero"
CORREO = "{campo}: Introduzca una dirección de correo electrónico válida."

NO_TEXTOS = [5, 1.5, True, [], {}]
NO_FECHAS = [
    20240115, 1705276800, 1.5, True, [], {}, "2024-02-30", "2023-02-29", "2024-13-01", "2024", "2024-01", "15/01/2024",
    "2024-01-15 ", " 2024-01-15", "2024-01-15\n", "2024-1-5", "20240115", "2024-W03-1", "2024-015", "hoy", "0000-01-01",
    "2024-01-15T25:00:00Z", "2024-01-15T10:00:61Z", "2024-01-15T10:00:00+25:00", "2024-01-15T", "2024-01-15 10:00:00",
    "२०२४-०१-१५", "+2024-01-15", "-2024-01-15", "2024-01-15\x00",
]  # fmt: skip
NO_BANDERAS = [1, 0, "true", "false", "", "Sí", 1.0, [], {}]
NO_ENTEROS = ["1", "", 1.5, 1.0, True, False, [], {}, 1e30]
FUERA_DE_RANGO = [2_147_483_648, -2_147_483_649, 10**18]


def casos():
    for campo in TEXTOS:
        yield from ((campo, valor, TEXTO) for valor in NO_TEXTOS)
        yield from ((campo, f"a{control}b", CONTROL) for control in "\x00\x01\x0b\x1b\x7f\x85\x9f")
    for campo in CORTOS + DATOS:
        yield from ((campo, f"a{control}b", CONTROL) for control in "\n\t\r")
        yield campo, "ñ" * (MAXIMO[campo] + 1), f"{{campo}}: admite {MAXIMO[campo]} caracteres como máximo"
    for campos, valores, frase in (
        (FECHAS, NO_FECHAS, FECHA),
        (
            INSTANTES,
            [*NO_FECHAS, "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "9999-12-31T20:00:00"],
            INSTANTE,
        ),
        (INSTANTES, ["0001-01-01T12:00:00Z", "0001-01-01T00:00:00-06:00", "9999-12-31T00:00:00Z"], LEJOS),
        (BANDERAS, NO_BANDERAS, BANDERA),
        (["id_aseguradora"], NO_ENTEROS, ENTERO),
        (["id_aseguradora"], FUERA_DE_RANGO, "{campo}: debe estar entre -2147483648 y 2147483647"),
        (["id_aseguradora"], [999999, 0, -1], "{campo}: no existe una aseguradora con Id {valor}"),
        (
            ["correo_cliente"],
            ["angela", "a@b", "@example.com", "a b@example.com", " ", "a@example.com, b@c.mx"],
            CORREO,
        ),
    ):
        yield from ((campo, valor, frase) for campo in campos for valor in valores)


CASOS = list(casos())


def test_los_casos_cubren_cada_campo_que_se_escribe():
    assert {campo for campo, _, _ in CASOS} == set(CAMPOS) - set(DEL_SERVIDOR) - {"no_siniestro"}


def esperado(campo, valor, frase):
    frase = frase.format(campo=campo, valor=valor)
    return 400, {"error": frase, "campos": {campo: [frase]}}


def distintos(responder, campos_y_frases):
    """Give the cases whose answer isn't the expected one, so that they are all seen at once."""
    for campo, valor, frase in campos_y_frases:
        recibido = respuesta(responder(campo, valor))
        if recibido != esperado(campo, valor, frase):
            yield campo, valor, recibido


def test_create_rechaza_cada_valor_malo_de_cada_campo(operador):
    def crear(campo, valor):
        return operador.post("/api/expedientes", {"no_siniestro": "SIN-1", campo: valor})

    assert list(distintos(crear, CASOS)) == []
    assert not Expediente.objects.exists()


def test_update_rechaza_cada_valor_malo_de_cada_campo(operador):
    ExpedienteFactory(no_siniestro="SIN-1", completo=True)
    antes = operador.get("/api/expedientes/SIN-1").content

    def cambiar(campo, valor):
        return operador.patch("/api/expedientes/SIN-1", {campo: valor})

    assert list(distintos(cambiar, CASOS)) == []
    assert operador.get("/api/expedientes/SIN-1").content == antes


def test_create_dice_todos_los_campos_malos_en_el_orden_del_contrato(operador):
    malos = {campo: [] for campo in reversed(CAMPOS) if campo not in DEL_SERVIDOR}

    status, cuerpo = respuesta(operador.post("/api/expedientes", malos | {"zeta": 1, "alfa": 2}))

    assert status == 400
    assert list(cuerpo["campos"]) == [c for c in CAMPOS if c not in DEL_SERVIDOR] + ["zeta", "alfa"]
    assert cuerpo["error"] == "no_siniestro: debe ser texto"


BUENOS = (
    [(campo, valor, valor) for campo in TEXTOS for valor in ("", " a b ", "ñandú 🚗") if campo != "correo_cliente"]
    + [(campo, "ñ" * MAXIMO[campo], "ñ" * MAXIMO[campo]) for campo in MAXIMO if campo != "correo_cliente"]
    + [("correo_cliente", valor, valor) for valor in ("", "angela@example.com")]
    + [(campo, "uno\n\tdos\r\n" + "x" * 20_000, "uno\n\tdos\r\n" + "x" * 20_000) for campo in LARGOS]
    + [(campo, valor, valor) for campo in BANDERAS for valor in (True, False)]
    + [(campo, "", None) for campo in FECHAS + INSTANTES]
    + [(campo, "2024-02-29", "2024-02-29T12:00:00.000Z") for campo in FECHAS]
    + [(campo, "2024-03-20T04:30:00-06:00", "2024-03-20T10:30:00.000Z") for campo in INSTANTES]
    + [(campo, None, None) for campo in CAMPOS if campo not in (*DEL_SERVIDOR, "no_siniestro")]
)


def test_update_guarda_cada_valor_bueno_de_cada_campo(operador):
    ExpedienteFactory(no_siniestro="SIN-1", completo=True)

    for campo, valor, sale in BUENOS:
        recibido = operador.patch("/api/expedientes/SIN-1", {campo: valor})
        assert (recibido.status_code, campo, recibido.json().get(campo)) == (200, campo, sale)
        assert operador.get("/api/expedientes/SIN-1").json()[campo] == sale


def test_create_guarda_una_aseguradora_que_existe(operador):
    aseguradora = AseguradoraFactory()

    recibida = operador.post("/api/expedientes", {"no_siniestro": "SIN-1", "id_aseguradora": aseguradora.pk})

    assert (recibida.status_code, recibida.json()["id_aseguradora"]) == (201, aseguradora.pk)


@pytest.mark.parametrize(
    ("nombre", "sugerencia"),
    [
        ("telefono", " (¿quiso decir `telefono_cliente`?)"),
        ("Marca", " (¿quiso decir `marca`?)"),
        ("fecha_ingreso ", " (¿quiso decir `fecha_ingreso`?)"),
        ("doc_finiquitos", " (¿quiso decir `doc_finiquito`?)"),
        ("zzz", ""),
        ("", ""),
        ("x" * 5000, ""),
        ("id", ""),
        ("aseguradora_id", " (¿quiso decir `id_aseguradora`?)"),
        ("orden_ingreso", " (¿quiso decir `fecha_ingreso`?)"),
    ],
)
def test_create_nombra_el_campo_desconocido_y_el_mas_parecido(operador, nombre, sugerencia):
    frase = f"{nombre}: no se reconoce{sugerencia}"

    recibida = respuesta(operador.post("/api/expedientes", {"no_siniestro": "SIN-1", nombre: "x"}))

    assert recibida == (400, {"error": frase, "campos": {nombre: [frase]}})
    assert not Expediente.objects.exists()


def test_create_aguanta_un_cuerpo_de_nombres_desconocidos(operador):
    datos = {f"telefono_client{i}": i for i in range(20_000)}

    status, cuerpo = respuesta(operador.post("/api/expedientes", datos))

    assert (status, len(cuerpo["campos"])) == (400, 20_001)


def test_update_ignora_lo_que_es_del_servidor(operador):
    ExpedienteFactory(no_siniestro="SIN-1")
    antes = operador.get("/api/expedientes/SIN-1").json()
    ajenos = {
        "estado": "Salida",
        "ubicacion_almacenamiento": 7,
        "creado_por": "nadie",
        "aseguradora": 1,
        "historial_estado": None,
        "evidencia": [1],
    }

    assert operador.put("/api/expedientes/SIN-1", ajenos).status_code == 200
    assert operador.get("/api/expedientes/SIN-1").json() == antes


def test_update_acepta_de_vuelta_lo_que_se_leyo(operador):
    ExpedienteFactory(no_siniestro="SIN/1", completo=True)
    leido = operador.get("/api/expedientes/SIN%2F1").json()

    assert operador.put("/api/expedientes/SIN%2F1", leido).status_code == 200
    assert operador.get("/api/expedientes/SIN%2F1").json() == leido
