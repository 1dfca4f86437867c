"""The login and its limits: POST /api/auth/login."""

import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network

import jwt
import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    get_default_password_validators,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitor import settings as las_de_verdad
from monitor.api.tests.cliente import Api, Remota, respuesta
from monitor.usuarios import hashers
from monitor.usuarios.acceso import Backend
from monitor.usuarios.intentos import DireccionConocida, IntentoDeAcceso
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory

RUTA = "/api/auth/login"
INVALIDAS = (401, {"error": "Credenciales inválidas"})
REQUERIDOS = (400, {"error": "Usuario y contraseña requeridos"})
BUENAS = {"username": "juan", "password": CLAVE}
MALAS = {"username": "juan", "password": "otra-cosa"}


@pytest.fixture
def juan(db):
    return UsuarioFactory(username="juan", nombre="Juan Pérez")


@pytest.fixture
def hashes(monkeypatch):
    """The list of every Argon2 computation, whether it checks a hash or makes one."""
    hechos = []
    for nombre in ("encode", "verify"):
        original = getattr(hashers.Argon2Hasher, nombre)

        def contar(self, *argumentos, original=original, nombre=nombre):
            hechos.append(nombre)
            return original(self, *argumentos)

        monkeypatch.setattr(hashers.Argon2Hasher, nombre, contar)
    return hechos


@pytest.fixture
def adelantar(monkeypatch):
    """A function that sets the clock of the limits this far ahead of the real one, wherever it was before."""
    de_verdad = timezone.now

    def adelantar(**lapso):
        monkeypatch.setattr("monitor.usuarios.intentos.timezone.now", lambda: de_verdad() + timedelta(**lapso))

    return adelantar


def entrar(datos, desde="203.0.113.7", **cabeceras):
    return Api(REMOTE_ADDR=desde).post(RUTA, datos, **cabeceras)


def fallar(veces, username="juan", desde="203.0.113.7"):
    """Note that many failed attempts, as the login notes them."""
    ahora = timezone.now()
    IntentoDeAcceso.objects.bulk_create(
        IntentoDeAcceso(username=username, direccion=desde, en=ahora) for _ in range(veces)
    )


def test_login_da_un_token_y_quien_es(juan, settings):
    recibida = entrar(BUENAS)

    token = recibida.json()["token"]
    usuario = {"id": juan.pk, "nombre": "Juan Pérez", "username": "juan", "rol": "Operador"}
    assert (recibida.status_code, list(recibida.json().items())) == (200, [("token", token), ("usuario", usuario)])
    assert list(recibida.json()["usuario"]) == list(usuario)
    assert recibida.headers["Cache-Control"] == "no-store"
    assert jwt.decode(token, settings.JWT_SECRET, ["HS256"])["id"] == juan.pk
    assert Api().get("/api/expedientes", Authorization=f"Bearer {token}").status_code == 200


@pytest.mark.parametrize("falta", ["username", "password"])
@pytest.mark.parametrize("valor", [..., None, "", 5, True, ["juan"], {}])
def test_login_exige_usuario_y_contrasena_en_texto(juan, falta, valor):
    datos = {clave: v for clave, v in (BUENAS | {falta: valor}).items() if v is not ...}

    assert respuesta(entrar(datos)) == REQUERIDOS


@pytest.mark.parametrize("username", ["juan perez", " juan", "juan ", "ju\tan", "juan\u00a0", " "])
def test_login_rechaza_usuarios_con_espacios(juan, username):
    recibida = respuesta(entrar(BUENAS | {"username": username}))

    assert recibida == (400, {"error": "El usuario no puede contener espacios"})


