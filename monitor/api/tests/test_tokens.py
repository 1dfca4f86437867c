"""The contract of the library behind tokens.py: another library has to pass these tests."""

import base64
import json
import time
from datetime import timedelta

import jwt
import pytest
from argon2 import PasswordHasher
from django.contrib.auth.hashers import get_hasher

from monitor.api import tokens
from monitor.api.tests.cliente import Api, respuesta
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory

pytestmark = pytest.mark.django_db

REQUERIDO = (401, {"error": "Token requerido"})
INVALIDO = (401, {"error": "Token inválido o expirado"})
RUTA = "/api/expedientes"


@pytest.fixture
def usuario():
    return UsuarioFactory(username="juan", administrador=True)


@pytest.fixture
def datos(usuario):
    return {
        "id": usuario.pk,
        "username": "juan",
        "rol": "Administrador",
        "v": 0,
        "iat": int(time.time()),
        "exp": int(time.time()) + 60,
    }


@pytest.fixture
def firmar(settings):
    """Return a function that signs a token as any program that knows JWT_SECRET would, without our module."""
    return lambda datos, clave=settings.JWT_SECRET, algoritmo="HS256": jwt.encode(datos, clave, algoritmo)


def usar(token, esquema="Bearer "):
    return Api().get(RUTA, Authorization=f"{esquema}{token}")


def parte(datos):
    return base64.urlsafe_b64encode(json.dumps(datos).encode()).decode().rstrip("=")


def test_emitir_firma_lo_que_dice_el_contrato(usuario, settings):
    token = tokens.issue(usuario)

    datos = jwt.decode(token, settings.JWT_SECRET, ["HS256"])
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert {clave: datos[clave] for clave in ("id", "username", "rol")} == {
        "id": usuario.pk,
        "username": "juan",
        "rol": "Administrador",
    }
    assert datos["exp"] - datos["iat"] == 8 * 3600
    assert abs(datos["iat"] - time.time()) < 5


def test_token_firmado_por_otro_programa_sirve(firmar, datos):
    assert usar(firmar(datos)).status_code == 200


def test_token_con_mas_claims_sirve(firmar, datos):
    assert usar(firmar(datos | {"sede": "Norte", "jti": "x", "iss": "otro"})).status_code == 200


@pytest.mark.parametrize(
    "claim", [{"aud": "otro"}, {"aud": ["a", "b"]}, {"aud": 5}, {"iss": 5}, {"sub": 5}, {"jti": 5}]
)
def test_para_quien_dice_ser_un_token_no_lo_rechaza(datos, settings, claim):
    """Other programs put there what they like. PyJWT itself wouldn't sign some of it."""
    cabeza, cuerpo = parte({"alg": "HS256", "typ": "JWT"}), parte(datos | claim)
    firma = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{cabeza}.{cuerpo}".encode(), settings.JWT_SECRET.encode()
    )

    assert usar(f"{cabeza}.{cuerpo}.{base64.urlsafe_b64encode(firma).decode().rstrip('=')}").status_code == 200


@pytest.mark.parametrize("iat", [4_000_000_000, 0, -1, "ayer"])
def test_iat_dice_cuando_y_nunca_rechaza(firmar, datos, iat):
    """After a clock is set back there are tokens from the future."""
    assert usar(firmar(datos | {"iat": iat})).status_code == 200


@pytest.mark.parametrize("cambios", [{"iat": None}, {"username": None}, {"rol": "Rey"}, {"username": 5}])
def test_token_sirve_con_otros_claims_que_la_base_sabe_mejor(firmar, datos, cambios):
    datos = {clave: valor for clave, valor in (datos | cambios).items() if valor is not None}

    assert usar(firmar(datos)).status_code == 200


