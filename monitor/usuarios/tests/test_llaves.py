"""The keys of programs through the API: who makes them, as whom they act, and when they stop."""

import json
import re
import time
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogos.tests.factories import DepartamentoFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api import keys, tokens, uploads
from monitor.api.tests.cliente import Api, respuesta
from monitor.api.tests.test_fail_closed import cuerpo_de_solicitud, volcado
from monitor.cambios.models import Cambio
from monitor.usuarios.llaves import LlaveManager
from monitor.usuarios.models import Llave, Usuario
from monitor.usuarios.tests.factories import CLAVE, LlaveFactory, UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

INVALIDO = (401, {"error": "Token inválido o expirado"})
NO_ENCONTRADA = (404, {"error": "Llave no encontrada"})
COLUMNAS = ["id", "nombre", "rol", "prefijo", "creada_en", "vence", "ultimo_uso", "revocada_en"]
NUEVA = {"nombre": "AXA", "rol": "Operador"}
UNO = "/api/expedientes/S-1"


@pytest.fixture(autouse=True)
def proceso_nuevo(monkeypatch):
    """A process that has seen no key yet."""
    for memoria in ("_known", "_noted"):
        monkeypatch.setattr(keys, memoria, {})


@pytest.fixture
def adelantar(monkeypatch):
    """A function that sets the clock of the keys this far ahead of the real one."""
    de_verdad = time.time

    def adelantar(**lapso):
        monkeypatch.setattr("monitor.api.keys.time.time", lambda: de_verdad() + timedelta(**lapso).total_seconds())

    return adelantar


@pytest.fixture
def llave(db):
    ExpedienteFactory(no_siniestro="S-1")
    return LlaveFactory()


def campo(nombre, frase):
    frase = f"{nombre}: {frase}"
    return 400, {"error": frase, "campos": {nombre: [frase]}}


def uso_de(llave):
    return Llave.objects.values_list("ultimo_uso", flat=True).get(pk=llave.pk)


# --- POST /api/llaves ---


def test_crear_da_la_llave_una_vez(administrador):
    antes = timezone.now()
    recibida = administrador.post("/api/llaves", NUEVA | {"vence": "2999-01-01T00:00:00-06:00"})

    cuerpo = recibida.json()
    assert (recibida.status_code, list(cuerpo)) == (201, [*COLUMNAS, "llave"])
    assert re.fullmatch("mon_[A-Za-z0-9]{40}", cuerpo["llave"])
    assert cuerpo["prefijo"] == cuerpo["llave"][:8]
    assert {c: cuerpo[c] for c in ("nombre", "rol", "vence", "ultimo_uso", "revocada_en")} == {
        "nombre": "AXA", "rol": "Operador", "vence": "2999-01-01T06:00:00.000Z", "ultimo_uso": None, "revocada_en": None
    }  # fmt: skip
    assert antes <= Llave.objects.get().creada_en <= timezone.now()
    assert recibida.headers["Cache-Control"] == "no-store"
    usuario = Usuario.objects.get(pk=cuerpo["id"])
    assert (usuario.nombre, usuario.es_llave, usuario.has_usable_password()) == ("Llave: AXA", True, False)
    assert recibida.headers["Location"] == f"/api/llaves/{cuerpo['id']}"
    assert respuesta(administrador.get(recibida.headers["Location"])) == (200, {c: cuerpo[c] for c in COLUMNAS})


def test_de_la_llave_se_guarda_la_huella_y_nada_mas(administrador, caplog):
    caplog.set_level("DEBUG")
    texto = administrador.post("/api/llaves", NUEVA, **{"Idempotency-Key": "alta-de-axa"}).json()["llave"]
    assert Api().get("/api/expedientes", Authorization=f"Bearer {texto}").status_code == 200
    assert Api().get("/api/expedientes", Authorization=f"Bearer {texto}x").status_code == 401

    guardado = repr(volcado())
    assert sha256(texto.encode()).hexdigest() in guardado
    assert texto[8:] not in guardado
    assert texto[8:] not in caplog.text


def test_cada_llave_es_otra(administrador):
    creadas = [administrador.post("/api/llaves", NUEVA).json() for _ in range(3)]

    assert len({creada["llave"] for creada in creadas}) == len({creada["id"] for creada in creadas}) == 3


