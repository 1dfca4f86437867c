"""The log never holds a secret or what people wrote, whatever is asked and whatever fails."""

import logging
from datetime import datetime, timedelta
from ipaddress import ip_network
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.api.tests.conftest import bitacora  # noqa: F401
from monitor.api.tests.rutas import RUTAS
from monitor.api.tests.test_fail_closed import cuerpo_de_solicitud
from monitor.logs import SafeFormatter
from monitor.management import terminal
from monitor.tests.formularios import campos_de
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory
from solicitudes.correo import cola
from solicitudes.correo.cartero import Cartero
from solicitudes.tests.factories import SolicitudFactory
from solicitudes.tests.test_cartero import buzon  # noqa: F401

MARCA = "xqMarcaqx"
CORREO = f"{MARCA}@example.org"
TELEFONO = "5598761234"
CLAVE_NUEVA = f"clave-{MARCA}-58"
EXPEDIENTE = {
    "no_siniestro": f"SIN/{MARCA}",
    "nombre_cliente": f"María {MARCA}",
    "telefono_cliente": TELEFONO,
    "correo_cliente": CORREO,
    "placas": f"{MARCA}-1",
    "observaciones": f"{MARCA}\nERROR monitor [-] un renglón falso",
}
RUTA = f"/api/expedientes/{quote(EXPEDIENTE['no_siniestro'], safe='')}"
PAGINA = f"/admin/expedientes/expediente/SIN_2F{MARCA}/change/"


@pytest.fixture
def revisar(bitacora, caplog):  # noqa: F811
    """Give a function that notes a secret, and check at the end that no line holds one, nor a mark."""
    caplog.set_level(logging.DEBUG)
    for ajeno in ("factory", "mail.log", "faker"):  # the tests' own
        caplog.set_level(logging.WARNING, ajeno)
    secretos = [MARCA, TELEFONO, CLAVE, "un renglón falso"]
    yield secretos.append
    dicho = bitacora.getvalue()
    assert len(dicho.splitlines()) > 1
    assert [linea for linea in dicho.splitlines() for secreto in secretos if secreto.lower() in linea.lower()] == []


@pytest.fixture
def ana(db):
    return UsuarioFactory(username="ana", administrador=True, nombre=f"Ana {MARCA}", email=CORREO)


def anotar_todo(revisar, client, *usuarios):
    """Note what a client and a program show to be let in."""
    for galleta in filter(lambda galleta: galleta.value, client.cookies.values()):
        revisar(galleta.value)
    for usuario in usuarios:
        revisar(Api(usuario).token)
        revisar(usuario.password)


def test_lo_que_sale_bien(revisar, ana, client):
    api = Api(ana)
    api.post("/api/auth/login", {"username": "ana", "password": CLAVE})
    persona = {"username": "bea", "password": CLAVE_NUEVA, "rol": "Operador", "nombre": MARCA, "email": CORREO}
    bea = api.post("/api/auth/register", persona).json()["id"]
    hechas = [
        api.put(f"/api/usuarios/{bea}", {"password": f"{CLAVE_NUEVA}x", "nombre": f"{MARCA} 2"}),
        api.post("/api/expedientes", EXPEDIENTE),
        api.put(RUTA, {"color": MARCA}),
        api.patch(f"{RUTA}/estado", {"estado": "Salida"}),
        api.get(RUTA, **{"X-Request-ID": "tablero-1", "If-None-Match": f'"{MARCA}"'}),
        api.get(f"/api/expedientes?q={MARCA}"),
        api.post("/lugar", {"nombre": MARCA, "direccion": MARCA}),
        api.post("/solicitud", cuerpo_de_solicitud(SolicitudFactory()) | {"asunto": MARCA}),
        api.delete(RUTA),
    ]
    for response in hechas:
        assert response.status_code < 300, response.content
    anotar_todo(revisar, client, ana, Usuario.objects.get(pk=bea))


