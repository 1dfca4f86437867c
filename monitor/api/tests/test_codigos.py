"""X-Error-Code: every error has a word, and docs/contrato.md has every word."""

import ast
import re
from itertools import chain

import pytest
from django.conf import settings

from catalogos.tests.factories import AseguradoraFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api import errors
from monitor.api.tests.cliente import Api
from monitor.db.errors import OUTAGES
from monitor.tests.test_forma import MODULOS
from solicitudes.tests.factories import SolicitudFactory


def textos(nodo):
    return {n.value for n in ast.walk(nodo) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def palabras(arbol):
    """Yield the words that code gives to errors: as the argument `codigo`, as a class's `codigo` and in a table of
    sentences (`alone`)."""
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.keyword) and nodo.arg == "codigo":
            yield from textos(nodo.value)
        if isinstance(nodo, ast.Assign) and [getattr(t, "id", "") for t in nodo.targets] == ["codigo"]:
            yield from textos(nodo.value) if isinstance(nodo.value, ast.Constant) else ()
        if isinstance(nodo, ast.Assign) and [getattr(t, "id", "") for t in nodo.targets] == ["alone"]:
            yield from chain.from_iterable(map(textos, nodo.value.values))


def test_la_tabla_del_contrato_tiene_todos_los_codigos_y_ninguno_mas():
    arboles = (ast.parse(archivo.read_text(encoding="utf-8")) for archivo in MODULOS.values())
    dichas = {*chain.from_iterable(map(palabras, arboles)), *errors.CODIGOS.values(), *OUTAGES}
    contrato = (settings.BASE_DIR / "docs" / "contrato.md").read_text(encoding="utf-8")
    tabla = contrato.partition("## Los códigos de error")[2]

    assert re.findall(r"^\| `(\w+)` \|", tabla, re.MULTILINE) == sorted(dichas)


ERRORES = [
    ("GET", "/api/nada", None, 404, "ruta_desconocida"),
    ("GET", "/nada", None, 404, "ruta_desconocida"),
    ("POST", "/api/expedientes/nube", None, 405, "metodo_no_permitido"),
    ("GET", "/api/expedientes?marka=x", None, 400, "parametros_invalidos"),
    ("GET", "/lugar?pagina=0", None, 400, "parametros_invalidos"),
    ("GET", "/api/expedientes?cursor=x", None, 400, "parametros_invalidos"),
    ("GET", "/api/expedientes?por_pagina=1&cursor=x", None, 400, "cursor_invalido"),
    ("GET", "/api/expedientes/NADA", None, 404, "no_encontrado"),
    ("GET", "/solicitud/9", None, 404, "no_encontrado"),
    ("GET", "/solicitud/x", None, 400, "id_invalido"),
    ("PUT", "/api/expedientes", {}, 400, "falta_la_clave"),
    ("POST", "/api/expedientes", b"", 400, "cuerpo_vacio"),
    ("POST", "/api/expedientes", b"{", 400, "json_invalido"),
    ("POST", "/api/expedientes", [], 400, "json_invalido"),
    ("POST", "/api/expedientes", b'{"marca": "A", "marca": "B"}', 400, "clave_repetida"),
    ("POST", "/api/expedientes", b" " * 1_048_577, 413, "cuerpo_demasiado_grande"),
    ("POST", "/api/expedientes", {}, 400, "faltan_campos"),
    ("POST", "/api/expedientes", {"no_siniestro": "S-2", "marca": 1}, 400, "campos_invalidos"),
    ("POST", "/api/expedientes", {"no_siniestro": "S-1"}, 409, "ya_existe"),
    ("POST", "/aseguradora", {"nombre": "Qualitas"}, 409, "ya_existe"),
    ("PUT", "/aseguradora/1", {}, 400, "sin_cambios"),
    ("PATCH", "/api/expedientes/S-1/estado", {"estado": "Otro"}, 400, "estado_invalido"),
    ("PATCH", "/api/expedientes/S-1/estado", {"estado": "Ingreso"}, 400, "mismo_estado"),
    ("POST", "/api/auth/login", {}, 400, "faltan_campos"),
    ("POST", "/api/auth/login", {"username": "a", "password": "b"}, 401, "credenciales_invalidas"),
    ("POST", "/api/auth/register", {"username": "a b", "password": "c", "rol": "x"}, 400, "usuario_con_espacios"),
    ("POST", "/api/auth/register", {"username": "a", "password": "c", "rol": "Tecnico"}, 400, "clave_debil"),
]  # fmt: skip


@pytest.mark.parametrize(("metodo", "ruta", "datos", "status", "codigo"), ERRORES)
def test_cada_error_lleva_su_codigo(administrador, metodo, ruta, datos, status, codigo):
    ExpedienteFactory(no_siniestro="S-1", estado="Ingreso")
    AseguradoraFactory(nombre="Qualitas")

    recibida = administrador.pedir(metodo, ruta, datos)

    assert (recibida.status_code, recibida.headers["X-Error-Code"]) == (status, codigo)


def test_codigo_de_quien_no_puede(anonimo, tecnico):
    solicitud = SolicitudFactory()
    propia = Api(solicitud.solicitante)
    recibidas = [
        anonimo.get("/api/expedientes"),
        anonimo.get("/solicitud", Authorization="Bearer x"),
        tecnico.post("/api/expedientes", {"no_siniestro": "S-1"}),
        propia.post(f"/solicitud/{solicitud.pk}/aprobar"),
        tecnico.post("/api/expedientes", b"x", tipo="text/plain"),
        propia.post("/solicitud", b"x", tipo="text/plain"),
        anonimo.get("/api/health", Host="otro"),
    ]

    assert [r.headers["X-Error-Code"] for r in recibidas] == [
        "token_requerido",
        "token_invalido",
        "sin_permiso",
        "solicitud_propia",
        "sin_permiso",
        "tipo_no_admitido",
        "peticion_invalida",
    ]


def test_lo_que_sale_bien_no_lleva_codigo(anonimo, operador):
    recibidas = [operador.get("/api/expedientes"), anonimo.get("/api/health"), operador.get("/solicitud")]

    assert [(r.status_code, r.headers.get("X-Error-Code")) for r in recibidas] == [(200, None)] * 3