@pytest.mark.parametrize("vence", [..., None, ""])
def test_sin_vence_no_vence(administrador, vence):
    creada = administrador.post("/api/llaves", NUEVA if vence is ... else NUEVA | {"vence": vence}).json()

    assert creada["vence"] is None
    assert Api().get("/api/expedientes", Authorization=f"Bearer {creada['llave']}").status_code == 200


YA_PASO = "ese momento ya pasó; use uno que esté por venir, o ninguno para que no venza"


@pytest.mark.parametrize(
    ("cambios", "esperado"),
    [
        ({"nombre": None}, campo("nombre", "no puede ser nulo")),
        ({"nombre": " \u2003"}, campo("nombre", "no puede estar vacío")),
        ({"nombre": "\u2800"}, campo("nombre", "no puede estar vacío")),
        ({"nombre": "\ufe0f"}, campo("nombre", "no puede estar vacío")),
        (
            {"nombre": "\u202eAXA"},
            campo(
                "nombre",
                "tiene caracteres invisibles que invierten lo que sigue; bórrelo y escríbalo sin copiarlo",
            ),
        ),
        ({"nombre": 5}, campo("nombre", "debe ser texto")),
        ({"nombre": "x" * 101}, campo("nombre", "admite 100 caracteres como máximo")),
        ({"nombre": "a\x00"}, campo("nombre", "no se admiten caracteres de control")),
        ({"rol": "Jefe"}, (400, {"error": "Rol inválido. Debe ser: Administrador, Operador, Tecnico"})),
        ({"rol": 5}, campo("rol", "debe ser texto")),
        ({"vence": "2020-01-01"}, campo("vence", YA_PASO)),
        ({"vence": "2020-01-01T00:00:00Z"}, campo("vence", YA_PASO)),
        ({"vence": "mañana"}, campo("vence", "no es una fecha y hora ISO 8601 válida")),
        ({"vence": 1}, campo("vence", "no es una fecha y hora ISO 8601 válida")),
        (
            {"vence": "9999-12-31T23:59:59Z"},
            campo("vence", "está demasiado lejos; use un año entre 2 y 9998"),
        ),
        ({"llave": "mon_x"}, campo("llave", "no se reconoce")),
        ({"prefijo": "mon_x"}, campo("prefijo", "no se reconoce")),
    ],
)
def test_crear_rechaza_lo_que_no_puede_ser(administrador, cambios, esperado):
    assert respuesta(administrador.post("/api/llaves", NUEVA | cambios)) == esperado
    assert (Llave.objects.count(), Usuario.objects.count()) == (0, 1)


def test_crear_dice_todo_lo_que_falta(administrador):
    status, cuerpo = respuesta(administrador.post("/api/llaves", {}))

    assert (status, list(cuerpo["campos"])) == (400, ["nombre", "rol"])


def test_el_nombre_se_recorta_y_se_compone(administrador):
    creada = administrador.post("/api/llaves", NUEVA | {"nombre": " Jose\u0301 "}).json()

    assert creada["nombre"] == "José"
    assert Usuario.objects.get(pk=creada["id"]).nombre == "Llave: José"


# --- Reading and revoking ---


def test_la_lista_no_trae_ninguna_llave(administrador):
    vigente, revocada = LlaveFactory(nombre="AXA"), LlaveFactory(nombre="HDI", revocada=True)

    recibida = administrador.get("/api/llaves")

    assert [(uno["id"], uno["nombre"]) for uno in recibida.json()] == [(vigente.pk, "AXA"), (revocada.pk, "HDI")]
    assert [list(uno) for uno in recibida.json()] == [COLUMNAS] * 2
    assert [uno["revocada_en"] is None for uno in recibida.json()] == [True, False]
    assert not any(llave.llave in recibida.content.decode() for llave in (vigente, revocada))
    assert recibida.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("cuantas", [1, 3])
def test_la_lista_son_dos_sentencias(administrador, cuantas, django_assert_num_queries):
    LlaveFactory.create_batch(cuantas)

    with django_assert_num_queries(2):  # who calls, and the keys with their roles
        assert len(administrador.get("/api/llaves").json()) == cuantas


