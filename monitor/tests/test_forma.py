"""The layers of the code: which module may import which, and what no app may lack."""

import ast
import os
from fnmatch import fnmatchcase
from graphlib import TopologicalSorter
from itertools import combinations
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command

# The layers go from the ground up. A module imports from its own layer and from those below it, and each module is in
# exactly one.
CAPAS = {
    "palabras": (
        "monitor.entorno monitor.errores monitor.formatos.* monitor.logs monitor.metrics monitor.metrics.*"
        " monitor.origen monitor.palabras monitor.paquetes monitor.policies monitor.puerto monitor.roles"
        " monitor.secretos monitor.textos monitor.validadores catalogos.frases *.estados solicitudes.permisos *.reglas"
    ),
    "servidor web": "monitor.server monitor.server.*",
    "base de datos": "monitor.db.* monitor.repeticiones.models",
    "cimientos de la API y del admin": (
        "monitor.api.* monitor.admin.* monitor.background monitor.exportacion.* monitor.middleware monitor.readiness"
        " monitor.request monitor.wsgi"
    ),
    "modelos y verbos": (
        "monitor.usuarios.hashers monitor.usuarios.intentos monitor.usuarios.llaves monitor.usuarios.models"
        " monitor.usuarios.acceso monitor.usuarios.sesiones"
        " monitor.cambios.cadena monitor.cambios.encadenar monitor.cambios.models monitor.cambios.registro"
        " monitor.cambios.seguimiento monitor.importacion.models"
        " monitor.archivos monitor.archivos.*"
        " catalogos.base catalogos.models"
        " expedientes.archivo expedientes.consultas expedientes.historial expedientes.models expedientes.numeros"
        " expedientes.columnas expedientes.evidencias.contenido"
        " expedientes.anexos expedientes.anexos.partes expedientes.*.models"
        " expedientes.checklist.firmas expedientes.checklist.plantilla expedientes.salida expedientes.verbos"
        " solicitudes.codigo solicitudes.referencias solicitudes.models"
        " solicitudes.models.* solicitudes.correo.cola solicitudes.correo.mensajes"
        " solicitudes.correo.direcciones solicitudes.correo.avisos"
    ),
    "formas, filtros y trabajos": (
        "*.serializers *.filters catalogos.importacion.* expedientes.copias expedientes.cuentas"
        " expedientes.importacion monitor.importacion.archivo monitor.importacion.libro monitor.importacion.tabla"
        " monitor.importacion.valores monitor.importacion.destino monitor.importacion.deshacer"
        " expedientes.evidencias.revision"
        " expedientes.nube.situacion monitor.cambios.verificacion"
        " monitor.cambios.sello solicitudes.correo.cartero solicitudes.correo.servidor solicitudes.correo.entrega"
        " solicitudes.correo.vigilancia monitor.checks monitor.respaldos.*"
    ),
    "puertas": (
        "*.views monitor.cambios.admin monitor.cambios.ajenos monitor.cambios.linea monitor.cambios.listas"
        " monitor.importacion.trabajo monitor.importacion.vista monitor.importacion.en_vivo monitor.importacion.admin"
        " monitor.usuarios.admin catalogos.admin expedientes.admin expedientes.*.admin expedientes.admin_filters"
        " expedientes.anexos.avisos"
        " expedientes.secciones expedientes.recibir expedientes.panel expedientes.tablero expedientes.galeria"
        " expedientes.evidencias.lecturas expedientes.evidencias.subidas expedientes.formatos.contenido"
        " expedientes.nube.acompanantes expedientes.nube.mudanzas expedientes.nube.exportacion"
        " solicitudes.admin solicitudes.admin.* solicitudes.correo.admin"
    ),
    "descripciones y órdenes": "*.openapi *.management.*",
    "montaje": "*.urls *.apps expedientes.evidencias.rutas monitor.settings",
}

CONOCE = {
    "monitor": {"monitor"},
    "catalogos": {"monitor", "catalogos"},
    "expedientes": {"monitor", "catalogos", "expedientes"},
    "solicitudes": {"monitor", "catalogos", "solicitudes"},
}
# These modules put the project together, so they know its domains.
ENSAMBLAN = {"monitor.urls", "monitor.management.commands.documentar", "monitor.management.commands.seed_demo"}


def modulos():
    """Map module names to files, without tests, migrations and empty modules."""
    archivos = [archivo for paquete in CONOCE for archivo in (settings.BASE_DIR / paquete).rglob("*.py")]
    nombres = {archivo: archivo.relative_to(settings.BASE_DIR).with_suffix("").parts for archivo in archivos}
    return {
        ".".join(partes).removesuffix(".__init__"): archivo
        for archivo, partes in nombres.items()
        if not {"tests", "migrations"} & set(partes) and archivo.read_text(encoding="utf-8").strip()
    }