@pytest.mark.una_vez
@pytest.mark.parametrize("ruta", RUTAS)
def test_lo_que_esta_mal(revisar, ana, ruta):
    metodo, camino = ruta.split()
    malo = {"username": "ana", "password": MARCA, MARCA: MARCA, "nombre": [MARCA], "no_siniestro": MARCA + "\0"}
    api = Api(ana)
    for quien in (Api(), api):
        for cuerpo in (malo, f'{{"nombre": "{MARCA}'.encode(), None):
            quien.pedir(metodo, camino.replace("999999", MARCA), cuerpo)
            quien.pedir(metodo, f"{camino}?{MARCA}={MARCA}", cuerpo, **{"X-Request-ID": f"{MARCA}\t"})
    revisar(Api(ana).token)
    Api().pedir(metodo, camino, malo, Authorization=f"Bearer {MARCA}", Cookie=f"sessionid={MARCA}", Referer=f"/{MARCA}")


def de_la_base():
    """Have the database refuse a row, which PostgreSQL quotes whole in its message."""
    Usuario.objects.create(username=MARCA, nombre=TELEFONO, rol=MARCA)


def de_una_sentencia():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST('{MARCA}' AS integer) FROM no_hay_{MARCA}")


def con(error):
    def fallar():
        raise error

    return fallar


def encadenado():
    try:
        int(MARCA)
    except ValueError as error:
        raise LookupError(f"No se halló {MARCA}") from error


FALLAS = [
    de_la_base,
    de_una_sentencia,
    encadenado,
    con(ValueError(f"No se entiende {MARCA}")),
    con(KeyError(MARCA)),
    con(ExceptionGroup(MARCA, [ValueError(MARCA)])),
    con(UnicodeEncodeError("ascii", MARCA, 0, 1, MARCA)),
]


@pytest.mark.parametrize("fallar", FALLAS)
def test_lo_que_falla_en_la_api(revisar, bitacora, ana, monkeypatch, fallar):  # noqa: F811
    monkeypatch.setattr(type(Expediente.objects), "abrir", lambda *_, **__: fallar())

    assert Api(ana).post("/api/expedientes", EXPEDIENTE).status_code == 500
    assert "Error interno al crear expediente" in bitacora.getvalue()
    assert "test_bitacora.py" in bitacora.getvalue()  # where it came from


@pytest.mark.parametrize("fallar", FALLAS)
def test_lo_que_falla_en_el_admin(revisar, bitacora, ana, client, monkeypatch, fallar):  # noqa: F811
    ExpedienteFactory(**EXPEDIENTE)
    client.raise_request_exception = False
    client.force_login(ana)
    monkeypatch.setattr("expedientes.admin.ExpedienteAdmin.get_fieldsets", lambda *_, **__: fallar())

    assert client.get(f"{PAGINA}?q={MARCA}").status_code == 500
    assert "Internal Server Error: /admin/expedientes/expediente/<path:object_id>/change/" in bitacora.getvalue()
    anotar_todo(revisar, client, ana)


def test_una_lista_que_queda_a_medias(revisar, bitacora, ana, monkeypatch):  # noqa: F811
    monkeypatch.setattr("monitor.api.lists.BATCH", 1)
    for n in range(3):
        ExpedienteFactory(nombre_cliente=f"{MARCA} {n}")
    recibida = Api(ana).get("/api/expedientes")
    monkeypatch.setattr("orjson.dumps", lambda *_: encadenado())

    with pytest.raises(LookupError):
        b"".join(recibida.streaming_content)

    assert "La lista completa quedó a medias" in bitacora.getvalue()


