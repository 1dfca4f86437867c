"""Requests with an Idempotency-Key: their effect is there once, and their first answer each time."""

import json
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from post_office.models import Email

from catalogos.models import Lugar
from catalogos.tests.factories import AseguradoraFactory, LugarFactory
from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.factories import ExpedienteFactory
from expedientes.views import ExpedienteViewSet
from monitor.api.tests.cliente import Api, respuesta
from monitor.api.tests.rutas import RUTAS
from monitor.api.tests.test_fail_closed import CUERPOS, cuerpo_de_solicitud, cuerpo_en, mundo, volcado  # noqa: F401
from monitor.api.viewsets import ApiViewSet
from monitor.errores import Conflicto
from monitor.repeticiones.models import RespuestaGuardada, RespuestaGuardadaManager
from monitor.roles import Rol
from monitor.usuarios.models import Llave, Usuario
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

RUTA = "/api/expedientes"
CLAVE = {"Idempotency-Key": "7b0e-1"}
OTRA = {"Idempotency-Key": "7b0e-2"}
USADA = "La Idempotency-Key ya se usó en otra petición"
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
CON_CLAVE = {ruta: cuerpo for ruta, cuerpo in CUERPOS.items() if not ruta.split()[1].startswith("/api/auth/")}


def de_la_primera(response):
    """Return what a repetition must answer again."""
    propios = {nombre: response.headers.get(nombre) for nombre in ("ETag", "Location", "Content-Type", "Cache-Control")}
    return response.status_code, response.getvalue(), propios


def repetida(response):
    return response.headers.get("Idempotent-Replayed")


# --- Every route ---


@pytest.mark.parametrize("ruta", CON_CLAVE)
def test_cada_accion_se_hace_una_vez_y_contesta_a_quien_todavia_puede(mundo, ruta):  # noqa: F811
    UsuarioFactory(administrador=True)  # another, so that the user isn't the last
    usuario = UsuarioFactory(administrador=True)
    api, cuerpo = Api(usuario), cuerpo_en(mundo, ruta)

    def cambiar(**cambio):
        Usuario.objects.filter(pk=usuario.pk).update(**cambio)

    def pedir():
        return api.pedir(*ruta.split(), *cuerpo, **CLAVE)

    def visto(**cambio):
        cambiar(**cambio)
        recibida = pedir()
        return recibida.status_code, repetida(recibida)

    assert api.token
    cambiar(version_token=99)
    antes = volcado()
    assert (pedir().status_code, volcado()) == (401, antes)

    cambiar(version_token=usuario.version_token)
    primera = pedir()
    despues = volcado()
    segunda = pedir()

    assert (primera.status_code in (200, 201), repetida(primera), repetida(segunda)) == (True, None, "true")
    assert de_la_primera(segunda) == de_la_primera(primera)
    assert volcado() == despues

    quienes = {rol: visto(rol=rol) for rol in Rol}
    assert quienes == {rol: (primera.status_code, "true") if rol in RUTAS[ruta][0] else (403, None) for rol in Rol}
    assert visto(rol=Rol.ADMINISTRADOR) == (primera.status_code, "true")
    assert visto(version_token=99) == (401, None)


def test_la_sesion_no_guarda_nada(administrador):
    nueva = {"username": "nueva.persona", "password": "mesa-redonda-58", "rol": "Tecnico"}

    status = [administrador.post("/api/auth/register", nueva, **CLAVE).status_code for _ in range(2)]
    entradas = [Api().post("/api/auth/login", nueva, **{"Idempotency-Key": ""}) for _ in range(2)]

    assert (status, [r.headers["X-Error-Code"] for r in entradas]) == ([201, 400], ["campos_invalidos"] * 2)
    assert administrador.post("/api/auth/logout", **CLAVE).status_code == 200
    assert not RespuestaGuardada.objects.exists()


def test_una_lectura_no_mira_la_clave(operador):
    assert [operador.get(RUTA, **{"Idempotency-Key": clave}).status_code for clave in ("", "7b0e-1")] == [200, 200]
    assert not RespuestaGuardada.objects.exists()


# --- The same key ---