@pytest.mark.parametrize(
    ("datos", "frases"),
    [
        ({"user_name": "juan"}, {"user_name": ["user_name: no se reconoce (¿quiso decir `username`?)"]}),
        ({"username": "ju\x00an"}, {"username": ["username: no se admiten caracteres de control"]}),
        ({"password": "x\x00"}, {"password": ["password: no se admiten caracteres de control"]}),
    ],
)
def test_login_rechaza_lo_que_no_conoce_antes_de_calcular_nada(juan, hashes, datos, frases):
    recibida = respuesta(entrar(BUENAS | datos))

    assert recibida == (400, {"error": next(iter(frases.values()))[0], "campos": frases})
    assert hashes == []


@pytest.mark.parametrize(
    "datos",
    [
        MALAS,
        {"username": "nadie", "password": CLAVE},
        {"username": "JUAN", "password": CLAVE},
        {"username": "juan", "password": f"{CLAVE} "},
        {"username": "x" * 5000, "password": CLAVE},
        {"username": "juan", "password": "x" * 100_000},
    ],
)
def test_login_con_credenciales_malas_es_401_con_un_solo_hash(juan, hashes, datos):
    assert respuesta(entrar(datos)) == INVALIDAS
    assert len(hashes) == 1


QUIENES_NO_ENTRAN = {
    "con otra clave": {},
    "inactivo": {"inactivo": True},
    "sin clave, como los programas": {"password": make_password(None)},
    "con un hash que no lo es": {"password": "roto"},
    "desconocido": None,
}


@pytest.mark.parametrize("datos", QUIENES_NO_ENTRAN.values(), ids=QUIENES_NO_ENTRAN.keys())
def test_login_de_quien_no_entra_cuesta_y_dice_lo_mismo_desde_el_primer_intento(db, hashes, datos):
    """The same statements and the same hash: nobody tells by the answer or its time who exists."""
    UsuarioFactory(username="maria")
    if datos is not None:
        UsuarioFactory(username="juan", **datos)
    visto = []
    for username, password in (("maria", "otra-cosa"), ("juan", "otra-cosa"), ("juan", CLAVE if datos else "x")):
        hashes.clear()
        with CaptureQueriesContext(connection) as sentencias:
            recibida = entrar({"username": username, "password": password})
        propias = {nombre: valor for nombre, valor in recibida.items() if nombre != "X-Request-ID"}
        formas = [re.sub(r"'[^']*'|\b\d+\b|\b(NULL|true|false)\b", "?", s["sql"]) for s in sentencias]
        visto.append((respuesta(recibida), propias, len(hashes), formas))

    assert visto[0][0] == INVALIDAS
    assert visto[0][2] == 1
    assert visto == [visto[0]] * 3


def test_primer_hash_de_un_proceso_no_cuesta_mas_por_un_usuario_que_no_existe():
    """The modules for the first hash are loaded whoever it is for, and at no other time."""
    guion = (
        "import sys, django; django.setup()\n"
        "from django.contrib.auth.hashers import check_password, make_password\n"
        "{}\n"
        "print(sorted(n for n in sys.modules if n.startswith(('argon2', 'cffi', '_cffi'))))"
    )
    hecho = make_password("x")
    cargados = {
        subprocess.run([sys.executable, "-c", guion.format(orden)], capture_output=True, text=True, check=True).stdout
        for orden in ("make_password('x')", f"check_password('y', {hecho!r})")
    }

    assert len(cargados) == 1


def test_hash_es_argon2_con_19_mib_dos_vueltas_y_un_hilo(juan, settings):
    settings.PASSWORD_HASHERS = las_de_verdad.PASSWORD_HASHERS

    juan.set_password("otra-mesa-61")

    assert juan.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "clave",
    [
        "todas de letras",
        "ñandú con acéntos y ünicode",
        "  blancos a los lados  ",
        "\U0001f511 llave \U0001f511 llave",
        "1234-5678-9101",
        "Zk" + "x9" * 499,
    ],
)
def test_clave_de_cualquier_forma_vale_tal_como_se_escribio(juan, clave):
    Usuario.objects.actualizar(juan.pk, {"password": clave}, por=juan)

    assert entrar(BUENAS | {"password": clave}).status_code == 200
    for otra in {clave.swapcase(), clave.strip() + " ", clave[:72] + "!", clave[:-1]} - {clave}:
        assert respuesta(entrar(BUENAS | {"password": otra})) == INVALIDAS


