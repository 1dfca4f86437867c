import gzip
import re
from ipaddress import ip_network

import pytest
from django.test import Client

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

AJENO = "https://tablero.example.org"


@pytest.fixture
def client():
    """A client with middleware of its own, made with the test's settings."""
    return Client()


def permitido(client, origen):
    return client.get("/", headers={"Origin": origen}).headers.get("Access-Control-Allow-Origin")


def test_sin_cors_origins_ningun_otro_sitio_lee_la_api(client):
    assert permitido(client, AJENO) is None


def test_cors_origins_permite_a_los_que_nombra_y_a_nadie_mas(client, settings):
    settings.CORS_ALLOWED_ORIGINS = [AJENO]

    assert permitido(client, AJENO) == AJENO
    assert permitido(client, "https://otro.example.org") is None
    assert "origin" in client.get("/").headers["Vary"].lower()  # a cache may serve the answer to that origin alone


def test_cada_respuesta_tiene_su_propio_identificador(client):
    nombres = {client.get("/").headers["X-Request-ID"] for _ in range(20)}

    assert len(nombres) == 20
    assert {len(nombre) for nombre in nombres} == {32}


@pytest.mark.django_db
def test_cors_deja_leer_los_encabezados_de_la_api_y_mandar_los_suyos(client, settings):
    settings.CORS_ALLOWED_ORIGINS = [AJENO]
    expuestos = client.get("/api/health", headers={"Origin": AJENO}).headers["Access-Control-Expose-Headers"]
    previa = client.options(
        "/api/expedientes", headers={"Origin": AJENO, "Access-Control-Request-Method": "PUT"}
    ).headers["Access-Control-Allow-Headers"]

    assert expuestos == (
        "Link, ETag, Location, X-Request-ID, Retry-After, X-Error-Code, Idempotent-Replayed, Content-Disposition,"
        " Content-Range, Actualizado-Hasta"
    )
    assert {"if-match", "if-none-match", "idempotency-key", "authorization"} <= set(previa.split(", "))


@pytest.mark.django_db
def test_cors_no_vale_en_el_admin(client, settings):
    settings.CORS_ALLOWED_ORIGINS = [AJENO]

    response = client.get("/admin/login/", headers={"Origin": AJENO})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_cors_no_vale_en_los_archivos_estaticos(db, client, settings):
    settings.CORS_ALLOWED_ORIGINS = [AJENO]

    response = client.get("/static/monitor/formularios.js", headers={"Origin": AJENO})
    response.close()
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.fixture
def estatico(settings, tmp_path):
    """The path of a static file that is kept compressed too, as in production."""
    settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS, settings.WHITENOISE_AUTOREFRESH = tmp_path, False, False
    (tmp_path / "base.css").write_bytes(b" " * 1000)
    (tmp_path / "base.css.gz").write_bytes(gzip.compress(b" " * 1000))
    return "/static/base.css"


@pytest.mark.django_db
@pytest.mark.parametrize(("admite", "codificada"), [("gzip;q=0", None), ("*;q=0", None), ("gzip;q=0.5", "gzip")])
def test_gzip_se_manda_a_quien_lo_admite(client, estatico, admite, codificada):
    for ruta in (estatico, "/admin/login/"):
        response = client.get(ruta, headers={"Accept-Encoding": admite})
        response.close()

        assert (response.status_code, response.headers.get("Content-Encoding")) == (200, codificada), ruta


def lineas(caplog):
    return [registro.getMessage() for registro in caplog.records if registro.name == "monitor.middleware"]


@pytest.mark.django_db
def test_cada_peticion_deja_una_linea_sin_nombrar_el_expediente(client, caplog):
    persona = UsuarioFactory()
    ExpedienteFactory(no_siniestro="SECRETO-1")
    caplog.clear()
    with caplog.at_level("INFO"):
        response = Api(persona).get("/api/expedientes/SECRETO-1", **{"X-Request-ID": "tablero-77"})
        Api(persona).get("/api/expedientes/SECRETO-1", **{"If-None-Match": response.headers["ETag"]})
        Api().get("/api/expedientes/SECRETO-1", **{"X-Request-ID": "no\tvale"})
        Api().get("/no/existe")
        Api().get("/")
        Api().get("/static/no-existe.css")

    ruta = "/api/expedientes/<key:no_siniestro>"
    sin_tiempos = [re.sub(r"[\d.]+ ms", "N ms", linea) for linea in lineas(caplog)]
    assert sin_tiempos == [
        f"GET {ruta} 200 N ms sentencias=1 usuario={persona.pk} cliente=tablero-77",
        f"GET {ruta} 304 N ms sentencias=1 usuario={persona.pk} cliente=-",
        f"GET {ruta} 401 N ms sentencias=0 usuario=- cliente=-",
        "GET - 404 N ms sentencias=0 usuario=- cliente=-",
        "GET / 200 N ms sentencias=0 usuario=- cliente=-",
        "GET - 404 N ms sentencias=0 usuario=- cliente=-",
    ]
    assert [registro.name for registro in caplog.records] == ["monitor.middleware"] * 6


