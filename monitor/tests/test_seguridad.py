"""The words of docs/seguridad.md are true: the dependencies are those that are installed, and each test that it names
exists."""

import ast
import re
from datetime import date
from functools import cache

import pytest
from django.conf import settings

PAGINA = (settings.BASE_DIR / "docs" / "seguridad.md").read_text(encoding="utf-8")
REQUISITO = re.compile(r"^\| (V[\d.]+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
PRUEBA = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
RESPUESTAS = ("Sí", "Parcial", "No", "No aplica", "De quien opera")
DEPENDENCIA = re.compile(r"^\| ([\w-]+) \| ([\d.]+) \| (\d{4})-(\d\d) \| (https://\S+) \|$", re.MULTILINE)
FIJADA = re.compile(r"^([\w-]+)(?:\[\w+\])?==([\d.]+)", re.MULTILINE)
# How many requirements each chapter of the standard has in levels 1 and 2.
POR_CAPITULO = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
    17: 7,
}


@cache
def pruebas_de(archivo: str) -> set[str]:
    arbol = ast.parse((settings.BASE_DIR / archivo).read_text(encoding="utf-8"))
    return {nodo.name for nodo in ast.walk(arbol) if isinstance(nodo, ast.FunctionDef)}


def test_estan_todos_los_requisitos_una_vez_y_en_orden():
    requisitos = [requisito for requisito, *_ in REQUISITO.findall(PAGINA)]
    claves = [tuple(map(int, requisito[1:].split("."))) for requisito in requisitos]

    assert claves == sorted(set(claves))
    assert {n: sum(clave[0] == n for clave in claves) for n in POR_CAPITULO} == POR_CAPITULO


@pytest.mark.parametrize(("requisito", "respuesta"), [(r[0], r[3]) for r in REQUISITO.findall(PAGINA)])
def test_cada_requisito_tiene_una_prueba_que_existe_o_una_razon(requisito, respuesta):
    pruebas = PRUEBA.findall(respuesta)

    assert respuesta.startswith(tuple(f"{clase}{fin}" for clase in RESPUESTAS for fin in (".", ":", ",")))
    assert pruebas or len(respuesta) > 20
    assert [prueba for archivo, prueba in pruebas if prueba not in pruebas_de(archivo)] == []
    assert respuesta.count("::") == len(pruebas)  # none is written in another way


def test_los_lugares_a_los_que_la_pagina_manda_existen():
    titulos = {_ancla(titulo) for titulo in re.findall(r"^#+ (.+)$", PAGINA, re.MULTILINE)}

    assert {ancla for ancla in re.findall(r"\]\(#([^)]+)\)", PAGINA) if ancla not in titulos} == set()
    assert [r for r in re.findall(r"\]\((?!https?:|#)([^)]+)\)", PAGINA) if not _existe(r)] == []
    assert [
        r for r in re.findall(r"`((?:docs|monitor)/[\w/.-]+\.\w+)`", PAGINA) if not (settings.BASE_DIR / r).exists()
    ] == []


def _existe(ruta):
    return (settings.BASE_DIR / "docs" / ruta).exists()


def _ancla(titulo):
    return re.sub(r"[^\w\s-]", "", titulo.lower()).replace(" ", "-")


def test_la_tabla_tiene_cada_dependencia_con_su_version():
    fijadas = FIJADA.findall((settings.BASE_DIR / "requirements.txt").read_text(encoding="utf-8"))

    assert [(nombre, version) for nombre, version, *_ in DEPENDENCIA.findall(PAGINA)] == fijadas


def test_ninguna_dependencia_lleva_demasiado_sin_publicar():
    """Two years, at the date of the table: a test mustn't fail for the day on which it runs."""
    tabla = date(int(re.search(r"vista en \w+\s+de (\d{4})", PAGINA)[1]), 12, 31)

    viejas = [
        nombre for nombre, _, a, m, _ in DEPENDENCIA.findall(PAGINA) if (tabla - date(int(a), int(m), 1)).days > 2 * 366
    ]
    assert viejas == []