def test_revocar_es_al_instante_y_para_siempre(administrador, llave):
    assert Api(llave).get(UNO).status_code == 200

    recibida = administrador.delete(f"/api/llaves/{llave.pk}")

    assert respuesta(recibida) == (200, {"ok": True, "id": llave.pk})
    assert respuesta(Api(llave).get(UNO)) == INVALIDO
    # Nothing revives it, not even whoever enables its user in the database.
    Usuario.objects.filter(pk=llave.pk).update(is_active=True)
    assert respuesta(Api(llave).get(UNO)) == INVALIDO
    Llave.objects.filter(pk=llave.pk).update(revocada_en=None)
    assert respuesta(Api(llave).get(UNO)) == INVALIDO


def test_revocar_otra_vez_no_cambia_nada(administrador, llave):
    rutas = [administrador.delete(f"/api/llaves/{llave.pk}")]
    revocada = Llave.objects.values().get(pk=llave.pk)
    rutas.append(Api(UsuarioFactory(administrador=True)).delete(f"/api/llaves/{llave.pk}"))

    assert [ruta.status_code for ruta in rutas] == [200, 200]
    assert Llave.objects.values().get(pk=llave.pk) == revocada
    assert (revocada["revocada_por_id"], revocada["creada_por_id"]) == (administrador.usuario.pk, llave.creada_por_id)
    assert Usuario.objects.get(pk=llave.pk).is_active is False


@pytest.mark.parametrize("metodo", ["GET", "DELETE"])
def test_solo_hay_llaves_en_la_ruta_de_las_llaves(administrador, metodo):
    persona = UsuarioFactory()

    assert respuesta(administrador.pedir(metodo, f"/api/llaves/{persona.pk}")) == NO_ENCONTRADA
    assert respuesta(administrador.pedir(metodo, f"/api/llaves/{'9' * 30}")) == NO_ENCONTRADA
    assert respuesta(administrador.pedir(metodo, "/api/llaves/x")) == (400, {"error": "ID inválido"})


# --- As whom a key acts ---


def test_lo_que_escribe_lleva_su_nombre(administrador):
    creada = administrador.post("/api/llaves", NUEVA | {"nombre": "Grúas del Norte"}).json()
    programa = {"Authorization": f"Bearer {creada['llave']}"}

    abierto = Api().post("/api/expedientes", {"no_siniestro": "S-9"}, **programa)
    Api().patch("/api/expedientes/S-9/estado", {"estado": "Restauracion"}, **programa)
    historial = administrador.get("/api/expedientes/S-9/estado/historial").json()
    cambios = respuesta(administrador.get("/api/expedientes/S-9/cambios"))[1]

    assert abierto.json()["creado_por"] == creada["id"]
    assert [(h["usuario"]["id"], h["usuario"]["nombre"]) for h in historial] == [
        (creada["id"], "Llave: Grúas del Norte")
    ] * 2
    assert {(c["usuario"]["id"], c["usuario"]["nombre"]) for c in cambios} == {(creada["id"], "Llave: Grúas del Norte")}


def test_crearla_y_revocarla_quedan_en_los_cambios_de_su_usuario(administrador):
    creada = administrador.post("/api/llaves", NUEVA).json()
    administrador.delete(f"/api/llaves/{creada['id']}")

    cambios = Cambio.objects.filter(uid=Usuario.objects.get(pk=creada["id"]).uid).order_by("id")
    assert [cambio.usuario for cambio in cambios] == [administrador.usuario] * 2
    assert json.loads(cambios[1].cambios) == {"is_active": {"de": True, "a": False}}


@pytest.mark.parametrize(
    ("trait", "esperados"),
    [
        ({"tecnico": True}, [200, 403, 403, 403, 403]),
        ({}, [200, 201, 403, 403, 403]),
        ({"administrador": True}, [200, 201, 201, 201, 200]),
    ],
)
def test_puede_lo_que_su_rol(llave, trait, esperados):
    api = Api(LlaveFactory(**trait))

    assert [
        api.get(UNO).status_code,
        api.post("/api/expedientes", {"no_siniestro": "S-9"}).status_code,
        api.post("/api/llaves", NUEVA).status_code,
        api.post("/api/auth/register", {"username": "ana", "password": CLAVE, "rol": "Tecnico"}).status_code,
        api.delete(f"/api/llaves/{llave.pk}").status_code,
    ] == esperados