@pytest.mark.django_db
def test_de_quien_no_puede_queda_quien_es(client, caplog):
    tecnico = UsuarioFactory(tecnico=True)
    caplog.clear()
    with caplog.at_level("INFO"):
        Api(tecnico).get("/api/usuarios")
        Api(tecnico).post("/api/expedientes", {"no_siniestro": "SIN-1"})

    assert [re.search(r" 403 .* (usuario=\S+)", linea)[1] for linea in lineas(caplog)] == [f"usuario={tecnico.pk}"] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("cambio", [{"version_token": 99}, {"is_active": False}])
def test_de_quien_ya_no_puede_no_queda_quien_fue(client, caplog, cambio):
    """Whoever has an old token may be anybody."""
    api = Api(UsuarioFactory())
    assert api.token, "issued before the change"
    Usuario.objects.filter(pk=api.usuario.pk).update(**cambio)
    caplog.clear()
    with caplog.at_level("INFO"):
        api.get("/api/expedientes/S-1")
        api.get("/api/usuarios")

    assert [re.search(r" 401 .* (usuario=\S+)", linea)[1] for linea in lineas(caplog)] == ["usuario=-"] * 2


def test_un_host_ajeno_es_una_sola_linea_de_aviso(client, caplog):
    response = client.get("/api/expedientes", headers={"Host": "otro.example.org"})

    avisos = [(r.levelname, r.getMessage(), r.exc_info) for r in caplog.records if r.levelname != "INFO"]
    assert response.status_code == 400
    assert avisos == [("WARNING", "Host desconocido: 'otro.example.org'", None)]


@pytest.fixture
def con_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return {"X-Forwarded-Proto": "https"}


SOLO_HTTPS = "Monitor sólo atiende por HTTPS; repita la petición con https:// al principio de la dirección"


@pytest.mark.parametrize("metodo", ["get", "post", "put", "options"])
@pytest.mark.parametrize(
    "ruta", ["/api/expedientes", "/api/auth/login/", "/api/schema", "/api/no/existe", "/api/docs", "/", "/metrics"]
)
def test_sin_https_la_api_responde_403_y_lo_dice(client, con_https, metodo, ruta):
    response = getattr(client, metodo)(ruta, headers={"Authorization": "Bearer x"})

    assert (response.status_code, response.json()) == (403, {"error": SOLO_HTTPS})
    assert "Location" not in response.headers


@pytest.mark.parametrize("ruta", ["/solicitud", "/lugar/1/", "/administracion", "/metricas"])
def test_sin_https_lo_dice_en_el_dialecto_de_la_ruta(client, con_https, ruta):
    response = client.get(ruta)

    assert (response.status_code, response.json()) == (
        403,
        {"success": False, "message": SOLO_HTTPS, "detail": None},
    )


@pytest.mark.parametrize("ruta", ["/admin", "/admin/", "/admin/expedientes/?q=1", "/static/x.css", "/", "/api/docs"])
def test_sin_https_las_paginas_llevan_a_https(client, con_https, ruta):
    response = client.get(ruta, headers={"Accept": "text/html,*/*"})

    assert (response.status_code, response.headers["Location"]) == (301, f"https://testserver{ruta}")


@pytest.mark.django_db
@pytest.mark.parametrize("ruta", ["/api/health", "/api/health/", "/livez", "/readyz", "/readyz/"])
def test_sin_https_un_repartidor_sabe_si_hay_servicio(client, con_https, ruta):
    assert client.get(ruta).status_code == 200


@pytest.mark.django_db
def test_con_https_todo_sigue_igual(client, con_https):
    assert client.get("/api/expedientes", headers=con_https).status_code == 401
    assert client.get("/api/docs", headers=con_https).status_code == 200
