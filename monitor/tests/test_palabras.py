"""The words of the admin that Django says in ours. What its pages say is in test_paginas_leidas.py."""

import re

import django
import pytest
from django.utils.translation.trans_real import DjangoTranslation

from monitor import palabras


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