def test_un_cambio_de_rol_en_la_base_vale_de_inmediato(llave):
    assert Api(llave).patch(UNO, {"color": "azul"}).status_code == 200

    Usuario.objects.filter(pk=llave.pk).update(rol="Tecnico")

    assert Api(llave).patch(UNO, {"color": "rojo"}).status_code == 403


def test_una_llave_no_cierra_sesion(llave):
    assert respuesta(Api(llave).post("/api/auth/logout")) == (
        403,
        {"error": "Una llave no tiene sesión que cerrar; para que deje de servir, un Administrador la revoca"},
    )
    assert Api(llave).get(UNO).status_code == 200


# --- When it doesn't serve ---


def equivocada(llave):
    return llave.llave[:-1] + ("a" if llave.llave[-1] != "a" else "b")


MUERTAS = {
    "desconocida": lambda: equivocada(LlaveFactory()),
    "revocada": lambda: LlaveFactory(revocada=True).llave,
    "vencida": lambda: LlaveFactory(vencida=True).llave,
}


def test_las_que_no_sirven_responden_lo_mismo_con_las_mismas_sentencias(db):
    recibidas, sentencias = [], []
    for texto in (hacer() for hacer in MUERTAS.values()):
        with CaptureQueriesContext(connection) as consultas:
            recibidas.append(Api().get("/api/expedientes/S-1", Authorization=f"Bearer {texto}"))
        sentencias.append([re.sub(r"'[^']*'", "?", c["sql"]) for c in consultas])

    assert [respuesta(r) for r in recibidas] == [INVALIDO] * 3
    assert [r.headers["X-Error-Code"] for r in recibidas] == ["token_invalido"] * 3
    assert [len(s) for s in sentencias] == [1] * 3
    assert sentencias[0] == sentencias[1] == sentencias[2]


@pytest.mark.parametrize(
    "texto", ["mon_", "mon_x", "mon_ñ", "mon_" + "=" * 9000, "mon_a b", "mon_\x00", "MON_x", "mon"]
)
def test_lo_que_no_es_una_llave_es_401(db, texto):
    assert respuesta(Api().get("/api/expedientes", Authorization=f"Bearer {texto}")) == INVALIDO


def test_vence_a_su_hora_aunque_el_proceso_ya_la_conozca(llave, adelantar):
    Llave.objects.filter(pk=llave.pk).update(vence=timezone.now() + timedelta(hours=1))
    assert Api(llave).get(UNO).status_code == 200

    adelantar(minutes=59)
    assert Api(llave).get(UNO).status_code == 200
    adelantar(minutes=61)
    assert respuesta(Api(llave).get(UNO)) == INVALIDO
    assert respuesta(Api(llave).patch(UNO, {"color": "azul"})) == INVALIDO


def test_una_que_se_revoca_pasa_a_ser_como_las_demas(llave, django_assert_num_queries):
    Api(llave).get(UNO)
    Llave.objects.revocar(llave.pk, por=llave.creada_por)

    # First the expediente, which isn't for it, and twice who it is, as for a token; from then on, the key alone.
    for sentencias in (3, 1):
        with django_assert_num_queries(sentencias):
            assert respuesta(Api(llave).get(UNO)) == INVALIDO


# --- What it costs ---


def sentencias_de(api, metodo, color=None):
    with CaptureQueriesContext(connection) as sentencias:
        assert api.pedir(metodo, UNO, color and {"color": color}).status_code == 200
    return len(sentencias)


def test_una_llave_conocida_no_cuesta_ninguna_sentencia(llave, operador):
    assert sentencias_de(Api(llave), "GET") == 3  # the key, the expediente with who calls, and the note of the use
    assert sentencias_de(Api(llave), "GET") == 1
    assert sentencias_de(Api(llave), "PATCH", "azul") == sentencias_de(operador, "PATCH", "rojo")