def test_alta_repetida_da_la_primera_respuesta_con_su_location(operador):
    cuerpo = {"no_siniestro": "SIN/2024/9", "marca": "Nissan"}

    primera, segunda, tercera = (operador.post(RUTA, cuerpo, **CLAVE) for _ in range(3))

    assert [r.status_code for r in (primera, segunda, tercera)] == [201] * 3
    assert segunda.headers["Location"] == "/api/expedientes/SIN%2F2024%2F9"
    assert de_la_primera(segunda) == de_la_primera(primera) == de_la_primera(tercera)
    assert primera.headers["X-Request-ID"] != segunda.headers["X-Request-ID"]
    assert (Expediente.objects.count(), HistorialEstado.objects.count()) == (1, 1)


def test_repeticion_da_lo_que_habia_entonces(operador):
    ExpedienteFactory(no_siniestro="S-1")
    cambio = {"estado": "Salida"}
    primera = operador.patch(f"{RUTA}/S-1/estado", cambio, **CLAVE)
    operador.patch(f"{RUTA}/S-1/estado", {"estado": "Ingreso"})

    segunda = operador.patch(f"{RUTA}/S-1/estado", cambio, **CLAVE)

    assert (primera.status_code, segunda.getvalue()) == (200, primera.getvalue())
    assert Expediente.objects.get(pk="S-1").estado == "Ingreso"


def test_archivado_y_vuelto_a_abrir_no_se_archiva_otra_vez(administrador):
    ExpedienteFactory(no_siniestro="S-1")
    administrador.delete(f"{RUTA}/S-1", **CLAVE)
    ExpedienteFactory(no_siniestro="S-1")

    segunda = administrador.delete(f"{RUTA}/S-1", **CLAVE)

    assert (respuesta(segunda), repetida(segunda)) == ((200, {"ok": True, "no_siniestro": "S-1"}), "true")
    assert Expediente.objects.exists()


def test_solicitud_repetida_encola_sus_correos_una_vez(db):
    otra = SolicitudFactory()
    api, cuerpo = Api(otra.solicitante), cuerpo_de_solicitud(otra)

    primera, segunda = (api.post("/solicitud", cuerpo, **CLAVE) for _ in range(2))

    assert (primera.status_code, segunda.getvalue()) == (201, primera.getvalue())
    assert (Solicitud.objects.count(), Email.objects.count()) == (2, 4)


def test_barra_final_y_llave_codificada_de_otro_modo_son_la_misma_ruta(operador):
    ExpedienteFactory(no_siniestro="A/B")
    rutas = [f"{RUTA}/A%2FB", f"{RUTA}/A%2fB", f"{RUTA}/A/B", f"{RUTA}/A/B/"]

    assert [repetida(operador.put(ruta, {"color": "azul"}, **CLAVE)) for ruta in rutas] == [None] + ["true"] * 3


def test_respuesta_grande_se_guarda_sin_comprimir(operador):
    cuerpo = {"no_siniestro": "S-1", "observaciones": "Á" * 5000}
    sin_gzip = operador.post(RUTA, cuerpo, **CLAVE, **{"Accept-Encoding": "gzip"})
    comprimida = operador.post(RUTA, cuerpo, **CLAVE, **{"Accept-Encoding": "gzip"})
    entera = operador.post(RUTA, cuerpo, **CLAVE)

    assert comprimida.headers["Content-Encoding"] == sin_gzip.headers["Content-Encoding"] == "gzip"
    assert de_la_primera(comprimida) == de_la_primera(sin_gzip)
    assert ("Content-Encoding" in entera.headers, entera.json()["observaciones"]) == (False, "Á" * 5000)
    assert entera.headers["Content-Length"] == str(len(entera.getvalue()))


def test_etag_de_la_primera_vuelve_con_ella(operador, monkeypatch):
    propio = ApiViewSet.respond

    def con_etag(self, data, status=200, headers=None):
        return propio(self, data, status, (headers or {}) | {"ETag": '"abc"', "Vary": "Accept-Encoding"})

    monkeypatch.setattr(ApiViewSet, "respond", con_etag)
    primera, segunda = (operador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE) for _ in range(2))

    assert (primera.headers["ETag"], de_la_primera(segunda)) == ('"abc"', de_la_primera(primera))


