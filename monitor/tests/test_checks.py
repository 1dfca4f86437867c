"""The warnings of a configuration with which Monitor starts, but not well."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from monitor.archivos import ALMACEN
from monitor.checks import PRODUCCION


@pytest.fixture
def produccion(settings):
    settings.HTTPS = True
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.PUBLIC_URL = "https://monitor.taller.mx"
    return settings


def avisos():
    return [aviso.id for aviso in run_checks(tags=[PRODUCCION], include_deployment_checks=True)]


def test_una_buena_produccion_no_tiene_avisos(produccion):
    assert avisos() == []


def test_sin_tls_no_hacen_falta_proxies(produccion):
    produccion.HTTPS, produccion.TRUSTED_PROXIES = False, []

    assert avisos() == []


def test_https_sin_proxies(produccion):
    produccion.TRUSTED_PROXIES = []

    assert avisos() == ["monitor.W001"]


def test_un_secreto_para_todo(produccion):
    produccion.JWT_SECRET = produccion.SECRET_KEY

    assert avisos() == ["monitor.W002"]


@pytest.mark.parametrize("nombre", ["SECRET_KEY_FALLBACKS", "JWT_SECRET_FALLBACKS"])
def test_secretos_anteriores_que_siguen_valiendo(produccion, nombre):
    setattr(produccion, nombre, ["anterior"])

    assert avisos() == ["monitor.W007"]


@pytest.mark.parametrize(
    "url", ["https://monitor.example.org", "https://localhost", "http://127.0.0.1:8000", "http://[::1]:8000"]
)
def test_enlaces_que_no_llevan_a_nadie(produccion, url):
    produccion.PUBLIC_URL = url
    assert avisos() == ["monitor.W003"]

    produccion.DEMO = True
    assert avisos() == []


@pytest.mark.django_db
@pytest.mark.parametrize("orden", ["serve", "check"])
def test_quien_los_dice(orden, produccion, monkeypatch, capsys):
    produccion.TRUSTED_PROXIES = []
    monkeypatch.setattr("monitor.management.commands.serve.escuchar", None)

    if orden == "check":
        call_command("check", deploy=True, fail_level="CRITICAL")
    else:
        with pytest.raises(TypeError):  # it would listen now
            call_command("serve")

    assert "(monitor.W001) HTTPS=on, y TRUSTED_PROXIES está vacía" in capsys.readouterr().err


def test_carpeta_de_archivos_donde_no_se_puede_escribir(produccion, monkeypatch, tmp_path):
    (tmp_path / "archivo").write_text("no es una carpeta")
    monkeypatch.setattr(ALMACEN, "raiz", tmp_path / "archivo")

    [aviso] = run_checks(tags=[PRODUCCION], include_deployment_checks=True)
    assert aviso.id == "monitor.E002"
    assert f"no se puede escribir ({tmp_path / 'archivo'})" in aviso.msg


def test_solo_quien_sirve_hace_la_carpeta_de_archivos(produccion, monkeypatch, tmp_path):
    """Any command of manage.py runs the other checks, and may be run by somebody else, whose the folder would be."""
    monkeypatch.setattr(ALMACEN, "raiz", tmp_path / "archivos")

    run_checks(databases=[])
    assert list(tmp_path.iterdir()) == []

    assert avisos() == []
    assert ALMACEN.raiz.is_dir()