MODULOS = modulos()


def importados(modulo):
    """Yield every module that a module imports, ours or others', also inside functions."""
    for nodo in ast.walk(ast.parse(MODULOS[modulo].read_text(encoding="utf-8"))):
        if isinstance(nodo, ast.Import):
            yield from (alias.name for alias in nodo.names)
        elif isinstance(nodo, ast.ImportFrom):
            submodulos = {f"{nodo.module}.{alias.name}" for alias in nodo.names} & set(MODULOS)
            yield from submodulos or {nodo.module}


def capas_de(modulo):
    """Return the numbers of the layers that claim a module. It is exactly one, unless a layer forgot the module or
    claims too much."""
    return [
        numero
        for numero, patrones in enumerate(CAPAS.values())
        if any(fnmatchcase(modulo, patron) for patron in patrones.split())
        and not (modulo.startswith(("monitor.api.", "monitor.admin.")) and numero != CIMIENTOS)
    ]


CIMIENTOS = list(CAPAS).index("cimientos de la API y del admin")
CAPA = {modulo: min(capas_de(modulo), default=None) for modulo in MODULOS}


def test_cada_modulo_tiene_una_capa():
    assert {modulo: capas_de(modulo) for modulo in MODULOS if len(capas_de(modulo)) != 1} == {}


def test_cada_capa_importa_de_las_de_abajo():
    al_reves = [
        f"{modulo} importa {importado}"
        for modulo in MODULOS
        for importado in importados(modulo)
        if importado in MODULOS and CAPA[importado] > CAPA[modulo]
    ]

    assert al_reves == []


def cuarto(modulo):
    """Return the part of the code that a module belongs to: `monitor.api`, `monitor.db`, … or a domain. A module that
    stands directly in `monitor` is its own part."""
    partes = modulo.split(".")
    return ".".join(partes[:2]) if partes[0] == "monitor" else partes[0]


def test_entre_los_cuartos_las_flechas_van_en_un_solo_sentido():
    flechas = {cuarto(modulo): set() for modulo in MODULOS.keys() - ENSAMBLAN}
    for modulo in MODULOS.keys() - ENSAMBLAN:
        flechas[cuarto(modulo)] |= {cuarto(otro) for otro in importados(modulo) if otro in MODULOS} - {cuarto(modulo)}

    # A circle raises CycleError, which names it.
    assert set(TopologicalSorter(flechas).static_order()) >= flechas.keys()


def test_cada_dominio_conoce_solo_a_los_suyos():
    ajenos = [
        f"{modulo} importa {importado}"
        for modulo in MODULOS.keys() - ENSAMBLAN
        for importado in importados(modulo)
        if importado.split(".")[0] in CONOCE.keys() - CONOCE[modulo.split(".")[0]]
    ]

    assert ajenos == []


def test_el_dominio_no_sabe_de_http():
    http = ("rest_framework", "django.http", "monitor.api", "monitor.admin")
    dominio = {list(CAPAS).index(capa) for capa in ("palabras", "base de datos", "modelos y verbos")}
    con_http = [
        modulo
        for modulo in MODULOS
        if CAPA[modulo] in dominio and any(importado.startswith(http) for importado in importados(modulo))
    ]

    assert con_http == []


def test_cada_aplicacion_tiene_pruebas():
    propias = [Path(app.path) for app in apps.get_app_configs() if app.name.split(".")[0] in CONOCE]

    assert [app.name for app in propias if not list(app.glob("tests/test_*.py"))] == []


@pytest.mark.django_db
def test_no_falta_ninguna_migracion():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.una_vez
def test_la_descripcion_de_la_api_es_valida_y_sin_avisos():
    call_command("spectacular", validate=True, fail_on_warn=True, file=os.devnull)


def test_dos_piezas_de_una_pagina_no_usan_el_mismo_nombre_privado():
    """A ModelAdmin is made of mixins, and the second of a name would be the first's."""
    repetidos = {
        (una.__name__, otra.__name__, nombre)
        for vista in admin.site._registry.values()
        for una, otra in combinations(type(vista).__mro__, 2)
        if not issubclass(una, otra)
        for nombre in vars(una).keys() & vars(otra).keys()
        if nombre.startswith("_") and not nombre.startswith("__") and not hasattr(admin.ModelAdmin, nombre)
    }

    assert repetidos == set()