def test_respuesta_que_nadie_debe_guardar_se_guarda_cifrada(operador, monkeypatch, settings):
    propio = ApiViewSet.respond

    def secreta(self, data, status=200, headers=None):
        return propio(self, data, status, (headers or {}) | {"Cache-Control": "no-store"})

    monkeypatch.setattr(ApiViewSet, "respond", secreta)
    primera, segunda = (operador.post(RUTA, {"no_siniestro": "SECRETO"}, **CLAVE) for _ in range(2))
    guardado = bytes(RespuestaGuardada.objects.get().cuerpo)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "otra" * 12
    tercera = operador.post(RUTA, {"no_siniestro": "SECRETO"}, **CLAVE)

    assert (b"SECRETO" in primera.getvalue(), b"SECRETO" in guardado) == (True, False)
    assert de_la_primera(primera) == de_la_primera(segunda) == de_la_primera(tercera)


def test_de_lo_que_se_pidio_no_queda_una_huella_contra_la_que_probar_contrasenas(administrador, settings):
    camino, cuerpo = f"/api/usuarios/{UsuarioFactory().pk}", b'{"password": "perro-verde-41"}'
    primera = administrador.put(camino, cuerpo, **CLAVE)
    guardada = bytes(RespuestaGuardada.objects.get().huella)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "otra" * 12
    segunda = administrador.put(camino, cuerpo, **CLAVE)

    assert (primera.status_code, de_la_primera(segunda)) == (200, de_la_primera(primera))
    assert guardada != sha256(f"PUT\0{camino}\0\0".encode() + cuerpo).digest()


def test_con_un_secreto_nuevo_de_golpe_lo_guardado_ya_no_sirve_y_nada_se_hace_otra_vez(administrador, settings):
    datos = {"nombre": "Valuadora", "rol": "Tecnico"}
    assert administrador.post("/api/llaves", datos, **CLAVE).status_code == 201
    settings.SECRET_KEY = "otra" * 12

    assert respuesta(administrador.post("/api/llaves", datos, **CLAVE))[0] == 422
    assert Llave.objects.count() == 1


# --- Another request ---


@pytest.mark.parametrize(
    ("metodo", "camino", "datos"),
    [
        ("POST", RUTA, {"no_siniestro": "S-2"}),
        ("POST", RUTA, b'{"no_siniestro":  "S-1"}'),
        ("POST", RUTA, b"{"),
        ("PUT", f"{RUTA}/S-1", {"no_siniestro": "S-1"}),
        ("PUT", f"{RUTA}/NADA", {"marca": 5}),
        ("DELETE", f"{RUTA}/S-1", None),
    ],
)
def test_clave_de_otra_peticion_es_422(administrador, metodo, camino, datos):
    administrador.post(RUTA, b'{"no_siniestro": "S-1"}', **CLAVE)

    recibida = administrador.pedir(metodo, camino, datos, **CLAVE)

    assert respuesta(recibida) == (422, {"error": USADA})
    assert (recibida.headers["X-Error-Code"], repetida(recibida)) == ("idempotencia_usada", None)
    assert list(Expediente.objects.values_list("pk", flat=True)) == ["S-1"]


@pytest.mark.parametrize(("metodo", "camino"), [("PUT", f"{RUTA}/S-2"), ("DELETE", f"{RUTA}/S-1")])
def test_otro_camino_y_otro_metodo_son_otra_peticion_aunque_el_cuerpo_sea_el_mismo(administrador, metodo, camino):
    for numero in ("S-1", "S-2"):
        administrador.post(RUTA, {"no_siniestro": numero})
    administrador.put(f"{RUTA}/S-1", b'{"color": "Azul"}', **CLAVE)

    assert respuesta(administrador.pedir(metodo, camino, b'{"color": "Azul"}', **CLAVE)) == (422, {"error": USADA})
    assert list(Expediente.objects.order_by("pk").values_list("pk", "color")) == [("S-1", "Azul"), ("S-2", None)]