@pytest.mark.parametrize(
    "cambios",
    [
        {"exp": int(time.time()) - 1},
        {"exp": None},
        {"exp": "mañana"},
        {"exp": True},
        {"exp": float("inf")},
        {"nbf": int(time.time()) + 3600},
        {"nbf": float("inf")},
        {"id": None},
        {"id": "1"},
        {"id": True},
        {"id": 1.0},
        {"id": [1]},
        {"id": 10**30},
        {"id": -1},
        {"id": 2**63},
        {"v": 1},
        {"v": None},
        {"v": "0"},
        {"v": False},
        {"v": 10**30},
        *({"monitor_permiso": permiso} for permiso in (0, "", "GET /api/expedientes", [], ["GET /api/expedientes"])),
        {"monitor_permiso": ["GET /api/expedientes", ""]},
        {"monitor_permiso": [["GET /api/expedientes"], {}]},
    ],
)
def test_token_con_claims_que_no_pueden_ser_es_401(firmar, datos, cambios):
    datos = {clave: valor for clave, valor in (datos | cambios).items() if valor is not None}

    assert respuesta(usar(firmar(datos))) == INVALIDO


def test_token_con_otra_clave_es_401(firmar, datos):
    assert respuesta(usar(firmar(datos, clave="otra-clave-de-32-bytes-o-más-larga"))) == INVALIDO


ANTERIORES = ["secreto-de-hace-un-año-de-32-bytes-o-más", "secreto-de-ayer-de-32-bytes-o-más-aún"]


@pytest.mark.parametrize("clave", ANTERIORES)
def test_token_con_un_secreto_anterior_sirve_mientras_se_admita(firmar, datos, settings, clave):
    token = firmar(datos, clave)
    assert respuesta(usar(token)) == INVALIDO

    settings.JWT_SECRET_FALLBACKS = ANTERIORES
    assert usar(token).status_code == 200

    settings.JWT_SECRET_FALLBACKS = []
    assert respuesta(usar(token)) == INVALIDO


def test_token_nuevo_nunca_se_firma_con_un_secreto_anterior(usuario, settings):
    settings.JWT_SECRET_FALLBACKS = ANTERIORES

    assert jwt.decode(tokens.issue(usuario), settings.JWT_SECRET, ["HS256"])["id"] == usuario.pk


@pytest.mark.parametrize("cambios", [{"exp": 1}, {"v": 1}, {"id": "1"}])
def test_token_con_un_secreto_anterior_cumple_lo_mismo_que_los_demas(firmar, datos, settings, cambios):
    settings.JWT_SECRET_FALLBACKS = ANTERIORES

    assert respuesta(usar(firmar(datos | cambios, ANTERIORES[0]))) == INVALIDO


@pytest.mark.parametrize("algoritmo", ["HS384", "HS512"])
def test_token_con_otro_algoritmo_y_la_misma_clave_es_401(firmar, datos, settings, algoritmo):
    clave = settings.JWT_SECRET.ljust(64, "x")
    settings.JWT_SECRET = clave

    assert usar(firmar(datos, clave)).status_code == 200
    assert respuesta(usar(firmar(datos, clave, algoritmo))) == INVALIDO


# With RS256 the signature is still the HMAC under the secret: a known attack takes a public key for a secret.
@pytest.mark.parametrize("algoritmo", ["none", "None", "NONE", "RS256", "ES256", "hs256", "", None, 5, ["HS256"]])
def test_token_cuyo_encabezado_dice_otro_algoritmo_es_401(firmar, datos, algoritmo):
    _, cuerpo, firma = firmar(datos).split(".")
    encabezado = parte({"alg": algoritmo, "typ": "JWT"})

    assert respuesta(usar(f"{encabezado}.{cuerpo}.{firma}")) == INVALIDO
    assert respuesta(usar(f"{encabezado}.{cuerpo}.")) == INVALIDO


def test_token_con_el_cuerpo_cambiado_es_401(firmar, datos):
    encabezado, _, firma = firmar(datos).split(".")

    assert respuesta(usar(f"{encabezado}.{parte(datos | {'id': datos['id'] + 1})}.{firma}")) == INVALIDO


@pytest.mark.parametrize("token", ["x", "x.y", "x.y.z", "....", "ñ.ñ.ñ", "a b", "e30.e30.", "=" * 9000, "\x00", "null"])
def test_token_malformado_es_401(token):
    assert respuesta(usar(token)) == INVALIDO


@pytest.mark.parametrize("cuerpo", [[1], "texto", 5, None, True])
def test_token_cuyo_cuerpo_no_es_un_objeto_es_401(settings, cuerpo):
    token = jwt.api_jws.encode(json.dumps(cuerpo).encode(), settings.JWT_SECRET, "HS256")

    assert respuesta(usar(token)) == INVALIDO