def test_hay_mas_de_tres_mil_claves_comunes_que_no_valen():
    comunes = next(v for v in get_default_password_validators() if isinstance(v, CommonPasswordValidator)).passwords
    posibles = [clave for clave in comunes if len(clave) >= 8 and not clave.isdigit()]

    assert len(posibles) > 3_000
    for clave in random.sample(sorted(posibles), 20):
        with pytest.raises(ValidationError):
            validate_password(clave)


def test_login_sexto_intento_es_429_con_la_contrasena_buena_y_sin_calcular_nada(juan, hashes):
    assert [respuesta(entrar(MALAS)) for _ in range(5)] == [INVALIDAS] * 5
    hashes.clear()

    for datos in (BUENAS, MALAS):
        recibida = entrar(datos)
        assert respuesta(recibida) == (
            429,
            {"error": "Demasiados intentos fallidos. Espere 15 min e intente de nuevo"},
        )
        assert 890 <= int(recibida.headers["Retry-After"]) <= 900
    assert hashes == []


def test_login_limita_tambien_a_un_usuario_que_no_existe(db):
    fallar(5, "nadie")

    assert entrar({"username": "nadie", "password": CLAVE}).status_code == 429


def test_login_con_exito_olvida_los_fallos_de_su_pareja_y_no_los_de_otras(juan):
    fallar(4)
    fallar(4, "maria")
    fallar(4, desde="203.0.113.8")

    assert entrar(BUENAS).status_code == 200
    quedan = IntentoDeAcceso.objects.order_by("pk").values_list("username", "direccion")
    assert list(quedan) == [("maria", "203.0.113.7")] * 4 + [("juan", "203.0.113.8")] * 4
    assert [entrar(MALAS).status_code for _ in range(6)] == [401] * 5 + [429]


def test_login_cuenta_por_usuario_y_direccion(juan):
    fallar(5)

    assert entrar(BUENAS).status_code == 429
    assert entrar(BUENAS, desde="203.0.113.8").status_code == 200
    assert entrar({"username": "maria", "password": "x"}).status_code == 401


def test_login_distingue_mayusculas_al_contar(juan):
    fallar(5, "JUAN")

    assert entrar(BUENAS).status_code == 200


def test_login_tras_50_fallos_de_una_direccion_es_429_para_cualquiera(juan, hashes):
    for n in range(49):
        fallar(1, f"persona{n}")
    assert respuesta(entrar(MALAS)) == INVALIDAS
    hashes.clear()

    recibida = entrar(BUENAS)

    assert (recibida.status_code, hashes) == (429, [])
    assert 0 < int(recibida.headers["Retry-After"]) <= 900
    assert entrar(BUENAS, desde="203.0.113.8").status_code == 200


def fallar_con_muchos(desde="203.0.113.7"):
    for n in range(50):
        fallar(1, f"persona{n}", desde)


def test_50_fallos_de_una_oficina_no_dejan_fuera_a_quien_ya_entro_desde_ella(juan):
    UsuarioFactory(username="maria")
    assert entrar(BUENAS).status_code == 200
    fallar_con_muchos()

    assert [entrar(BUENAS).status_code for _ in range(3)] == [200] * 3
    assert entrar(BUENAS | {"username": "maria"}).status_code == 429
    assert [entrar(MALAS).status_code for _ in range(6)] == [401] * 5 + [429]