def test_clave_de_otra_peticion_en_el_otro_dialecto(administrador):
    administrador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE)

    recibida = administrador.post("/lugar", {"nombre": "Sede"}, **CLAVE)

    assert respuesta(recibida) == (422, {"success": False, "message": USADA, "detail": [USADA]})
    assert not Lugar.objects.exists()


def test_la_clave_es_de_cada_persona(operador, administrador):
    status = [
        api.post(RUTA, {"no_siniestro": f"S-{n}"}, **CLAVE).status_code
        for n, api in enumerate((operador, administrador))
    ]

    assert status == [201, 201]


def test_otra_clave_es_otra_peticion(operador):
    recibidas = [operador.post(RUTA, {"no_siniestro": "S-1"}, **clave) for clave in (CLAVE, OTRA)]

    assert [r.status_code for r in recibidas] == [201, 409]


def test_a_las_72_horas_la_clave_vuelve_a_servir(operador):
    operador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE)

    def pedir_despues(**lapso):
        RespuestaGuardada.objects.update(guardada_en=timezone.now() - timedelta(**lapso))
        return operador.post(RUTA, {"no_siniestro": "S-2"}, **CLAVE)

    assert pedir_despues(hours=71, minutes=59).status_code == 422
    assert pedir_despues(hours=72, seconds=1).status_code == 201
    recibidas = [operador.post(RUTA, {"no_siniestro": clave}, **CLAVE) for clave in ("S-2", "S-1")]
    assert [(r.status_code, repetida(r)) for r in recibidas] == [(201, "true"), (422, None)]
    assert RespuestaGuardada.objects.count() == 1


# --- What isn't kept ---


def test_solo_se_guarda_lo_que_sale_bien(operador):
    ExpedienteFactory(no_siniestro="S-1", estado="Ingreso")
    pedidas = [
        ("POST", RUTA, {"no_siniestro": "S-1"}),
        ("POST", RUTA, {}),
        ("PUT", f"{RUTA}/NADA", {"color": "azul"}),
        ("PATCH", f"{RUTA}/S-1/estado", {"estado": "Ingreso"}),
        ("DELETE", f"{RUTA}/S-1", None),
    ]

    status = [[operador.pedir(*pedida, **CLAVE).status_code for _ in range(2)] for pedida in pedidas]

    assert status == [[409] * 2, [400] * 2, [404] * 2, [400] * 2, [403] * 2]
    assert not RespuestaGuardada.objects.exists()
    assert operador.post(RUTA, {"no_siniestro": "S-2"}, **CLAVE).status_code == 201


def test_respuesta_que_no_sale_bien_tampoco_se_guarda_si_nadie_lanza_un_error(operador, monkeypatch):
    crear = ExpedienteViewSet.create

    def no_crear(self, request):
        crear(self, request)
        return self.respond({"error": "Hoy no"}, 400)

    monkeypatch.setattr(ExpedienteViewSet, "create", no_crear)
    recibidas = [operador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE) for _ in range(2)]

    assert [(respuesta(r), repetida(r)) for r in recibidas] == [((400, {"error": "Hoy no"}), None)] * 2
    assert not Expediente.objects.exists()


def test_error_con_clave_es_el_mismo_que_sin_ella(operador):
    """Within the transaction of the key a statement that fails mustn't spoil those that say why."""
    ExpedienteFactory(no_siniestro="S-1")
    LugarFactory(codigo="SC-1", nombre="Sede")
    pedidas = [
        ("POST", RUTA, {"no_siniestro": "S-1", "id_aseguradora": 999}),
        ("POST", RUTA, {"no_siniestro": "S-1", "id_aseguradora": AseguradoraFactory().pk}),
        ("PUT", f"{RUTA}/NADA", {"id_aseguradora": 999}),
        ("POST", "/lugar", {"codigo": "SC-1", "nombre": "Sede"}),
        ("PUT", f"/api/usuarios/{UsuarioFactory().pk}", {"username": operador.usuario.username}),
    ]
    for pedida in pedidas:
        con_clave, sin_clave = (operador.pedir(*pedida, **claves) for claves in (CLAVE, {}))
        assert respuesta(con_clave) == respuesta(sin_clave)
        assert con_clave.status_code >= 400