@pytest.mark.parametrize("esquema", ["", "bearer ", "BEARER ", "Bearer", "Bearer\t", "Token ", "Basic ", " Bearer "])
def test_esquema_que_no_es_bearer_pide_el_token(usuario, esquema):
    assert respuesta(usar(tokens.issue(usuario), esquema)) == REQUERIDO


@pytest.mark.parametrize("cabecera", ["", "Bearer", "Bearer ", "Bearer   "])
def test_cabecera_sin_token_lo_pide(cabecera):
    assert respuesta(Api().get(RUTA, Authorization=cabecera)) == REQUERIDO


def test_401_dice_como_autenticarse():
    assert Api().get(RUTA).headers["WWW-Authenticate"] == "Bearer"


def test_token_vence_a_su_hora_aunque_ya_se_haya_usado(usuario, monkeypatch):
    api = Api(usuario)
    assert api.get(RUTA).status_code == 200
    ahora = time.time()

    monkeypatch.setattr("monitor.api.tokens.time.time", lambda: ahora + timedelta(hours=8, seconds=1).total_seconds())

    assert respuesta(api.get(RUTA)) == INVALIDO


def test_usuario_desactivado_es_401_al_momento_y_al_volver_su_token_sirve(usuario):
    api = Api(usuario)
    assert api.get(RUTA).status_code == 200

    Usuario.objects.filter(pk=usuario.pk).update(is_active=False)
    assert respuesta(api.get(RUTA)) == INVALIDO

    Usuario.objects.filter(pk=usuario.pk).update(is_active=True)
    assert api.get(RUTA).status_code == 200


def test_usuario_eliminado_es_401_al_momento(usuario):
    api = Api(usuario)
    assert api.get(RUTA).status_code == 200

    Usuario.objects.filter(pk=usuario.pk).delete()

    assert respuesta(api.get(RUTA)) == INVALIDO


def test_cambio_de_rol_no_revoca_y_vale_el_rol_nuevo(usuario):
    api = Api(usuario)
    assert api.get("/api/usuarios").status_code == 200

    Usuario.objects.filter(pk=usuario.pk).update(rol="Tecnico")

    assert respuesta(api.get("/api/usuarios")) == (403, {"error": "Acceso restringido a administradores"})
    assert api.get(RUTA).status_code == 200


def test_logout_revoca_todos_los_tokens_de_antes_y_no_los_de_despues(usuario):
    """All happens within one second, in which `iat` couldn't tell the tokens apart."""
    uno, otro = Api(usuario), Api(usuario)
    ajeno = Api(UsuarioFactory())

    salida = uno.post("/api/auth/logout")

    assert (*respuesta(salida), salida.headers["Cache-Control"]) == (200, {"ok": True}, "no-store")
    assert [respuesta(api.get(RUTA)) for api in (uno, otro)] == [INVALIDO, INVALIDO]
    assert ajeno.get(RUTA).status_code == 200
    usuario.refresh_from_db()
    assert Api(usuario).get(RUTA).status_code == 200


def test_contrasena_nueva_revoca_los_tokens_de_antes(usuario):
    afectado = UsuarioFactory()
    api = Api(afectado)
    assert api.get(RUTA).status_code == 200

    assert Api(usuario).put(f"/api/usuarios/{afectado.pk}", {"password": "otra-mesa-61"}).status_code == 200

    assert respuesta(api.get(RUTA)) == INVALIDO
    entrada = Api().post("/api/auth/login", {"username": afectado.username, "password": "otra-mesa-61"})
    assert usar(entrada.json()["token"]).status_code == 200


def test_login_que_renueva_un_hash_viejo_da_un_token_que_sirve_y_no_revoca(usuario):
    """The parameters of the hash get more expensive over the years; renewing a hash for that isn't a new password."""
    viejo = "argon2" + PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(CLAVE)
    Usuario.objects.filter(pk=usuario.pk).update(password=viejo)
    antes = Api(usuario)

    entrada = Api().post("/api/auth/login", {"username": "juan", "password": CLAVE})

    usuario.refresh_from_db()
    assert not get_hasher().must_update(usuario.password)
    assert usar(entrada.json()["token"]).status_code == 200
    assert antes.get(RUTA).status_code == 200