def test_direccion_se_deja_de_conocer_a_los_30_dias_sin_entrar(juan, adelantar):
    entrar(BUENAS, "203.0.113.8")
    entrar(BUENAS)
    adelantar(days=20)
    entrar(BUENAS)
    adelantar(days=31)

    assert DireccionConocida.objects.conoce("juan", "203.0.113.7")
    assert not DireccionConocida.objects.conoce("juan", "203.0.113.8")
    entrar(BUENAS)
    assert list(DireccionConocida.objects.values_list("direccion", flat=True)) == ["203.0.113.7"]


@pytest.mark.parametrize(("lapso", "status"), [({"days": 29, "hours": 23}, 200), ({"days": 30, "minutes": 1}, 429)])
def test_direccion_se_conoce_30_dias(juan, adelantar, lapso, status):
    entrar(BUENAS)
    adelantar(**lapso)
    ahora = timezone.now() + timedelta(**lapso)
    IntentoDeAcceso.objects.bulk_create(
        IntentoDeAcceso(username=f"persona{n}", direccion="203.0.113.7", en=ahora) for n in range(50)
    )

    assert entrar(BUENAS).status_code == status


def test_una_cuenta_no_se_adivina_desde_muchas_direcciones(juan, hashes):
    entrar(BUENAS)
    hashes.clear()

    estados = [entrar(MALAS, f"198.51.100.{n}").status_code for n in range(60)]

    assert (estados, len(hashes)) == ([401] * 20 + [429] * 40, 20)
    assert entrar(BUENAS, "198.51.100.200").status_code == 429
    assert entrar(BUENAS).status_code == 200  # its owner, from where he came in before


def empezar(veces, desde="203.0.113.7", **atributos):
    """Note that many attempts whose password is being checked."""
    for _ in range(veces):
        intento = IntentoDeAcceso.objects.anotar("juan", desde)
        IntentoDeAcceso.objects.filter(pk=intento.pk).update(**atributos)


def test_login_con_cinco_a_la_vez_espera_un_segundo_y_no_quince_minutos(juan):
    empezar(5, en_curso=True)

    recibida = entrar(BUENAS)

    frase = "Hay varios intentos a la vez con ese usuario. Espere 1 s e intente de nuevo"
    assert respuesta(recibida) == (429, {"error": frase})
    assert recibida.headers["Retry-After"] == "1"


def test_intento_cuyo_proceso_murio_cuenta_como_fallo(juan):
    empezar(5, en=timezone.now() - timedelta(seconds=31))

    assert 850 < int(entrar(BUENAS).headers["Retry-After"]) <= 869


def test_un_acierto_no_olvida_lo_que_aun_se_revisa(juan):
    empezar(3, en_curso=True)
    fallar(1)

    assert entrar(BUENAS).status_code == 200
    assert list(IntentoDeAcceso.objects.values_list("en_curso", flat=True)) == [True] * 3


@pytest.mark.parametrize(
    ("datos", "renglon"),
    [
        (MALAS, "Acceso fallido de 'juan' desde 203.0.113.7: credenciales_invalidas"),
        (MALAS | {"username": "x" * 5000}, f"Acceso fallido de '{'x' * 99} desde 203.0.113.7: credenciales_invalidas"),
        (MALAS | {"username": "a\u200eb"}, r"Acceso fallido de 'a\u200eb' desde 203.0.113.7: credenciales_invalidas"),
    ],
)
def test_login_fallido_deja_un_renglon_con_el_nombre_y_la_direccion(juan, caplog, datos, renglon):
    entrar(datos)

    avisos = [(r.levelname, r.getMessage()) for r in caplog.records if r.levelname != "INFO"]
    assert avisos == [("WARNING", renglon)]


def test_login_que_sale_bien_tambien_se_apunta(juan, caplog):
    with caplog.at_level("INFO"):
        entrar(BUENAS)

    assert f"Entró usuario={juan.pk} desde 203.0.113.7" in caplog.messages


def test_login_que_debe_esperar_tambien_se_apunta(juan, caplog):
    fallar(5)

    entrar(BUENAS)

    assert "Acceso fallido de 'juan' desde 203.0.113.7: demasiados_intentos" in caplog.messages


