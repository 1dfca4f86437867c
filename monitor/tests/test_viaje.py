"""docs/viaje.md says which files an HTTP request passes, and in what order. What it names exists, and a request enters
those files and no others."""

import ast
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api
from monitor.api.tests.test_fail_closed import cuerpo_de_solicitud
from monitor.tests.formularios import campos_de
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory

PAGINA = (settings.BASE_DIR / "docs" / "viaje.md").read_text(encoding="utf-8")
# A row of a journey looks like this: | `archivo.py` | `Clase.metodo`, `funcion` | what it does |
PASO = re.compile(r"^\| `([\w/]+\.py)` \| ((?:`[\w.]+`(?:, )?)+) \|", re.MULTILINE)
SECCIONES = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGINA, re.MULTILINE | re.DOTALL))
VIAJES = {titulo: texto for titulo, texto in SECCIONES.items() if titulo[0].isdigit()}
TODAS, API = SECCIONES["Toda petición"], SECCIONES["Toda petición a la API"]


def nombres_en(archivo: str) -> set[str]:
    """Return the functions, classes and `Class.method` that a file on disk defines, and the names that it assigns."""
    arbol = ast.parse((settings.BASE_DIR / archivo).read_text(encoding="utf-8"))
    nombres = set()
    for nodo in arbol.body:
        nombres |= definidos(nodo)
        if isinstance(nodo, ast.ClassDef):
            nombres |= {f"{nodo.name}.{nombre}" for dentro in nodo.body for nombre in definidos(dentro)}
    return nombres


def definidos(nodo) -> set[str]:
    if isinstance(nodo, ast.FunctionDef | ast.ClassDef):
        return {nodo.name}
    destinos = getattr(nodo, "targets", [getattr(nodo, "target", None)])
    return {destino.id for destino in destinos if isinstance(destino, ast.Name)}


def archivos_de(texto: str) -> list[str]:
    """Return the files that the steps name, each once, and without those where nothing runs under the test's client: it
    stands in for the server, and routes are read when the process starts."""
    archivos = dict.fromkeys(archivo for archivo, _ in PASO.findall(texto))
    return [archivo for archivo in archivos if archivo != "monitor/wsgi.py" and not archivo.endswith("/urls.py")]


@contextmanager
def siguiendo():
    """Give a list that holds, at the end, our files in which some function ran, in the order of the first ones."""
    archivos = {}

    def mirar(marco, suceso, _):
        if suceso == "call":
            archivos.setdefault(marco.f_code.co_filename)

    anterior = sys.getprofile()
    sys.setprofile(mirar)
    propios = []
    try:
        yield propios
    finally:
        sys.setprofile(anterior)
        propios.extend(
            archivo.relative_to(settings.BASE_DIR).as_posix()
            for archivo in map(Path, archivos)
            if archivo.is_relative_to(settings.BASE_DIR)
            # Django enters its backend for a savepoint, which only the test's own transaction asks for.
            and not {"tests", "conftest.py", ".venv", ".venv-siguiente", "postgresql"} & set(archivo.parts)
        )


@pytest.fixture
def cliente(db, client):
    """Django's client with a person in the admin, and with the same person as a program."""
    persona = UsuarioFactory(administrador=True)
    client.force_login(persona)
    client.api = Api(persona)
    return client


def leer(cliente, clave):
    return cliente.api.get(f"/api/expedientes/{clave}")


def actualizar(cliente, clave):
    return cliente.api.put(f"/api/expedientes/{clave}", {"color": "azul"})


def cambiar_estado(cliente, clave):
    return cliente.api.patch(f"/api/expedientes/{clave}/estado", {"estado": "Salida"})


def pedir_transporte(cliente, clave):
    return cliente.api.post("/solicitud", cliente.cuerpo)


def guardar_en_el_admin(cliente, clave):
    return cliente.post(f"/admin/expedientes/expediente/{clave}/change/", cliente.formularios[clave])


CASOS = dict(zip(VIAJES, (leer, actualizar, cambiar_estado, pedir_transporte, guardar_en_el_admin), strict=False))


def test_la_pagina_cuenta_los_cinco_viajes():
    assert [titulo[:2] for titulo in CASOS] == ["1.", "2.", "3.", "4.", "5."]


def test_los_archivos_que_nombra_existen():
    nombrados = set(re.findall(r"`((?:monitor|catalogos|expedientes|solicitudes|docs)/[\w/.]+)`", PAGINA))

    assert {nombre for nombre in nombrados if not (settings.BASE_DIR / nombre).exists()} == set()


def test_lo_que_dice_de_cada_archivo_esta_en_el():
    pasos = {(archivo, nombre) for archivo, celdas in PASO.findall(PAGINA) for nombre in re.findall(r"[\w.]+", celdas)}

    assert len(pasos) > 50
    assert {(archivo, nombre) for archivo, nombre in pasos if nombre not in nombres_en(archivo)} == set()


@pytest.mark.parametrize("titulo", CASOS)
def test_un_viaje_pasa_por_donde_la_pagina_dice(cliente, titulo):
    """The second of two equal requests is watched, because the first fills what is made only once."""
    for clave in ("S-1", "S-2"):
        ExpedienteFactory(no_siniestro=clave, color="rojo")
    cliente.cuerpo = cuerpo_de_solicitud(SolicitudFactory())
    pagina = "/admin/expedientes/expediente/{}/change/"
    cliente.formularios = {
        clave: campos_de(cliente.get(pagina.format(clave))) | {"color": "azul"} for clave in ("S-1", "S-2")
    }
    CASOS[titulo](cliente, "S-1")

    with siguiendo() as archivos:
        response = CASOS[titulo](cliente, "S-2")

    comunes = archivos_de(TODAS if "admin" in titulo else TODAS + API)
    assert response.status_code in (200, 201, 302)
    assert sorted(archivos) == sorted({*comunes, *archivos_de(VIAJES[titulo])})
    assert [archivo for archivo in archivos if archivo not in comunes] == [
        archivo for archivo in archivos_de(VIAJES[titulo]) if archivo not in comunes
    ]
