"""The description as others use it: validators read it, and the clients that generators make of it do the two main
jobs against a real server."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.api.openapi.views import document
from monitor.archivos.tipos import TIPOS

pytestmark = pytest.mark.una_vez

CLIENTES = Path(__file__).parent / "clientes"
SIN_NODE = (
    "No hay Node con lo de monitor/api/tests/clientes/package.json en esta máquina"
    " (en Debian: apt-get install nodejs npm; después, make test)"
)


def correr(*orden, **entorno):
    """Run a program, and fail with all that it said when it ends badly."""
    proceso = subprocess.run(
        orden, env=os.environ | entorno, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120
    )
    assert proceso.returncode == 0, proceso.stdout
    return proceso.stdout


def programa(nombre):
    """Return the program of a package installed beside this Python."""
    return str(Path(sys.executable).with_name(nombre))


@pytest.fixture(scope="session")
def descripcion(tmp_path_factory):
    archivo = tmp_path_factory.mktemp("descripcion") / "openapi.json"
    archivo.write_text(json.dumps(document()), encoding="utf-8")
    return archivo


@pytest.fixture(scope="session")
def cliente_python(descripcion):
    """The folder of a client that openapi-python-client made. It made all of it: it warns when it leaves something
    out."""
    carpeta, ajustes = descripcion.parent / "python", descripcion.with_name("ajustes.yml")
    carpeta.mkdir()
    # This generator knows no other type of what isn't text.
    binarios = "".join(f"  {tipo}: application/octet-stream\n" for tipo in TIPOS if not tipo.startswith("text/"))
    ajustes.write_text(f"post_hooks: []\ncontent_type_overrides:\n{binarios}")
    dicho = correr(
        programa("openapi-python-client"),
        *("generate", "--path", str(descripcion), "--config", str(ajustes), "--meta", "none", "--fail-on-warning"),
        *("--output-path", str(carpeta / "cliente_monitor")),
    )
    assert "warning" not in dicho.lower()
    shutil.copy(CLIENTES / "jornada.py", carpeta)
    return carpeta


@pytest.fixture(scope="session")
def node():
    """The path of Node. `EXIGIR_NODE`, which .ci/run sets, doesn't let its tests be skipped."""
    ejecutable = shutil.which("node")
    if ejecutable and (CLIENTES / "node_modules").is_dir():
        return ejecutable
    return pytest.fail(SIN_NODE) if os.environ.get("EXIGIR_NODE") else pytest.skip(SIN_NODE)


@pytest.fixture(scope="session")
def cliente_typescript(node, descripcion):
    """The program that TypeScript's compiler made of our jobs and of the types that openapi-typescript made, once it
    had nothing to say about either."""
    carpeta = descripcion.parent / "typescript"
    shutil.copytree(CLIENTES, carpeta, ignore=shutil.ignore_patterns("node_modules"))
    modulos = CLIENTES / "node_modules"
    (carpeta / "node_modules").symlink_to(modulos)
    correr(node, str(modulos / "openapi-typescript/bin/cli.js"), str(descripcion), "-o", str(carpeta / "esquema.ts"))
    correr(node, str(modulos / "typescript/bin/tsc"), "--project", str(carpeta))
    return carpeta / "hecho" / "jornada.js"


def test_openapi_spec_validator_no_halla_errores(descripcion):
    correr(programa("openapi-spec-validator"), str(descripcion))


def test_redocly_no_halla_errores_ni_avisos(node, descripcion):
    correr(node, str(CLIENTES / "revisar.mjs"), str(descripcion))


def test_los_tipos_del_cliente_de_python_cuadran(cliente_python):
    correr(programa("mypy"), "--strict", "--cache-dir", os.devnull, str(cliente_python))


def test_el_cliente_de_python_hace_los_dos_trabajos(demo, cliente_python):
    correr(sys.executable, str(cliente_python / "jornada.py"), demo)


def test_el_cliente_de_typescript_hace_los_dos_trabajos(demo, node, cliente_typescript):
    correr(node, str(cliente_typescript), demo)
