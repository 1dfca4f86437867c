import pytest
from django.test import Client

AJENO = "https://tablero.example.org"


@pytest.fixture
def client():
    """With middleware of its own, made with the test's settings."""
    return Client()


def permitido(client, origen):
    return client.get("/", headers={"Origin": origen}).headers.get("Access-Control-Allow-Origin")


def test_sin_cors_origins_ningun_otro_sitio_lee_la_api(client):
    assert permitido(client, AJENO) is None


def test_cors_origins_permite_a_los_que_nombra_y_a_nadie_mas(client, settings):
    settings.CORS_ALLOWED_ORIGINS = [AJENO]

    assert permitido(client, AJENO) == AJENO
    assert permitido(client, "https://otro.example.org") is None
    assert "origin" in client.get("/").headers["Vary"].lower()  # what a cache keeps is for one origin alone


def test_cada_respuesta_tiene_su_propio_identificador(client):
    nombres = {client.get("/").headers["X-Request-ID"] for _ in range(20)}

    assert len(nombres) == 20
    assert {len(nombre) for nombre in nombres} == {32}
