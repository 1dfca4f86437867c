"""Reading evidence: lists, details, and inside the answer of its expediente."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from expedientes.evidencias import lecturas
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.factories import EvidenciaFactory
from expedientes.evidencias.tests.formas import FOTO, con_archivo, ruta_de, subida
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.archivos.tests.muestras import PDF, con_exif, imagen
from monitor.cambios.tests.disparadores import sin_disparadores
from monitor.db import queries
from monitor.db.triggers import door

RUTA = ruta_de("SIN/2024/9")
DE_LISTA = [
    "id",
    "no_siniestro",
    "tipo",
    "nombre_archivo",
    "ruta",
    "url_nube",
    "key_nube",
    "ubicacion_almacenamiento",
    "fecha_carga",
]
DETALLADAS = [
    *DE_LISTA,
    "subido_por",
    "tipo_mime",
    "tamano",
    "sha256",
    "ancho",
    "alto",
    "tomada_en",
    "latitud",
    "longitud",
    "repetida_en",
]


def test_lista_de_la_mas_reciente_a_la_primera(operador, tecnico, expediente, almacen):
    filas = [subida(operador, cuerpo=con_archivo(imagen(ancho=n))) for n in (10, 11, 12)]

    lista = tecnico.get(RUTA).json()
    assert [fila["id"] for fila in lista] == [fila["id"] for fila in reversed(filas)]
    assert list(lista[0]) == DE_LISTA
    assert (lista[0]["url_nube"], lista[0]["key_nube"]) == (None, lista[0]["ruta"])
    assert lista[0].items() >= {clave: valor for clave, valor in filas[2].items() if clave in DE_LISTA}.items()


def test_a_la_misma_hora_va_antes_la_de_id_mayor(operador, expediente, almacen):
    filas = [subida(operador) for _ in range(3)]
    Evidencia.objects.update(fecha_carga=Evidencia.objects.first().fecha_carga)

    esperados = [fila["id"] for fila in reversed(filas)]
    assert [fila["id"] for fila in operador.get(RUTA).json()] == esperados
    assert [fila["id"] for fila in operador.get("/api/expedientes/SIN%2F2024%2F9").json()["evidencia"]] == esperados


def test_lista_de_un_expediente_que_no_hay_esta_vacia(operador):
    assert respuesta(operador.get(ruta_de("NO-HAY"))) == (200, [])
    assert respuesta(operador.get(f"{ruta_de('NO-HAY')}?detalle=1")) == (200, [])


def test_detalle_con_lo_que_escribio_la_camara(operador, expediente, almacen):
    fila = subida(operador, cuerpo=con_archivo(con_exif(orientacion=6)))

    detalle = operador.get(f"{RUTA}/{fila['id']}").json()
    assert list(detalle) == DETALLADAS
    assert (detalle["ancho"], detalle["alto"]) == (32, 64)  # upright
    assert detalle["tomada_en"] == "2024-03-20T16:30:00.000Z"  # by the clock of the shop
    assert (detalle["latitud"], detalle["longitud"]) == (pytest.approx(19.4325), pytest.approx(-99.1333333))
    assert operador.get(f"{RUTA}?detalle=1").json() == [detalle]


def test_repetida_en_otro_expediente(operador, expediente, almacen):
    ExpedienteFactory(no_siniestro="OTRO")
    una, otra, aparte = subida(operador), subida(operador, "OTRO"), subida(operador, "OTRO", con_archivo(PDF))

    def repetida_en(n, fila):
        return operador.get(f"{ruta_de(n)}/{fila['id']}").json()["repetida_en"]

    assert repetida_en("SIN/2024/9", una) == [{"no_siniestro": "OTRO", "id": otra["id"]}]
    assert repetida_en("OTRO", otra) == [{"no_siniestro": "SIN/2024/9", "id": una["id"]}]
    assert repetida_en("OTRO", aparte) == []
    assert [fila["repetida_en"] for fila in operador.get(f"{ruta_de('OTRO')}?detalle=1").json()] == [
        [],
        repetida_en("OTRO", otra),
    ]


@pytest.mark.parametrize("sufijo", ["", "/archivo", "/miniatura"])
def test_una_que_no_es(operador, expediente, almacen, sufijo):
    ExpedienteFactory(no_siniestro="OTRO")
    fila = subida(operador)
    no_hay = (404, {"error": "Evidencia no encontrada"})

    assert respuesta(operador.get(f"{RUTA}/1.5{sufijo}")) == (400, {"error": "ID inválido"})
    assert respuesta(operador.get(f"{RUTA}/{'9' * 30}{sufijo}")) == no_hay
    assert respuesta(operador.get(f"{RUTA}/{fila['id'] + 1}{sufijo}")) == no_hay
    assert respuesta(operador.get(f"{ruta_de('OTRO')}/{fila['id']}{sufijo}")) == no_hay


def test_leer_el_expediente_cuesta_dos_sentencias_con_cien_fotos(
    operador, expediente, almacen, django_assert_num_queries
):
    EvidenciaFactory.create_batch(100, expediente=expediente)
    for estado in ("Restauracion", "Salida") * 10:
        operador.patch("/api/expedientes/SIN%2F2024%2F9/estado", {"estado": estado})

    with django_assert_num_queries(2):
        leido = operador.get("/api/expedientes/SIN%2F2024%2F9").json()
    assert (len(leido["evidencia"]), len(leido["historial_estado"])) == (100, 21)
    with django_assert_num_queries(2):  # who calls, and the list
        assert len(operador.get(RUTA).json()) == 100
    with django_assert_num_queries(3):  # and those with the same bytes
        assert len(operador.get(f"{RUTA}?detalle=1").json()[0]["repetida_en"]) == 99


def test_leer_otra_vez_cuesta_una_sentencia_hasta_que_alguien_escribe(
    operador, administrador, expediente, almacen, django_assert_num_queries
):
    una = subida(operador)

    def leido(sentencias):
        with django_assert_num_queries(sentencias):
            return operador.get("/api/expedientes/SIN%2F2024%2F9").json()

    primero = leido(2)
    assert leido(1) == primero
    operador.patch("/api/expedientes/SIN%2F2024%2F9", {"color": "azul"})
    assert leido(2)["evidencia"] == primero["evidencia"]
    otra = subida(operador)
    assert [fila["id"] for fila in leido(2)["evidencia"]] == [otra["id"], una["id"]]
    administrador.delete(f"{RUTA}/{una['id']}")
    assert [fila["id"] for fila in leido(2)["evidencia"]] == [otra["id"]]
    administrador.delete(f"{RUTA}/{otra['id']}")
    assert leido(1)["evidencia"] == []


def test_de_lo_que_se_leyo_antes_no_se_vuelve_a_leer_cada_cambio_de_estado(operador, expediente, almacen, monkeypatch):
    subida(operador)
    for estado in ("Restauracion", "Salida"):
        operador.patch("/api/expedientes/SIN%2F2024%2F9/estado", {"estado": estado})
    primero = operador.get("/api/expedientes/SIN%2F2024%2F9")
    leidas, execute = [], queries.execute
    monkeypatch.setattr(queries, "execute", lambda sql, params: leidas.append(execute(sql, params)) or leidas[-1])
    segundo = operador.get("/api/expedientes/SIN%2F2024%2F9")

    assert [len(filas) for filas in leidas] == [1]
    assert (segundo.json(), segundo["ETag"]) == (primero.json(), primero["ETag"])
    assert len(segundo.json()["historial_estado"]) == 3


@pytest.mark.parametrize("id_", [-1, 10**6])
def test_lo_que_se_leyo_antes_no_esconde_lo_que_nadie_escribio_por_nosotros(operador, expediente, almacen, id_):
    subida(operador)
    primero = operador.get("/api/expedientes/SIN%2F2024%2F9")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO historial_estado (id, no_siniestro, estado_nuevo) VALUES (%s, 'SIN/2024/9', 'Salida')", [id_]
        )

    leidos = [operador.get("/api/expedientes/SIN%2F2024%2F9") for _ in range(3)]
    assert [len(leido.json()["historial_estado"]) for leido in leidos] == [2] * 3
    [etag] = {leido["ETag"] for leido in leidos}
    assert etag != primero["ETag"]


def test_un_historial_cambiado_por_otro_no_es_el_que_se_leyo(operador, expediente, almacen):
    subida(operador)
    operador.get("/api/expedientes/SIN%2F2024%2F9")
    with door(None), connection.cursor() as cursor:
        cursor.execute("DELETE FROM historial_estado")
        cursor.execute("INSERT INTO historial_estado (no_siniestro, estado_nuevo) VALUES ('SIN/2024/9', 'Salida')")

    leido = operador.get("/api/expedientes/SIN%2F2024%2F9").json()

    assert [cambio["estado_nuevo"] for cambio in leido["historial_estado"]] == ["Salida"]


def test_si_alguien_escribe_entre_las_dos_sentencias_se_leen_otra_vez(operador, expediente, almacen, monkeypatch):
    una = subida(operador)

    def alguien():
        subida(operador, cuerpo=con_archivo(PDF))
        operador.patch("/api/expedientes/SIN%2F2024%2F9/estado", {"estado": "Salida"})

    escribir = iter([alguien, lambda: None])
    leer = lecturas._suyas.rows
    monkeypatch.setattr(lecturas._suyas, "rows", lambda **valores: (next(escribir)(), leer(**valores))[1])

    leido = operador.get("/api/expedientes/SIN%2F2024%2F9")

    assert [fila["id"] for fila in leido.json()["evidencia"]][1:] == [una["id"]]
    assert len(leido.json()["historial_estado"]) == 2
    assert operador.get("/api/expedientes/SIN%2F2024%2F9")["ETag"] == leido["ETag"]


def test_lo_de_otra_base_no_es_lo_que_se_leyo(operador, expediente, almacen):
    """After a backup is restored, another expediente may have the number, the version and the ids of one that was
    read."""
    subida(operador)
    operador.get("/api/expedientes/SIN%2F2024%2F9")
    with sin_disparadores():
        Expediente.objects.update(uid=UUID(int=7))
        Evidencia.objects.update(nombre_archivo="otra.jpg")

    [fila] = operador.get("/api/expedientes/SIN%2F2024%2F9").json()["evidencia"]

    assert fila["nombre_archivo"] == "otra.jpg"


def test_otro_con_el_mismo_numero_no_es_el_que_se_leyo(
    operador, administrador, expediente, almacen, django_assert_num_queries
):
    antes = subida(operador)
    operador.get("/api/expedientes/SIN%2F2024%2F9")
    administrador.delete("/api/expedientes/SIN%2F2024%2F9")
    operador.post("/api/expedientes", {"no_siniestro": "SIN/2024/9"})
    ahora = subida(operador)

    with django_assert_num_queries(2):
        leido = operador.get("/api/expedientes/SIN%2F2024%2F9").json()

    assert [fila["id"] for fila in leido["evidencia"]] == [ahora["id"]] != [antes["id"]]
    assert [cambio["estado_nuevo"] for cambio in leido["historial_estado"]] == ["Ingreso"]
    assert operador.get("/api/expedientes/SIN%2F2024%2F9").json() == leido


def test_lo_leido_se_puede_devolver(operador, expediente, almacen):
    subida(operador)
    leido = operador.get("/api/expedientes/SIN%2F2024%2F9").json()

    assert operador.put("/api/expedientes/SIN%2F2024%2F9", leido | {"color": "azul"}).status_code == 200


def test_fechas_y_lugares_absurdos_no_se_creen(operador, expediente, almacen):
    absurdas = [
        con_exif(tomada="0000:00:00 00:00:00", lugar=((19, 99, 0), "N", (99, 8, 0), "W")),
        con_exif(tomada="1970:01:01 00:00:00", lugar=((200, 0, 0), "N", (0, 0, 0), "W")),
        con_exif(tomada="2999:01:01 00:00:00", lugar=((0, 0, 0), "N", (0, 0, 0), "W")),
        con_exif(tomada="ayer", lugar=None),
    ]
    for contenido in absurdas:
        detalle = operador.get(f"{RUTA}/{subida(operador, cuerpo=con_archivo(contenido))['id']}").json()
        assert (detalle["tomada_en"], detalle["latitud"], detalle["longitud"]) == (None, None, None)
    con_zona = con_exif(zona="+02:00", lugar=((10, 0, 0), "S", (20, 0, 0), "E"))
    detalle = operador.get(f"{RUTA}/{subida(operador, cuerpo=con_archivo(con_zona))['id']}").json()
    assert (detalle["tomada_en"], detalle["latitud"], detalle["longitud"]) == ("2024-03-20T08:30:00.000Z", -10, 20)


@pytest.mark.parametrize("zona", ["   :  ", "+99:99", "hora local", ""])
def test_zona_que_la_camara_no_sabe_es_la_del_taller(operador, expediente, almacen, zona):
    fila = subida(operador, cuerpo=con_archivo(con_exif(zona=zona)))

    assert operador.get(f"{RUTA}/{fila['id']}").json()["tomada_en"] == "2024-03-20T16:30:00.000Z"


@pytest.mark.parametrize(
    ("norte", "este", "lugar"),
    [
        ("N", "E", (10, 20)),
        ("s", "w", (-10, -20)),
        (" S\0", "W", (-10, -20)),
        (None, "W", (None, None)),
        ("N", None, (None, None)),
        ("X", "W", (None, None)),
        ("", "", (None, None)),
    ],
)
def test_un_lugar_sin_su_lado_no_se_cree(operador, expediente, almacen, norte, este, lugar):
    foto = con_exif(lugar=((10, 0, 0), norte, (20, 0, 0), este))
    detalle = operador.get(f"{RUTA}/{subida(operador, cuerpo=con_archivo(foto))['id']}").json()

    assert (detalle["latitud"], detalle["longitud"]) == lugar


def test_una_subida_de_hace_poco_es_de_ahora(operador, expediente, almacen):
    subida(operador)
    [fila] = Evidencia.objects.all()

    assert (fila.fecha_carga - expediente.en_estado_desde) < timedelta(minutes=5)
    assert fila.tamano == len(FOTO)
