"""Every page as each role reads it: its words, a way out, and no script or style written in it."""

import re
from functools import cache
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from post_office.models import Email

from monitor.tests.test_paginas import paginas, poblar
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.una_vez

INGLES = (
    "the and of to for with this that your you from all add change delete remove save search select view close user"
    " password email created updated message history home summary unknown none true false yes today date time"
)
MALAS = re.compile(
    rf"\b({'|'.join(INGLES.split())}|añadir|vista|historia|items?|objetos?|registro|contraseña antigua|si,)\b"
    r"|/as?\b|\+00:00|resúmen|guía-rastro|oficina de correos|clasificación|llévame|eslab[oó]n",
    re.IGNORECASE,
)
LEIDOS = {"alt", "title", "placeholder", "aria-label"}


class Textos(HTMLParser):
    """The words of a page, for who sees it and for who hears it. The JSON of a copy and the text of a mail aren't
    ours."""

    def __init__(self, pagina: str):
        super().__init__()
        self.textos, self._callados = [], 0
        self.feed(pagina)

    def handle_starttag(self, tag, attrs):
        self._callados += tag in ("script", "style", "pre")
        es_boton = dict(attrs).get("type") in ("submit", "button")
        self.textos += [v for n, v in attrs if v and (n in LEIDOS or (n == "value" and es_boton and tag == "input"))]

    def handle_endtag(self, tag):
        self._callados -= tag in ("script", "style", "pre")

    def handle_data(self, data):
        if not self._callados and data.strip() and "://" not in data:
            self.textos.append(" ".join(data.split()))


EN_LA_PAGINA = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=\"|javascript:")


@pytest.fixture(scope="module")
def lo_leido(base_del_modulo):
    gente = {"administrador": poblar(), "operador": UsuarioFactory(), "tecnico": UsuarioFactory(tecnico=True)}

    @cache
    def lo_leido(rol):
        client = Client(headers={"Accept": "text/html"})
        client.force_login(gente[rol])
        return {ruta: client.get(ruta, follow=True).content.decode() for ruta in ["/api/docs", *paginas()]}

    return lo_leido


@pytest.fixture
def leidas(lo_leido, db):
    """A function that gives each page as a role reads it; each is asked for once."""
    return lo_leido


@pytest.mark.parametrize("rol", ["administrador", "operador", "tecnico"])
def test_ninguna_pagina_dice_una_palabra_que_no_es_nuestra(leidas, rol):
    dichos = {texto: ruta for ruta, pagina in leidas(rol).items() for texto in Textos(pagina).textos}

    assert {texto: ruta for texto, ruta in dichos.items() if MALAS.search(texto)} == {}


def test_de_cada_pagina_del_admin_se_puede_salir(leidas):
    del_admin = {r: p for r, p in leidas("administrador").items() if r.startswith("/admin/") and "_popup" not in r}

    assert [ruta for ruta, pagina in del_admin.items() if 'action="/admin/logout/"' not in pagina] == []


def test_ninguna_pagina_trae_guiones_ni_estilos_escritos_en_ella(leidas):
    escritas = {ruta: EN_LA_PAGINA.findall(pagina) for ruta, pagina in leidas("administrador").items()}

    correo = reverse("admin:post_office_email_change", args=[Email.objects.first().pk])  # it shows the mail's own
    assert [ruta for ruta, halladas in escritas.items() if halladas and ruta != correo] == []