def test_login_se_abre_a_los_15_minutos_del_quinto_fallo_anterior(juan, adelantar):
    fallar(5)

    adelantar(minutes=14, seconds=30)
    recibida = entrar(BUENAS)
    assert (recibida.status_code, recibida.json()["error"]) == (
        429,
        "Demasiados intentos fallidos. Espere 1 min e intente de nuevo",
    )
    assert 25 <= int(recibida.headers["Retry-After"]) <= 30

    adelantar(minutes=15, seconds=1)
    assert entrar(BUENAS).status_code == 200


def test_intento_rechazado_no_alarga_la_espera(juan, adelantar):
    fallar(5)
    adelantar(minutes=14)
    assert [entrar(BUENAS).status_code for _ in range(10)] == [429] * 10

    adelantar(minutes=15, seconds=1)

    assert entrar(BUENAS).status_code == 200
    assert not IntentoDeAcceso.objects.exists()


def test_peticion_mal_formada_no_cuenta_como_intento(juan):
    for _ in range(10):
        entrar({"username": "juan"})

    assert not IntentoDeAcceso.objects.exists()


@pytest.mark.parametrize(
    ("proxies", "desde", "enviadas", "contada"),
    [
        ([], "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (["10.0.0.0/8"], "203.0.113.7", "198.51.100.1", "203.0.113.7"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1,10.0.0.2 , 10.0.0.3", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, no-es-ip", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", f"fe80::1%{'x' * 60}", "fe80::1"),
        (["2001:db8::/32"], "2001:db8::1", "2001:DB9::0:1", "2001:db9::1"),
        # Some proxies write the port too.
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1:4711, 10.0.0.2:80", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "[2001:db9::1]:4711", "2001:db9::1"),
        (["10.0.0.0/8"], "10.0.0.1", "[2001:db9::1]", "2001:db9::1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1:x", "10.0.0.1"),
    ],
)
def test_login_cree_x_forwarded_for_solo_a_los_proxies_de_confianza(juan, settings, proxies, desde, enviadas, contada):
    settings.TRUSTED_PROXIES = [ip_network(red) for red in proxies]

    entrar(MALAS, desde, **{"X-Forwarded-For": enviadas})

    assert IntentoDeAcceso.objects.get().direccion == contada


def test_sesion_de_quien_se_desactivo_es_de_nadie(juan):
    assert Backend().get_user(juan.pk) == juan

    Usuario.objects.filter(pk=juan.pk).update(is_active=False)

    assert Backend().get_user(juan.pk) is None


@pytest.mark.postgresql
def test_logins_a_la_vez_nunca_pasan_mas_de_cinco_entre_todos_los_procesos(servidor):
    UsuarioFactory(username="juan")
    remota = Remota(servidor)

    with ThreadPoolExecutor(24) as hilos:
        recibidas = list(hilos.map(lambda _: remota.pedir("POST", RUTA, MALAS).status, range(48)))

    assert set(recibidas) <= {401, 429}
    assert recibidas.count(401) <= 5
    assert remota.pedir("POST", RUTA, BUENAS).status == (429 if recibidas.count(401) == 5 else 200)
    assert IntentoDeAcceso.objects.filter(direccion="127.0.0.1").count() in (0, 5)


@pytest.mark.postgresql
def test_logins_buenos_a_la_vez_entran_o_esperan_un_segundo(servidor):
    UsuarioFactory(username="juan")
    remota = Remota(servidor)

    with ThreadPoolExecutor(24) as hilos:
        recibidas = list(hilos.map(lambda _: remota.pedir("POST", RUTA, BUENAS), range(48)))

    assert {(r.status, r.headers.get("Retry-After")) for r in recibidas} <= {(200, None), (429, "1")}
    assert remota.pedir("POST", RUTA, BUENAS).status == 200
    assert IntentoDeAcceso.objects.count() == 0