def test_el_admin(revisar, ana, client):
    client.post("/admin/login/", {"username": "ana", "password": f"{CLAVE_NUEVA}", "next": f"/{MARCA}"})
    client.force_login(ana)
    ExpedienteFactory(**EXPEDIENTE)
    campos = campos_de(client.get(PAGINA))
    assert client.post(PAGINA, campos | {"color": MARCA}).status_code == 302
    client.post(PAGINA, campos | {"correo_cliente": MARCA, "fecha_ingreso": MARCA})
    client.get(f"/admin/expedientes/expediente/?q={MARCA}&{MARCA}={MARCA}")
    client.get(f"/admin/{MARCA}/")
    claves = {"new_password1": CLAVE_NUEVA, "new_password2": CLAVE_NUEVA}
    client.post("/admin/password_change/", {"old_password": MARCA} | claves)
    assert client.post("/admin/password_change/", {"old_password": CLAVE} | claves).status_code == 302
    anotar_todo(revisar, client, ana)


@pytest.mark.parametrize(
    "cabeceras",
    [
        {},
        {"Origin": "https://malo.example.org"},
        {"Referer": f"https://malo.example.org/{MARCA}?q={MARCA}", "X-Forwarded-Proto": "https"},
    ],
)
def test_un_formulario_ajeno(revisar, bitacora, settings, ana, cabeceras):  # noqa: F811
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)

    response = client.post(PAGINA, {"nombre_cliente": MARCA}, headers=cabeceras)

    assert response.status_code == 403
    assert "Forbidden (" in bitacora.getvalue()


@pytest.mark.parametrize("ruta", ["/admin/login/", "/api/expedientes"])
def test_lo_que_django_tiene_por_sospechoso(revisar, ana, client, ruta):
    client.post(ruta, MARCA.encode(), content_type=f"multipart/form-data; boundary={MARCA}\x01")
    client.get(ruta, headers={"Cookie": f"sessionid={MARCA}; csrftoken={MARCA}"})
    client.get(ruta, {f"{MARCA}{n}": "x" for n in range(1_100)})


@pytest.mark.parametrize("rechazo", ["550 5.1.1 <{}> no existe", "530 5.7.0 <{}> autentíquese", "451 <{}> más tarde"])
def test_un_correo_que_no_se_entrega(revisar, bitacora, db, buzon, rechazo):  # noqa: F811
    cola.Email.objects.create(**cola.fila_de(cola.Mensaje(CORREO, MARCA, MARCA, MARCA)))
    buzon.rechazos[CORREO] = rechazo.format(CORREO)

    with buzon.abierto():
        Cartero().work()

    assert "SMTPRecipientsRefused" in bitacora.getvalue()


@pytest.mark.parametrize("orden", ["serve", "enviar_correos"])
def test_un_servicio_que_termina_por_un_error(revisar, bitacora, monkeypatch, orden):  # noqa: F811
    monkeypatch.setattr(terminal, "Terminal", lambda argv: SimpleNamespace(execute=encadenado))

    with pytest.raises(SystemExit):
        terminal.main(["manage.py", orden])

    assert f"{orden} terminó por un error" in bitacora.getvalue()


@pytest.mark.parametrize("argv", [["manage.py", "migrate"], ["manage.py", "serve", "--traceback"], ["manage.py"]])
def test_en_la_terminal_un_error_se_ve_entero(monkeypatch, argv):
    monkeypatch.setattr(terminal, "Terminal", lambda argv: SimpleNamespace(execute=encadenado))

    with pytest.raises(LookupError):
        terminal.main(argv)


def test_cada_linea_dice_su_hora_con_el_desfase(bitacora, db):  # noqa: F811
    Api().get("/api/health", Host="otro.example.org")

    hora = bitacora.getvalue().split(" ")[0]
    assert datetime.fromisoformat(hora).utcoffset() == timedelta(hours=-6)  # of America/Mexico_City


def test_otro_formato_no_deja_el_mensaje_de_la_excepcion():
    try:
        encadenado()
    except LookupError as error:
        registro = logging.LogRecord("monitor", logging.ERROR, __file__, 1, "falló", (), (type(error), error, None))
    logging.Formatter().format(registro)

    escrito = SafeFormatter().format(registro)

    assert MARCA not in escrito
    assert escrito.endswith("\nLookupError")
    assert "\nValueError\n" in escrito  # its cause
