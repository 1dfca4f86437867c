"""The words of the admin: every page, as each role reads it, and what of it Django says in our words."""

import re
from html.parser import HTMLParser

import django
import pytest
from django.test import Client
from django.utils.translation.trans_real import DjangoTranslation

from monitor import palabras
from monitor.tests.test_paginas import paginas, poblar
from monitor.usuarios.tests.factories import UsuarioFactory

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
    """What a page says, to who sees it and to who hears it. The JSON of a copy and the text of a mail aren't ours."""

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


@pytest.mark.una_vez
@pytest.mark.parametrize("rol", ["administrador", "operador", "tecnico"])
def test_ninguna_pagina_dice_una_palabra_que_no_es_nuestra(db, rol):
    maria = poblar()
    client = Client()
    client.force_login(maria if rol == "administrador" else UsuarioFactory(tecnico=rol == "tecnico"))

    vistas = {ruta: client.get(ruta, headers={"Accept": "text/html"}, follow=True) for ruta in paginas()}
    dichos = {texto: ruta for ruta, vista in vistas.items() for texto in Textos(vista.content.decode()).textos}

    assert {texto: ruta for texto, ruta in dichos.items() if MALAS.search(texto)} == {}


def test_los_guiones_de_django_hablan_igual(client, como_operador):
    guion = client.get("/admin/jsi18n/").content.decode()

    assert "Selecci\\u00f3n: %(sel)s de %(cnt)s" in guion
    assert "/a" not in guion


@pytest.mark.skipif(django.VERSION >= (6,), reason="la versión que sigue dice otras cosas")
@pytest.mark.parametrize(("dominio", "frases"), [("django", palabras.ADMIN), ("djangojs", palabras.GUIONES)])
def test_cada_frase_es_de_django_y_conserva_lo_que_lleva(dominio, frases):
    de_django = DjangoTranslation("es", domain=dominio, localedirs=None)
    for clave, frase in frases.items():
        original = clave if isinstance(clave, str) else clave[0]
        assert clave in de_django._catalog, original
        assert set(re.findall(r"%\(\w+\)\w|\{\w*\}|%s", frase)) <= set(re.findall(r"%\(\w+\)\w|\{\w*\}|%s", original))