def test_con_una_llave_tambien_hay_304(llave, django_assert_num_queries):
    etag = {"If-None-Match": Api(llave).get(UNO).headers["ETag"]}

    with django_assert_num_queries(1):
        recibida = Api(llave).get(UNO, **etag)

    assert (recibida.status_code, recibida.content) == (304, b"")
    Llave.objects.revocar(llave.pk, por=llave.creada_por)
    assert respuesta(Api(llave).get(UNO, **etag)) == INVALIDO


# --- The last use ---


def test_el_ultimo_uso_se_apunta_una_vez_por_minuto(llave, adelantar):
    empiezo, otra = timezone.now(), LlaveFactory()
    Api(llave).get(UNO)
    primero = uso_de(llave)
    adelantar(seconds=59)
    Api(llave).get(UNO)
    assert empiezo <= primero == uso_de(llave)
    assert uso_de(otra) is None

    adelantar(seconds=61)
    Api(llave).get(UNO)
    assert uso_de(llave) - primero >= timedelta(seconds=60)


def test_otro_proceso_no_lo_apunta_otra_vez_en_el_mismo_minuto(llave):
    Api(llave).get(UNO)
    primero = uso_de(llave)
    keys._noted.clear()

    Api(llave).get(UNO)

    assert uso_de(llave) == primero


def test_un_304_tambien_es_un_uso(llave, adelantar):
    etag = Api(llave).get(UNO).headers["ETag"]
    adelantar(minutes=5)

    assert Api(llave).get(UNO, **{"If-None-Match": etag}).status_code == 304

    assert uso_de(llave) > timezone.now() + timedelta(minutes=4)


@pytest.mark.parametrize("muerta", [{"revocada": True}, {"vencida": True}])
def test_de_una_que_no_sirve_no_se_apunta_nada(db, muerta):
    llave = LlaveFactory(**muerta)

    Api(llave).get("/api/expedientes")

    assert uso_de(llave) is None


def test_si_no_se_puede_apuntar_se_responde_igual(llave, monkeypatch, caplog):
    def fallar(self, pk, en):
        raise OperationalError("database is locked")

    monkeypatch.setattr(LlaveManager, "anotar_uso", fallar)

    assert Api(llave).get(UNO).status_code == 200
    assert f"No se apuntó el uso de la llave {llave.pk}: database is locked" in caplog.messages


def test_apuntar_un_uso_no_espera_a_quien_escribe(llave, monkeypatch):
    """On SQLite any writer is in the way of any other, and a read must not wait for one."""
    if connection.vendor != "sqlite":
        pytest.skip("sólo en SQLite")
    esperas = []
    monkeypatch.setattr(LlaveManager, "anotar_uso", lambda self, pk, en: esperas.append(espera()))

    def espera():
        return connection.connection.execute("PRAGMA busy_timeout").fetchone()

    Api(llave).get(UNO)

    assert [*esperas, espera()] == [(0,), (20_000,)]


# --- It is nobody who comes in ---


def test_no_entra_con_ninguna_clave(llave):
    usuario = llave.usuario
    recibidas = [Api().post("/api/auth/login", {"username": usuario.username, "password": p}) for p in (CLAVE, "!")]

    assert [respuesta(r) for r in recibidas] == [(401, {"error": "Credenciales inválidas"})] * 2


def test_entrar_con_su_usuario_tarda_lo_que_con_uno_que_no_existe(llave, monkeypatch):
    hechos = []
    monkeypatch.setattr("monitor.usuarios.acceso.make_password", hechos.append)

    for username in ("nadie", llave.usuario.username):
        Api().post("/api/auth/login", {"username": username, "password": CLAVE})

    assert hechos == [CLAVE, CLAVE]


def test_no_tiene_sesion_en_el_admin(llave, client):
    client.force_login(llave.usuario)

    assert client.get("/admin/").status_code == 302


def test_la_base_no_le_admite_una_clave(llave):
    with pytest.raises(IntegrityError, match="usuario_llave_sin_clave"), transaction.atomic():
        UsuarioFactory(es_llave=True)


def test_la_base_no_admite_dos_veces_una_huella(llave):
    with pytest.raises(IntegrityError, match=r"llave_huella_unica|llave\.huella"), transaction.atomic():
        LlaveFactory(llave=llave.llave)


