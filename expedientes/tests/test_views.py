"""The routes of expedientes, as the contract describes them to a client."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test import override_settings

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente, HistorialEstado
from expedientes.serializers import CAMPOS
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.db.triggers import door
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

NO_ENCONTRADO = (404, {"error": "Expediente no encontrado"})
ESTADO_INVALIDO = "Estado inválido. Valores permitidos: Ingreso, Restauracion, Pendiente_de_salida, Salida"
INSTANTE = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"
VACIO = dict.fromkeys(CAMPOS) | {"estado": "Ingreso", "ubicacion_almacenamiento": "Local"}

COMPLETO = {
    "no_siniestro": "SIN/2024/9",
    "factura": "F-1",
    "orden": "OT-7",
    "asesor": "Luisa Peña",
    "fecha_ingreso": "2024-01-15T12:00:00.000Z",
    "fecha_valuacion": "2024-01-16T12:00:00.000Z",
    "fecha_autorizacion": "2024-01-18T12:00:00.000Z",
    "fecha_pzas_completas": "2024-02-01T12:00:00.000Z",
    "unidad_terminada": "2024-02-09T12:00:00.000Z",
    "tecnico": "Raúl Díaz",
    "mecanico": "Iván Ríos",
    "vehiculo": "VIN 3N1AB7AP0KY000001\nGolpe trasero",
    "observaciones": "Llega en grúa",
    "marca": "Nissan",
    "placas": "ABC-12-34",
    "tipo": "Sedán",
    "color": "Rojo",
    "modelo": "Versa 2020",
    "nombre_cliente": "Ángela Muñoz",
    "telefono_cliente": "55 1234 5678",
    "correo_cliente": "angela@example.com",
    "dato1": "Refacciones pedidas",
    "dato1_fecha_hora": "2024-03-20T10:30:00.000Z",
    "dato2": "Pintura",
    "dato2_fecha_hora": "2024-03-21T10:30:00.000Z",
    "dato3": "Armado",
    "dato3_fecha_hora": "2024-03-22T10:30:00.000Z",
    "dato4": "Lavado",
    "dato4_fecha_hora": "2024-03-23T10:30:00.000Z",
    "comentarios_aseguradora": "Autorizado",
    "comentarios_aseguradora_fh": "2024-01-18T09:05:30.123Z",
    "doc_orden_admision": True,
    "doc_identificacion": True,
    "doc_tarjeta_circulacion": True,
    "doc_caratula_poliza": False,
    "doc_carta_reparacion": False,
    "doc_comprobante_deducible": False,
    "doc_finiquito": None,
    "doc_encuesta_servicio": True,
    "estado": "Ingreso",
    "ubicacion_almacenamiento": "Local",
    "id_aseguradora": None,
    "creado_por": None,
    "fecha_entrega": "2024-02-12T12:00:00.000Z",
}


@pytest.fixture
def expediente(operador):
    return ExpedienteFactory(no_siniestro="SIN-1", por=operador.usuario)


# --- POST /api/expedientes ---


def test_create_responde_el_objeto_plano_en_el_orden_del_contrato(operador):
    recibida = operador.post("/api/expedientes", {"no_siniestro": "SIN/2024/9 ñ"})

    esperado = VACIO | {"no_siniestro": "SIN/2024/9 ñ", "creado_por": operador.usuario.pk}
    assert (recibida.status_code, list(recibida.json().items())) == (201, list(esperado.items()))
    assert recibida.headers["Location"] == "/api/expedientes/SIN%2F2024%2F9%20%C3%B1"
    assert recibida.headers["Cache-Control"] == "private, no-cache"
    assert recibida.headers["Content-Type"] == "application/json"
    assert operador.get(recibida.headers["Location"]).json()["no_siniestro"] == "SIN/2024/9 ñ"


def test_create_guarda_todos_los_campos(operador):
    aseguradora = AseguradoraFactory()
    enviado = COMPLETO | {"id_aseguradora": aseguradora.pk}

    recibida = operador.post("/api/expedientes", enviado)

    assert list(recibida.json().items()) == list((enviado | {"creado_por": operador.usuario.pk}).items())


def test_create_deja_la_primera_fila_del_historial(operador):
    operador.post("/api/expedientes", {"no_siniestro": "SIN-1"})

    fila = HistorialEstado.objects.get()
    assert (fila.expediente_id, fila.estado_anterior, fila.estado_nuevo, fila.cambiado_por_id) == (
        "SIN-1",
        None,
        "Ingreso",
        operador.usuario.pk,
    )


@pytest.mark.parametrize("datos", [{}, {"no_siniestro": None}, {"no_siniestro": ""}, {"no_siniestro": " \t\n\u2003"}])
def test_create_exige_el_no_siniestro(operador, datos):
    recibida = respuesta(operador.post("/api/expedientes", datos))

    assert recibida == (400, {"error": "El No. Siniestro es obligatorio"})


def test_create_sin_no_siniestro_dice_tambien_los_demas_campos_malos(operador):
    frases = {
        "no_siniestro": ["El No. Siniestro es obligatorio"],
        "marca": ["marca: debe ser texto"],
    }

    recibida = respuesta(operador.post("/api/expedientes", {"marca": 5}))

    assert recibida == (400, {"error": "El No. Siniestro es obligatorio", "campos": frases})


def test_create_rechaza_una_clave_tomada(operador, expediente):
    recibida = respuesta(operador.post("/api/expedientes", {"no_siniestro": " SIN-1\u00a0", "marca": "Otra"}))

    assert recibida == (409, {"error": "Ya existe un expediente con ese No. Siniestro"})
    assert (Expediente.objects.get().marca, HistorialEstado.objects.count()) == (None, 1)


@pytest.mark.parametrize(("metodo", "clave"), [("POST", ""), ("PUT", "/SIN-1")])
def test_una_aseguradora_eliminada_no_se_puede_tomar(operador, expediente, metodo, clave):
    eliminada = AseguradoraFactory(eliminada=True)
    datos = {"id_aseguradora": eliminada.pk} | ({} if clave else {"no_siniestro": "SIN-2"})

    status, cuerpo = respuesta(operador.pedir(metodo, f"/api/expedientes{clave}", datos))

    frase = f"id_aseguradora: no existe una aseguradora con Id {eliminada.pk}"
    assert (status, cuerpo) == (400, {"error": frase, "campos": {"id_aseguradora": [frase]}})
    assert list(Expediente.objects.values_list("pk", "aseguradora")) == [("SIN-1", None)]


def test_create_distingue_mayusculas_en_la_clave(operador, expediente):
    assert operador.post("/api/expedientes", {"no_siniestro": "sin-1"}).status_code == 201


@pytest.mark.parametrize(
    ("enviada", "guardada"),
    [
        ("  X \t\n", "X"),
        ("\u3000X\u00a0", "X"),
        ("a b", "a b"),
        ("ñ" * 100, "ñ" * 100),
        (" " + "x" * 100 + " ", "x" * 100),
        ("Pendientes", "Pendientes"),
        ("estado", "estado"),
        ("estado/historial", "estado/historial"),
        ("x/estado/y", "x/estado/y"),
        ("x/../y", "x/../y"),
        ("50% & más? #1; ~", "50% & más? #1; ~"),
        ("%2F", "%2F"),
        ("🚗", "🚗"),
    ],
)
def test_create_recorta_la_clave_y_cualquiera_admitida_se_lee_por_su_ubicacion(operador, enviada, guardada):
    recibida = operador.post("/api/expedientes", {"no_siniestro": enviada})

    assert (recibida.status_code, recibida.json()["no_siniestro"]) == (201, guardada)
    leida = operador.get(recibida.headers["Location"])
    assert (leida.status_code, leida.json()["no_siniestro"]) == (200, guardada)


RESERVADA = "no_siniestro: ese No. Siniestro está reservado o sus diagonales son ambiguas"


@pytest.mark.parametrize(
    "clave",
    [".", "..", "pendientes", "nube", "aseguradoras", " nube ", "/", "/x", "x/", "x//y", "//"]
    + [f"x{final}" for final in ("/estado", "/estado/historial", "/cambios", "/evidencias", "/respaldar")]
    + ["/estado", "x/estado/estado"],
)
def test_create_rechaza_las_claves_que_serian_ambiguas(operador, clave):
    recibida = respuesta(operador.post("/api/expedientes", {"no_siniestro": clave}))

    assert recibida == (400, {"error": RESERVADA, "campos": {"no_siniestro": [RESERVADA]}})


@pytest.mark.parametrize(
    ("clave", "frase"),
    [
        ("x" * 101, "no_siniestro: admite 100 caracteres como máximo"),
        ("a\x00b", "no_siniestro: no se admiten caracteres de control"),
        ("a\nb", "no_siniestro: no se admiten caracteres de control"),
        ("a\tb", "no_siniestro: no se admiten caracteres de control"),
        ("\x7f", "no_siniestro: no se admiten caracteres de control"),
        ("X\x1f", "no_siniestro: no se admiten caracteres de control"),
        ("\x00X", "no_siniestro: no se admiten caracteres de control"),
        (5, "no_siniestro: debe ser texto"),
        (True, "no_siniestro: debe ser texto"),
        (["SIN-1"], "no_siniestro: debe ser texto"),
    ],
)
def test_create_rechaza_claves_que_no_pueden_ser(operador, clave, frase):
    recibida = respuesta(operador.post("/api/expedientes", {"no_siniestro": clave}))

    assert recibida == (400, {"error": frase, "campos": {"no_siniestro": [frase]}})


# --- PUT and PATCH /api/expedientes/{no_siniestro} ---


@pytest.mark.parametrize("metodo", ["PUT", "PATCH"])
def test_update_cambia_solo_lo_enviado(operador, metodo):
    ExpedienteFactory(no_siniestro="SIN/2024/9", completo=True, aseguradora=None, por=operador.usuario)

    recibida = operador.pedir(
        metodo, "/api/expedientes/SIN%2F2024%2F9", {"color": "Azul", "fecha_ingreso": None, "estado": "Salida"}
    )

    esperado = COMPLETO | {"creado_por": operador.usuario.pk, "color": "Azul", "fecha_ingreso": None}
    assert (recibida.status_code, list(recibida.json().items())) == (200, list(esperado.items()))
    assert HistorialEstado.objects.count() == 1


def test_update_sin_campos_no_cambia_nada(operador, expediente):
    antes = operador.get("/api/expedientes/SIN-1").json()

    assert operador.put("/api/expedientes/SIN-1", {}).status_code == 200
    assert operador.get("/api/expedientes/SIN-1").json() == antes


def test_update_acepta_la_misma_clave_con_blancos(operador, expediente):
    assert operador.put("/api/expedientes/SIN-1", {"no_siniestro": " SIN-1 ", "marca": "KIA"}).json()["marca"] == "KIA"


def test_update_rechaza_otra_clave_junto_con_los_demas_campos_malos(operador, expediente):
    otra = "no_siniestro: no se puede cambiar; debe ser igual al de la ruta"
    frases = {"no_siniestro": [otra], "marca": ["marca: debe ser texto"]}

    recibida = respuesta(operador.put("/api/expedientes/SIN-1", {"marca": 5, "no_siniestro": "SIN-2"}))

    assert recibida == (400, {"error": otra, "campos": frases})


@pytest.mark.parametrize(
    "clave", ["NADA", "sin-1", "%20SIN-1", "SIN-1%20", "SIN-1%00", "SIN-1%0A", "%00", "x" * 5000, "%FF"]
)
@pytest.mark.parametrize(
    ("metodo", "datos"), [("GET", None), ("PUT", {"marca": "X"}), ("PUT", {}), ("PATCH", {"marca": "X"})]
)
def test_clave_que_no_existe_es_404(operador, expediente, metodo, datos, clave):
    assert respuesta(operador.pedir(metodo, f"/api/expedientes/{clave}", datos)) == NO_ENCONTRADO


@pytest.mark.parametrize("clave", ["NADA", "sin-1", "%20SIN-1", "SIN-1%00", "SIN-1%0A"])
def test_clave_que_no_existe_es_404_al_borrar_cambiar_de_estado_y_leer_el_historial(administrador, expediente, clave):
    ruta = f"/api/expedientes/{clave}"

    assert respuesta(administrador.delete(ruta)) == NO_ENCONTRADO
    assert respuesta(administrador.patch(f"{ruta}/estado", {"estado": "Salida"})) == NO_ENCONTRADO
    assert respuesta(administrador.get(f"{ruta}/estado/historial")) == NO_ENCONTRADO


@pytest.mark.parametrize("metodo", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("ruta", ["/api/expedientes", "/api/expedientes/"])
def test_sin_clave_en_la_ruta_es_400(administrador, metodo, ruta):
    recibida = respuesta(administrador.pedir(metodo, ruta, {"marca": "X"}))

    assert recibida == (400, {"error": "No. Siniestro requerido"})


# --- GET /api/expedientes/{no_siniestro} ---


def test_retrieve_responde_el_objeto_con_sus_relaciones(operador, tecnico):
    aseguradora = AseguradoraFactory(nombre="Qualitas")
    ExpedienteFactory(no_siniestro="SIN/2024/9", completo=True, aseguradora=aseguradora, por=operador.usuario)
    operador.patch("/api/expedientes/SIN%2F2024%2F9/estado", {"estado": "Salida"})
    filas = list(HistorialEstado.objects.order_by("-id"))

    recibida = tecnico.get("/api/expedientes/SIN%2F2024%2F9")

    cuerpo = recibida.json()
    fechas = [fila.pop("fecha_cambio") for fila in cuerpo["historial_estado"]]
    assert all(re.fullmatch(INSTANTE, fecha) for fecha in fechas)
    esperado = COMPLETO | {
        "estado": "Salida",
        "id_aseguradora": aseguradora.pk,
        "creado_por": operador.usuario.pk,
        "aseguradora": {"id": aseguradora.pk, "nombre": "Qualitas"},
        "historial_estado": [
            {
                "id": fila.pk,
                "no_siniestro": "SIN/2024/9",
                "estado_anterior": fila.estado_anterior,
                "estado_nuevo": fila.estado_nuevo,
                "cambiado_por": operador.usuario.pk,
            }
            for fila in filas
        ],
        "evidencia": [],
    }
    assert json.dumps(cuerpo) == json.dumps(esperado)
    assert [fila.estado_nuevo for fila in filas] == ["Salida", "Ingreso"]


def test_retrieve_sin_aseguradora_la_da_nula(tecnico, expediente):
    cuerpo = tecnico.get("/api/expedientes/SIN-1").json()

    assert list(cuerpo) == [*CAMPOS, "aseguradora", "historial_estado", "evidencia"]
    assert (cuerpo["aseguradora"], cuerpo["evidencia"]) == (None, [])
    assert list(cuerpo["historial_estado"][0]) == [
        "id", "no_siniestro", "estado_anterior", "estado_nuevo", "fecha_cambio", "cambiado_por",
    ]  # fmt: skip


@pytest.mark.parametrize("zona", ["America/Mexico_City", "Pacific/Kiritimati", "UTC"])
def test_una_fecha_es_mediodia_utc_en_cualquier_zona(operador, zona):
    ExpedienteFactory(no_siniestro="SIN-1", fecha_ingreso=date(2024, 1, 15))

    with override_settings(TIME_ZONE=zona):
        assert operador.get("/api/expedientes/SIN-1").json()["fecha_ingreso"] == "2024-01-15T12:00:00.000Z"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_una_fecha_se_lee_igual_aunque_la_base_las_escriba_de_otro_modo():
    base = connection.ops.quote_name(connection.settings_dict["NAME"])
    otra = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {base} SET datestyle = german")
    try:
        with otra.cursor() as cursor:
            cursor.execute("SELECT CAST(DATE '2024-01-15' AS text)")
            assert cursor.fetchall() == [("2024-01-15",)]
    finally:
        otra.close()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {base} RESET datestyle")


@pytest.mark.parametrize("etiqueta", ["{}", "W/{}", '"otra", {}', "*"])
def test_retrieve_con_su_etag_es_304_sin_cuerpo(tecnico, expediente, etiqueta):
    etag = tecnico.get("/api/expedientes/SIN-1").headers["ETag"]

    recibida = tecnico.get("/api/expedientes/SIN-1", **{"If-None-Match": etiqueta.format(etag)})

    assert (recibida.status_code, recibida.content, recibida.headers["ETag"]) == (304, b"", etag)
    assert recibida.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("metodo", ["GET", "HEAD"])
@pytest.mark.parametrize("camino", ["/api/expedientes/SIN%2F1", "/api/expedientes/SIN%2F1/"])
def test_304_lleva_los_encabezados_del_200_salvo_los_de_su_cuerpo(tecnico, metodo, camino):
    ExpedienteFactory(no_siniestro="SIN/1")

    entera = tecnico.pedir(metodo, camino)
    recibida = tecnico.pedir(metodo, camino, **{"If-None-Match": entera.headers["ETag"]})

    assert (entera.status_code, recibida.status_code) == (200, 304)
    distintos = {"Content-Type", "Content-Length", "X-Request-ID"}
    assert {k: v for k, v in recibida.headers.items() if k not in distintos} == {
        k: v for k, v in entera.headers.items() if k not in distintos
    }


@pytest.mark.parametrize(
    "cambio", [{"version_token": 9}, {"is_active": False}], ids=["token revocado", "usuario desactivado"]
)
def test_nadie_sin_acceso_sabe_si_un_expediente_cambio(tecnico, expediente, cambio):
    etag = tecnico.get("/api/expedientes/SIN-1").headers["ETag"]
    Usuario.objects.filter(pk=tecnico.usuario.pk).update(**cambio)

    recibida = tecnico.get("/api/expedientes/SIN-1", **{"If-None-Match": etag})

    assert respuesta(recibida) == (401, {"error": "Token inválido o expirado"})


@pytest.mark.parametrize("etiqueta", ['"otra"', "", "W/", '"'])
def test_retrieve_con_otra_etag_es_200(tecnico, expediente, etiqueta):
    assert tecnico.get("/api/expedientes/SIN-1", **{"If-None-Match": etiqueta}).status_code == 200


def test_etag_cambia_con_la_aseguradora_el_historial_y_cualquier_campo(operador):
    aseguradora = AseguradoraFactory(nombre="Qualitas")
    ExpedienteFactory(no_siniestro="SIN-1", aseguradora=aseguradora)
    cambios = [
        lambda: type(aseguradora).objects.update(nombre="Quálitas"),
        lambda: operador.patch("/api/expedientes/SIN-1/estado", {"estado": "Restauracion"}),
        lambda: operador.patch("/api/expedientes/SIN-1/estado", {"estado": "Ingreso"}),
    ] + [
        lambda campo=campo, valor=valor: operador.patch("/api/expedientes/SIN-1", {campo: valor})
        for campo, valor in COMPLETO.items()
        if valor is not None and campo not in ("no_siniestro", "estado", "ubicacion_almacenamiento")
    ]

    etags = [operador.get("/api/expedientes/SIN-1").headers["ETag"]]
    for cambiar in cambios:
        cambiar()
        etags.append(operador.get("/api/expedientes/SIN-1").headers["ETag"])

    assert len(set(etags)) == len(cambios) + 1
    assert operador.get("/api/expedientes/SIN-1", **{"If-None-Match": etags[-2]}).status_code == 200
    assert operador.get("/api/expedientes/SIN-1").headers["ETag"] == etags[-1]


# --- DELETE /api/expedientes/{no_siniestro} ---


def test_destroy_responde_la_clave_y_la_deja_libre(administrador):
    ExpedienteFactory(no_siniestro="SIN/1", completo=True)

    assert respuesta(administrador.delete("/api/expedientes/SIN%2F1")) == (200, {"ok": True, "no_siniestro": "SIN/1"})
    assert respuesta(administrador.delete("/api/expedientes/SIN%2F1")) == NO_ENCONTRADO
    assert respuesta(administrador.get("/api/expedientes/SIN%2F1")) == NO_ENCONTRADO
    assert (HistorialEstado.objects.count(), ExpedienteArchivado.objects.count()) == (0, 1)
    assert administrador.post("/api/expedientes", {"no_siniestro": "SIN/1"}).status_code == 201
    assert len(administrador.get("/api/expedientes/SIN%2F1").json()["historial_estado"]) == 1


# --- Estado and historial ---


def test_cambiar_estado_responde_el_objeto_plano_y_deja_su_fila(operador, expediente):
    recibida = operador.patch("/api/expedientes/SIN-1/estado", {"estado": "Restauracion"})

    esperado = VACIO | {"no_siniestro": "SIN-1", "estado": "Restauracion", "creado_por": operador.usuario.pk}
    assert (recibida.status_code, list(recibida.json().items())) == (200, list(esperado.items()))
    fila = HistorialEstado.objects.latest("id")
    assert (fila.estado_anterior, fila.estado_nuevo, fila.cambiado_por) == ("Ingreso", "Restauracion", operador.usuario)


def test_cambiar_estado_rechaza_el_mismo_estado(operador, expediente):
    recibida = respuesta(operador.patch("/api/expedientes/SIN-1/estado", {"estado": "Ingreso"}))

    assert recibida == (400, {"error": "El expediente ya se encuentra en ese estado"})
    assert HistorialEstado.objects.count() == 1


@pytest.mark.parametrize(
    "datos", [{}, *({"estado": malo} for malo in (None, "", "salida", "Salida ", "Otro", 1, True, ["Salida"], {}))]
)
def test_cambiar_estado_rechaza_lo_que_no_es_un_estado(operador, expediente, datos):
    assert respuesta(operador.patch("/api/expedientes/SIN-1/estado", datos)) == (400, {"error": ESTADO_INVALIDO})
    assert HistorialEstado.objects.count() == 1


def test_cambiar_estado_rechaza_otros_campos(operador, expediente):
    frase = "motivo: no se reconoce"

    recibida = respuesta(operador.patch("/api/expedientes/SIN-1/estado", {"estado": "Salida", "motivo": "x"}))

    assert recibida == (400, {"error": frase, "campos": {"motivo": [frase]}})


def test_historial_da_cada_cambio_con_su_persona(operador, tecnico):
    ExpedienteFactory(no_siniestro="SIN/1", por=operador.usuario)
    otra = UsuarioFactory(nombre=None, username="otra")
    Expediente.objects.cambiar_estado("SIN/1", "Salida", por=otra)
    with door(None):
        HistorialEstado.objects.filter(estado_nuevo="Ingreso").update(cambiado_por=None)
    nueva, primera = HistorialEstado.objects.order_by("-id")

    recibida = tecnico.get("/api/expedientes/SIN%2F1/estado/historial")

    cuerpo = recibida.json()
    assert all(re.fullmatch(INSTANTE, fila["fecha_cambio"]) for fila in cuerpo)
    esperado = [
        {
            "id": nueva.pk,
            "no_siniestro": "SIN/1",
            "estado_anterior": "Ingreso",
            "estado_nuevo": "Salida",
            "fecha_cambio": cuerpo[0]["fecha_cambio"],
            "cambiado_por": otra.pk,
            "usuario": {"id": otra.pk, "nombre": None, "username": "otra"},
        },
        {
            "id": primera.pk,
            "no_siniestro": "SIN/1",
            "estado_anterior": None,
            "estado_nuevo": "Ingreso",
            "fecha_cambio": cuerpo[1]["fecha_cambio"],
            "cambiado_por": None,
            "usuario": None,
        },
    ]
    assert (recibida.status_code, json.dumps(cuerpo)) == (200, json.dumps(esperado))


def test_historial_de_una_fila_que_otro_programa_inserto_es_vacio(tecnico):
    Expediente.objects.create(no_siniestro="SIN-1")

    assert respuesta(tecnico.get("/api/expedientes/SIN-1/estado/historial")) == (200, [])
    assert tecnico.get("/api/expedientes/SIN-1").json()["historial_estado"] == []


def test_aseguradoras_por_nombre(tecnico):
    ids = {nombre: AseguradoraFactory(nombre=nombre).pk for nombre in ("Zurich", "ana", "Ábaco", "HDI")}

    recibida = respuesta(tecnico.get("/api/expedientes/aseguradoras"))

    assert recibida == (200, [{"id": ids[n], "nombre": n} for n in ("Ábaco", "ana", "HDI", "Zurich")])
