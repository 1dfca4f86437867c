"""The lines of the log, as a program reads them."""

import io
import json
import logging
import logging.config
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client

from expedientes.tests.factories import ExpedienteFactory
from monitor import logs
from monitor.api.tests.cliente import Api
from monitor.usuarios.tests.factories import UsuarioFactory


@pytest.fixture
def json_de():
    """A function that returns what was written, each line read as JSON."""
    salida = io.StringIO()
    manejador = logging.StreamHandler(salida)
    manejador.addFilter(logs.RequestFilter())
    manejador.setFormatter(logs.JsonFormatter())
    raiz = logging.getLogger()
    raiz.addHandler(manejador)
    yield lambda: [json.loads(linea) for linea in salida.getvalue().splitlines()]
    raiz.removeHandler(manejador)


@pytest.fixture
def bitacora(caplog):
    with caplog.at_level("INFO"):
        yield caplog


@pytest.mark.django_db
def test_una_peticion_es_un_objeto_con_cada_cosa_en_su_clave(json_de, bitacora):
    persona = UsuarioFactory()
    ExpedienteFactory(no_siniestro="SECRETO-1")

    recibida = Api(persona).get("/api/expedientes/SECRETO-1", **{"X-Request-ID": "tablero-77"})

    [linea] = [linea for linea in json_de() if linea["origen"] == "monitor.middleware"]
    assert datetime.fromisoformat(linea.pop("momento")).utcoffset().total_seconds() == 0
    assert 0 < linea.pop("ms") < 60_000
    assert linea.pop("mensaje").startswith("GET /api/expedientes/<key:no_siniestro> 200 ")
    assert linea == {
        "nivel": "INFO",
        "origen": "monitor.middleware",
        "peticion": recibida.headers["X-Request-ID"],
        "metodo": "GET",
        "ruta": "/api/expedientes/<key:no_siniestro>",
        "status": 200,
        "sentencias": 1,
        "usuario": persona.pk,
        "cliente": "tablero-77",
    }


def test_lo_que_no_hay_es_null(json_de, bitacora):
    Client().get("/no/existe")

    linea = json_de()[-1]
    assert (linea["ruta"], linea["usuario"], linea["cliente"], linea["sentencias"]) == (None, None, None, 0)


def test_un_error_lleva_su_traza_en_el_mismo_renglon(json_de):
    try:
        raise ValueError("a propósito")
    except ValueError:
        logging.getLogger("monitor.prueba").exception("No se pudo con %s", "ñandú\notra línea")

    [linea] = json_de()
    assert linea["mensaje"] == "No se pudo con ñandú\notra línea"
    assert linea["traza"].startswith("Traceback ")
    assert linea["traza"].endswith("\nValueError")  # its message may quote what somebody wrote
    assert (linea["nivel"], linea["origen"]) == ("ERROR", "monitor.prueba")


@pytest.mark.parametrize(
    ("valor", "leido"),
    [("\ud800", "\ud800"), (2**70, 2**70), (object, str(object))],
    ids=["medio par", "número enorme", "objeto"],
)
def test_cualquier_cosa_se_escribe(valor, leido):
    """Nothing is logged here: whoever gathers the tests' own logs doesn't take half a pair."""
    renglon = logging.makeLogRecord({"msg": logs.Line("%s", ("cosa",)), "args": (valor,), "request_id": "-"})

    linea = json.loads(logs.JsonFormatter().format(renglon))
    assert (linea["cosa"], linea["mensaje"]) == (leido, str(leido))


@pytest.mark.parametrize(("formato", "clase"), [("LINEAS", logs.SafeFormatter), ("JSON", logs.JsonFormatter)])
def test_log_format_dice_cual(formato, clase):
    """test_entorno.py reads the setting; this is what each value means."""
    configurador = logging.config.DictConfigurator(settings.LOGGING)

    assert type(configurador.configure_formatter(dict(settings.LOGGING["formatters"][formato]))) is clase