def test_no_esta_entre_las_personas(administrador, llave):
    ruta = f"/api/usuarios/{llave.pk}"
    antes = Usuario.objects.values().get(pk=llave.pk)

    assert llave.pk not in [usuario["id"] for usuario in administrador.get("/api/usuarios").json()]
    for metodo, datos in (
        ("GET", None),
        ("PUT", {"password": CLAVE}),
        ("PUT", {"rol": "Administrador"}),
        ("DELETE", None),
    ):
        assert respuesta(administrador.pedir(metodo, ruta, datos)) == (404, {"error": "Usuario no encontrado"})
    assert Usuario.objects.values().get(pk=llave.pk) == antes


def test_changepassword_no_la_conoce(llave, monkeypatch):
    monkeypatch.setattr("monitor.management.commands.changepassword.exigir_terminal", lambda frase: None)

    with pytest.raises(CommandError, match="No hay nadie con ese usuario"):
        call_command("changepassword", llave.usuario.username)


@pytest.mark.parametrize("cambio", [{"rol": "Tecnico"}, {"is_active": False}])
def test_no_cuenta_como_el_ultimo_administrador(administrador, cambio):
    LlaveFactory(administrador=True, creada_por=administrador.usuario)

    assert administrador.put(f"/api/usuarios/{administrador.usuario.pk}", cambio).status_code == 409


@pytest.mark.parametrize("campo", ["idUsuarioSolicitante", "idUsuarioAprobador"])
@pytest.mark.parametrize("metodo", ["POST", "PUT"])
def test_no_pide_ni_aprueba_solicitudes(administrador, llave, campo, metodo):
    solicitud = SolicitudFactory()
    cuerpo = cuerpo_de_solicitud(solicitud) if metodo == "POST" else {}
    ruta = "/solicitud" if metodo == "POST" else f"/solicitud/{solicitud.pk}"

    status, recibido = respuesta(administrador.pedir(metodo, ruta, cuerpo | {campo: llave.pk}))

    assert (status, recibido["detail"]) == (400, [f"{campo}: no existe un usuario activo con Id {llave.pk}"])


def test_una_llave_pide_a_nombre_de_otro_y_queda_su_nombre(llave):
    creada = Api(llave).post("/solicitud", cuerpo_de_solicitud(SolicitudFactory()))

    solicitud = Solicitud.objects.get(pk=creada.json()["data"]["Id"])
    assert [str(cambio.cambiado_por) for cambio in solicitud.historico.all()] == ["Llave: AXA"]


def test_no_es_jefe_de_ningun_departamento(administrador, llave):
    ruta = f"/departamento/{DepartamentoFactory().pk}"

    status, recibido = respuesta(administrador.put(ruta, {"idPerfilJefe": llave.pk}))

    assert (status, recibido["detail"]) == (400, [f"idPerfilJefe: no existe un usuario con Id {llave.pk}"])


def test_quien_creo_una_llave_no_se_elimina(administrador):
    otra = LlaveFactory().creada_por

    assert administrador.delete(f"/api/usuarios/{otra.pk}").status_code == 409


def test_su_id_queda_en_la_bitacora(llave, caplog):
    with caplog.at_level("INFO"):
        Api(llave).get(UNO)

    assert f"usuario={llave.pk} " in caplog.text


def test_de_una_llave_que_el_proceso_no_ha_visto_se_recibe_poco(administrador, adelantar):
    llave = LlaveFactory(vence=timezone.now() + timedelta(hours=1))

    def es_extrano(token):
        return uploads.is_stranger({"authorization": f"Bearer {token}"}.get)

    assert es_extrano(llave.llave)
    Api(llave).get(UNO)
    assert not es_extrano(llave.llave)
    assert es_extrano("mon_" + "x" * 40)
    assert not es_extrano(administrador.token)
    adelantar(hours=2)
    assert es_extrano(llave.llave)


def test_un_token_de_persona_no_cuesta_nada_mas(administrador, llave, django_assert_num_queries):
    assert tokens.verify(administrador.token).huella == ""
    with django_assert_num_queries(1):
        administrador.get(UNO)
    assert keys._known == keys._noted == {}
