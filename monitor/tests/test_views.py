"""The pages for what watches the service: whether it lives, whether it is ready, and its metrics."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db.migrations.recorder import MigrationRecorder
from prometheus_client.openmetrics.parser import text_string_to_metric_families as leer_openmetrics
from prometheus_client.parser import text_string_to_metric_families as leer

from expedientes.tests.factories import ExpedienteFactory
from monitor import readiness
from monitor.api.tests.cliente import Api, respuesta
from monitor.api.tests.test_base_caida import sin_base
from monitor.db import queries
from monitor.errores import SinPermiso
from monitor.usuarios.tests.factories import UsuarioFactory
from monitor.views import Recolector

LISTO = (200, {"listo": True, "falla": {}})
TOKEN = "de-prueba-para-metricas-de-prueba-para"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture(autouse=True)
def veredicto(monkeypatch):
    """Nobody has looked yet, and nothing that is found holds for the next look."""
    monkeypatch.setattr(readiness, "_verdict", readiness._Verdict())
    monkeypatch.setattr(readiness, "FRESH", 0)


# --- Alive, ready ---


@pytest.fixture(scope="module")
def otra_la_uso(django_db_setup, django_db_blocker):
    """Another test used the database before."""
    with django_db_blocker.unblock():
        queries.execute("SELECT 1", [])


def test_sin_la_marca_de_la_base_no_se_llega_a_ella(otra_la_uso):
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        queries.execute("SELECT 1", [])


def test_vivo_no_toca_la_base(otra_la_uso):
    """Without the mark of the database, whoever touches it fails."""
    recibida = Api().get("/livez")

    assert respuesta(recibida) == (200, {"vivo": True})
    assert recibida.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_listo_cuando_todo_funciona():
    recibida = Api().get("/readyz")

    assert respuesta(recibida) == LISTO
    assert recibida.headers["Cache-Control"] == "no-store"


def test_sin_base_no_esta_listo_y_vuelve_a_estarlo(transactional_db):
    with sin_base():
        recibidas = [Api().get("/readyz"), Api().get("/livez")]

    assert respuesta(recibidas[0]) == (503, {"listo": False, "falla": {"base_de_datos": "base_no_disponible"}})
    assert [recibidas[0].headers[h] for h in ("X-Error-Code", "Retry-After")] == ["base_no_disponible", "5"]
    assert recibidas[1].status_code == 200
    assert respuesta(Api().get("/readyz")) == LISTO


@pytest.mark.django_db
def test_con_migraciones_pendientes_no_esta_listo():
    MigrationRecorder.Migration.objects.filter(app="sessions", name="0001_initial").delete()

    recibida = Api().get("/readyz")

    assert respuesta(recibida) == (503, {"listo": False, "falla": {"migraciones": "migraciones_pendientes"}})
    assert recibida.headers["X-Error-Code"] == "migraciones_pendientes"


@pytest.fixture
def rondas(monkeypatch):
    rondas = ({}, {}, {})
    monkeypatch.setattr(readiness, "_rounds", rondas)
    return rondas


def test_se_nombra_todo_lo_que_falla_menos_lo_que_se_apoya_en_ello(rondas):
    for ronda, nombre, funciona in ((1, "uno", False), (1, "dos", True), (1, "tres", False), (2, "cuatro", False)):
        readiness.check(nombre, codigo=f"mal_{nombre}", turn=ronda)(lambda funciona=funciona: funciona)

    assert readiness.failing() == {"uno": "mal_uno", "tres": "mal_tres"}


def test_a_quien_pregunta_mucho_se_le_dice_lo_que_ya_se_vio(monkeypatch, rondas):
    monkeypatch.setattr(readiness, "FRESH", 600)
    vistas = []
    readiness.check("todo", codigo="mal")(lambda: vistas.append(1) or True)

    assert {Api().get("/readyz").status_code for _ in range(50)} == {200}
    assert len(vistas) == 1


def test_mientras_uno_revisa_los_demas_no_esperan(monkeypatch, rondas):
    assert readiness.failing() == {}
    empieza, termina = Event(), Event()

    def revisar():
        empieza.set()
        termina.wait()
        return False

    readiness.check("lento", codigo="mal")(revisar)
    with ThreadPoolExecutor(1) as hilo:
        lento = hilo.submit(readiness.failing)
        empieza.wait()
        assert readiness.failing() == {}
        monkeypatch.setattr(readiness, "LATE", -1)  # it has taken longer than that
        assert readiness.failing() == {"base_de_datos": "base_ocupada"}
        termina.set()
        assert lento.result() == {"lento": "mal"}


# --- The metrics ---


def muestras(texto: bytes, leer=leer):
    """Return each sample by its name and its labels, as Prometheus's own parser reads them."""
    return {
        de(muestra.name, **muestra.labels): muestra.value
        for familia in leer(texto.decode())
        for muestra in familia.samples
    }


