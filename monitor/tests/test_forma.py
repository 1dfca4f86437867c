"""The shape of the house: who may import whom, and what no part may lack."""

import ast
import os
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

# A module imports from its own layer and from those before it.
CAPAS = [
    {"errores", "estados", "roles"},
    {"models", "correos"},
    {"serializers", "filters"},
    {"views", "admin", "commands"},
    {"urls"},
]
CAPA = {nombre: numero for numero, nombres in enumerate(CAPAS) for nombre in nombres}

CONOCE = {
    "monitor": {"monitor"},
    "catalogos": {"monitor", "catalogos"},
    "expedientes": {"monitor", "catalogos", "expedientes"},
    "solicitudes": {"monitor", "catalogos", "solicitudes"},
}
# Here the project is put together, so here it knows its domains.
ENSAMBLAN = {"monitor.urls", "monitor.management.commands.documentar", "monitor.management.commands.seed_demo"}


def modulos():
    """Module name → file, of all that isn't a test or a migration."""
    archivos = [archivo for paquete in CONOCE for archivo in (settings.BASE_DIR / paquete).rglob("*.py")]
    nombres = {archivo: archivo.relative_to(settings.BASE_DIR).with_suffix("").parts for archivo in archivos}
    return {
        ".".join(partes).removesuffix(".__init__"): archivo
        for archivo, partes in nombres.items()
        if not {"tests", "migrations"} & set(partes)
    }


MODULOS = modulos()


def importados(modulo):
    """Every module that it imports, of ours or others', also inside functions."""
    for nodo in ast.walk(ast.parse(MODULOS[modulo].read_text(encoding="utf-8"))):
        if isinstance(nodo, ast.Import):
            yield from (alias.name for alias in nodo.names)
        elif isinstance(nodo, ast.ImportFrom):
            submodulos = {f"{nodo.module}.{alias.name}" for alias in nodo.names} & set(MODULOS)
            yield from submodulos or {nodo.module}


def capa(modulo):
    """None for a module of no layer, as those of `monitor.api`, which serve the views."""
    if modulo.startswith("monitor.api."):
        return None
    return next((CAPA[parte] for parte in modulo.split(".") if parte in CAPA), None)


def test_cada_capa_importa_de_las_anteriores():
    al_reves = [
        f"{modulo} importa {importado}"
        for modulo in MODULOS
        for importado in importados(modulo)
        if importado in MODULOS and None not in (capa(modulo), capa(importado)) and capa(importado) > capa(modulo)
    ]

    assert al_reves == []


def test_cada_dominio_conoce_solo_a_los_suyos():
    ajenos = [
        f"{modulo} importa {importado}"
        for modulo in MODULOS.keys() - ENSAMBLAN
        for importado in importados(modulo)
        if importado.split(".")[0] in CONOCE.keys() - CONOCE[modulo.split(".")[0]]
    ]

    assert ajenos == []


def test_el_dominio_no_sabe_de_http():
    http = ("rest_framework", "django.http", "monitor.api")
    con_http = [
        modulo
        for modulo in MODULOS
        if capa(modulo) in (0, 1) and any(importado.startswith(http) for importado in importados(modulo))
    ]

    assert con_http == []


def test_cada_aplicacion_tiene_pruebas():
    propias = [Path(app.path) for app in apps.get_app_configs() if app.name.split(".")[0] in CONOCE]

    assert [app.name for app in propias if not list(app.glob("tests/test_*.py"))] == []


@pytest.mark.django_db
def test_no_falta_ninguna_migracion():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_la_descripcion_de_la_api_es_valida_y_sin_avisos():
    call_command("spectacular", validate=True, fail_on_warn=True, file=os.devnull)