def test_respuesta_que_no_se_pudo_guardar_deshace_lo_que_cuenta(operador, monkeypatch):
    def fallar(*args):
        raise RuntimeError

    with monkeypatch.context() as roto:
        roto.setattr("monitor.repeticiones.models.RespuestaGuardadaManager.guardar", fallar)
        assert operador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE).status_code == 500

    assert not Expediente.objects.exists()
    assert operador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE).status_code == 201


def test_accion_que_calla_una_falla_de_la_base_se_guarda_entera(operador, monkeypatch):
    """Without savepoints the transaction is lost with the part of it that failed, and nobody may be told otherwise."""
    abrir = type(Expediente.objects).abrir

    def dos_veces(self, datos, *, por):
        abierto = abrir(self, datos, por=por)
        with suppress(Conflicto), transaction.atomic():
            abrir(self, datos | {"marca": "otra"}, por=por)
        return abierto

    monkeypatch.setattr(type(Expediente.objects), "abrir", dos_veces)
    primera, segunda = (operador.post(RUTA, {"no_siniestro": "S-1", "marca": "una"}, **CLAVE) for _ in range(2))

    assert (primera.status_code, de_la_primera(segunda)) == (201, de_la_primera(primera))
    assert list(Expediente.objects.values_list("marca", flat=True)) == ["una"]


# --- While the first runs ---


def sin_ver(monkeypatch, *veces):
    """Let the statement that takes the turn see the answer that is kept only those times."""
    tomar, quedan = RespuestaGuardadaManager.tomar_turno, iter(veces)
    monkeypatch.setattr(RespuestaGuardadaManager, "tomar_turno", lambda *args: tomar(*args) if next(quedan) else None)


@pytest.mark.postgresql
def test_respuesta_que_otro_guarda_mientras_es_la_que_se_da(administrador, monkeypatch):
    """On PostgreSQL the statement that takes the turn may see what there was before the first request ended."""
    cuerpo = {"nombre": "Sede"}
    primera = administrador.post("/lugar", cuerpo, **CLAVE)
    sin_ver(monkeypatch, False, True)

    segunda = administrador.post("/lugar", cuerpo, **CLAVE)

    assert (repetida(segunda), de_la_primera(segunda)) == ("true", de_la_primera(primera))


@pytest.mark.postgresql
def test_alta_que_toma_el_turno_sin_ver_lo_guardado_no_abre_otra_vez(administrador, monkeypatch):
    primera = administrador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE)
    assert administrador.delete(f"{RUTA}/S-1").status_code == 200  # its number stops nobody any more
    monkeypatch.setattr(RespuestaGuardadaManager, "turno_libre", lambda *args: ("SELECT", []))

    segunda = administrador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE)

    assert (repetida(segunda), de_la_primera(segunda)) == ("true", de_la_primera(primera))
    assert not Expediente.objects.exists()


@pytest.mark.postgresql
def test_accion_que_no_inserta_aunque_lo_diga_no_se_hace_sin_turno(operador, monkeypatch):
    tomados, tomar = [], RespuestaGuardadaManager.tomar_turno
    monkeypatch.setattr(RespuestaGuardadaManager, "tomar_turno", lambda *a: tomados.append(a) or tomar(*a))
    monkeypatch.setattr(ExpedienteViewSet, "create", lambda self, request: self.respond({}))

    recibidas = [operador.post(RUTA, {"no_siniestro": "S-1"}, **CLAVE) for _ in range(2)]

    assert [repetida(r) for r in recibidas] == [None, "true"]
    assert len(tomados) == 2


@pytest.mark.postgresql
def test_efecto_que_se_podria_repetir_no_se_repite(db, monkeypatch):
    otra = SolicitudFactory()
    api, cuerpo = Api(otra.solicitante), cuerpo_de_solicitud(otra)
    primera = api.post("/solicitud", cuerpo, **CLAVE)
    sin_ver(monkeypatch, False, True, False, False)

    segunda, tercera = (api.post("/solicitud", cuerpo, **CLAVE) for _ in range(2))

    assert (repetida(segunda), de_la_primera(segunda)) == ("true", de_la_primera(primera))
    assert (tercera.status_code, tercera.headers["X-Error-Code"]) == (409, "idempotencia_en_curso")
    assert Solicitud.objects.count() == 2