def metricas(recibida, leer=leer):
    assert recibida.status_code == 200
    return muestras(recibida.getvalue(), leer)


def de(nombre, **etiquetas):
    return (nombre, *sorted(etiquetas.items()))


def con_token(token=TOKEN, **cabeceras):
    return Api().get("/metrics", Authorization=f"Bearer {token}", **cabeceras)


@pytest.fixture
def con_metrics_token(settings, db):
    settings.METRICS_TOKEN = TOKEN


def test_prometheus_las_lee_en_sus_dos_formatos(con_metrics_token):
    clasico, openmetrics = con_token(), con_token(Accept=OPENMETRICS)

    assert clasico.headers["Content-Type"].startswith("text/plain; version=")
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.")
    nombres = {clave[0] for clave in metricas(clasico)}
    assert nombres == {clave[0] for clave in metricas(openmetrics, leer_openmetrics)}
    assert nombres >= {
        "monitor_http_requests_total",
        "monitor_http_statements_total",
        "monitor_http_seconds_bucket",
        "monitor_http_seconds_sum",
        "monitor_http_seconds_count",
        "monitor_server_busy_threads",
        "monitor_server_waiting_jobs",
        "monitor_server_connections",
        "monitor_mail_queue",
        "monitor_mail_queue_oldest_seconds",
        "monitor_ready",
    }


@pytest.mark.parametrize("token", ["", "x", TOKEN[:-1], TOKEN + "x"])
def test_sin_el_token_no_las_ve_nadie(con_metrics_token, token):
    assert con_token(token).status_code == 401


@pytest.mark.django_db
def test_sin_metrics_token_solo_un_administrador_las_ve():
    administrador, operador = Api(UsuarioFactory(administrador=True)), Api(UsuarioFactory(rol="Operador"))

    assert [quien.get("/metrics").status_code for quien in (administrador, operador, Api())] == [200, 403, 401]
    assert [con_token(token).status_code for token in ("None", "")] == [401, 401]


def test_el_token_de_las_metricas_no_sirve_para_nada_mas(con_metrics_token):
    recibida = Api().get("/api/usuarios", Authorization=f"Bearer {TOKEN}")

    assert recibida.status_code == 401


def test_quien_recolecta_no_puede_nada_que_no_sea_ver_las_metricas():
    """Not even if another view took its token by mistake."""
    recolector = Recolector()
    recolector.permiso = "usuarios.view_usuario"

    with pytest.raises(SinPermiso):
        recolector.confirm()


def test_cada_peticion_se_cuenta_una_vez_por_ruta_y_status(con_metrics_token):
    ExpedienteFactory(no_siniestro="SECRETO-1")
    persona = Api(UsuarioFactory())
    antes = metricas(con_token())
    for _ in range(3):
        persona.get("/api/expedientes/SECRETO-1")
    persona.get("/api/expedientes/SECRETO-2")
    Api().pedir("INVENTADO", "/no/existe/SECRETO-3")

    ahora = metricas(con_token())
    nuevas = {clave: valor - antes.get(clave, 0) for clave, valor in ahora.items() if valor != antes.get(clave, 0)}
    ruta = {"method": "GET", "route": "/api/expedientes/<key:no_siniestro>"}
    otra = {"method": "otro", "route": "-"}
    assert nuevas[de("monitor_http_requests_total", status="200", **ruta)] == 3
    assert nuevas[de("monitor_http_requests_total", status="404", **ruta)] == 1
    assert nuevas[de("monitor_http_requests_total", status="404", **otra)] == 1
    assert nuevas[de("monitor_http_seconds_count", **ruta)] == 4
    assert nuevas[de("monitor_http_seconds_bucket", le="+Inf", **ruta)] == 4
    assert nuevas[de("monitor_http_seconds_sum", **ruta)] > 0
    # Who asks is settled in the read. A read without rows asks which one left the number, and who asks.
    assert nuevas[de("monitor_http_statements_total", **ruta)] == 6
    assert "SECRETO" not in str(ahora)


def test_los_accesos_rechazados_se_cuentan_por_su_codigo(con_metrics_token, client):
    clave = de("monitor_logins_refused_total", code="credenciales_invalidas")
    antes = metricas(con_token()).get(clave, 0)
    malas = {"username": "nadie", "password": "no-es-ésta"}
    Api().post("/api/auth/login", malas)
    client.post("/admin/login/", malas)

    assert metricas(con_token())[clave] - antes == 2


def test_sin_base_las_metricas_lo_dicen(transactional_db, settings):
    settings.METRICS_TOKEN = TOKEN
    with sin_base():
        dichas = metricas(con_token())

    assert dichas[de("monitor_ready", check="base_de_datos")] == 0
    assert de("monitor_mail_queue") not in dichas
