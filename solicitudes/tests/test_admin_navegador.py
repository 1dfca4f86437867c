"""A mail of the queue as a real browser shows it."""

import pytest
from django.test import Client
from playwright.sync_api import expect
from post_office.models import STATUS, Email

from monitor.usuarios.tests.factories import UsuarioFactory

ESPIA = "/static/monitor/inicio.css?espia"


@pytest.fixture
def administradora(pagina, servidor):
    """The page, of somebody who came in."""
    cliente = Client()
    cliente.force_login(UsuarioFactory(administrador=True))
    pagina.context.add_cookies([{"name": "sessionid", "value": cliente.cookies["sessionid"].value, "url": servidor}])
    return pagina


@pytest.mark.con_rechazos
def test_un_correo_no_pide_nada_ni_corre_nada(administradora, servidor):
    """Whoever wrote it would know by an image when, and from where, somebody looked at it."""
    pide = [
        f'<img src="{servidor}{ESPIA}">',
        f'<link rel="stylesheet" href="{servidor}{ESPIA}">',
        f'<style>@import "{servidor}{ESPIA}"; p {{ background: url({servidor}{ESPIA}) }}</style>',
        f'<iframe src="{servidor}{ESPIA}"></iframe>',
        f'<meta http-equiv="refresh" content="0; url={servidor}{ESPIA}">',
        "<script>document.write('corre')</script>",
    ]
    hola = "<p style='color: rgb(1, 2, 3)'>Hola</p>"
    html = f"<!doctype html><html><head>{''.join(pide)}</head><body>{''.join(pide)}{hola}</body></html>"
    correo = Email.objects.create(from_email="a@x.mx", to="b@x.mx", html_message=html, status=STATUS.sent)
    respondidas = []
    administradora.on("response", lambda respuesta: respondidas.append(respuesta.url))

    administradora.goto(f"/admin/post_office/email/{correo.pk}/change/")

    parrafo = administradora.frame_locator("iframe[title=Correo]").locator("p")
    expect(parrafo).to_have_text("Hola")
    expect(parrafo).to_have_css("color", "rgb(1, 2, 3)")
    assert [url for url in respondidas if "espia" in url] == []
