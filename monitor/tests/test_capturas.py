"""The pictures of the README: they are there, they are few and light, and no page of theirs is unknown."""

import re

from django.conf import settings

from monitor.tests.capturas import CAPTURAS, CARPETA, PESO

README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")


def test_el_readme_muestra_las_cuatro_con_su_texto():
    mostradas = dict(re.findall(r"!\[([^\]]+)\]\(docs/capturas/(\w+)\.png\)", README))

    assert sorted(mostradas.values()) == sorted(nombre for nombre, _, _ in CAPTURAS)
    assert len(mostradas) == 4


def test_cada_una_pesa_poco():
    pesos = {archivo.stem: archivo.stat().st_size for archivo in CARPETA.iterdir()}

    assert pesos.keys() == {nombre for nombre, _, _ in CAPTURAS}
    assert {nombre: peso for nombre, peso in pesos.items() if peso > PESO} == {}