# --- The key itself ---


MALAS = ["", "a" * 256, "a b", " a", "a\t", "ñ", "a\x7f", "a\n"]


@pytest.mark.parametrize("clave", MALAS)
def test_clave_mal_escrita_es_400(operador, clave):
    recibida = operador.post(RUTA, {"no_siniestro": "S-1"}, **{"Idempotency-Key": clave})

    frase = "Idempotency-Key: escriba de 1 a 255 caracteres ASCII visibles, sin espacios"
    assert (respuesta(recibida), recibida.headers["X-Error-Code"]) == ((400, {"error": frase}), "idempotencia_invalida")
    assert not Expediente.objects.exists()


@pytest.mark.parametrize(
    "clave", ["a", "~" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}"]
)
def test_clave_bien_escrita_vale(operador, clave):
    recibidas = [operador.post(RUTA, {"no_siniestro": "S-1"}, **{"Idempotency-Key": clave}) for _ in range(2)]

    assert [repetida(r) for r in recibidas] == [None, "true"]


ORDEN = [
    ("anonimo", {"no_siniestro": "S-1"}, "", "token_requerido"),
    ("tecnico", {"no_siniestro": "S-1"}, "", "sin_permiso"),
    ("operador", b" " * 1_048_577, "", "cuerpo_demasiado_grande"),
    ("operador", b"", "", "idempotencia_invalida"),
    ("operador", {}, "a", "faltan_campos"),
]


@pytest.mark.parametrize(("quien", "cuerpo", "clave", "codigo"), ORDEN)
def test_clave_se_revisa_despues_de_la_persona_y_del_tamano(request, quien, cuerpo, clave, codigo):
    recibida = request.getfixturevalue(quien).post(RUTA, cuerpo, **{"Idempotency-Key": clave})

    assert recibida.headers["X-Error-Code"] == codigo


def test_baja_con_un_cuerpo_demasiado_grande_es_413(administrador):
    ExpedienteFactory(no_siniestro="S-1")

    assert administrador.delete(f"{RUTA}/S-1", b" " * 1_048_577, **CLAVE).status_code == 413
    assert Expediente.objects.exists()


# --- What it costs ---


def sentencias(pedir):
    with CaptureQueriesContext(connection) as capturadas:
        assert pedir().status_code in (200, 201)
    sql = [q["sql"].upper() for q in capturadas.captured_queries]
    return len([s for s in sql if not s.startswith(CONTROL)]), len([s for s in sql if s.startswith("SAVEPOINT")])


# With whether the INSERT of the action takes the turn, on PostgreSQL.
CON_COSTO = [
    ("POST", RUTA, {"no_siniestro": "N-{}"}, True),
    ("PUT", f"{RUTA}/S-1", {"color": "color {}"}, False),
    ("PATCH", f"{RUTA}/S-{{}}/estado", {"estado": "Salida"}, False),
    ("POST", "/lugar", {"nombre": "Sede {}"}, False),
]


@pytest.mark.parametrize(("metodo", "ruta", "datos", "con_el_turno"), CON_COSTO)
def test_con_clave_son_dos_sentencias_mas_y_ningun_savepoint_de_mas(operador, metodo, ruta, datos, con_el_turno):
    for n in range(3):
        ExpedienteFactory(no_siniestro=f"S-{n}", estado="Ingreso")

    def pedir(n, **claves):
        texto = json.dumps(datos).replace("{}", str(n))
        return lambda: operador.pedir(metodo, ruta.replace("{}", str(n)), texto.encode(), **claves)

    assert pedir(0)().status_code in (200, 201)  # what is made once
    sin_clave, con_clave = sentencias(pedir(1)), sentencias(pedir(2, **CLAVE))

    menos = int(con_el_turno and connection.vendor == "postgresql")
    assert con_clave[0] == sin_clave[0] + 2 - menos  # the turn; the answer that is kept
    if connection.vendor == "postgresql":
        assert con_clave[1] == 1  # the test's own: the transaction of the key is within another here
    assert sentencias(pedir(2, **CLAVE))[0] == 2 + menos  # the turn with the answer; who asks
