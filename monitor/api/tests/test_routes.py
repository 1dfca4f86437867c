"""The rules of every route: who may use it, its methods, both slashes, HEAD, and what an unknown path answers."""

import re
import shutil
from itertools import product

import pytest
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from monitor.api.params import MomentParam
from monitor.api.tests.cliente import Api, Remota, respuesta
from monitor.api.tests.rutas import ABIERTA, CAMBIANTES, RUTAS
from monitor.roles import ADMINISTRADORES, OPERADORES, PERMISOS, Rol
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory
from monitor.usuarios.views import LLAVE_SIN_SESION

GRANDE = b" " * (1024 * 1024 + 1)
pytestmark = pytest.mark.una_vez  # test_fail_closed.py asks both databases who may do what

METODOS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
TODOS_LOS_METODOS = METODOS | {"OPTIONS", "TRACE", "PROPFIND"}
RESTRINGIDO = {
    OPERADORES: "Acceso restringido a administradores y operadores",
    ADMINISTRADORES: "Acceso restringido a administradores",
}
CAMINOS = sorted({ruta.split()[1] for ruta in RUTAS} - {"/api/schema", "/api/docs"})  # test_openapi.py tests these
PROTEGIDAS = [ruta for ruta, (roles, _) in RUTAS.items() if roles is not ABIERTA]


@pytest.fixture(autouse=True)
def disco_quieto(monkeypatch):
    """`GET /api/backup/estado` tells how full the disk is, and others write to it between two requests."""
    lleno = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda carpeta: lleno)


def patrones(resolvedor, antes="/"):
    for patron in resolvedor.url_patterns:
        camino = antes + str(patron.pattern)
        if isinstance(patron, URLPattern):
            yield camino, patron.callback
        else:
            yield from patrones(patron, camino)


def rutas_declaradas():
    """Yield `(route as in RUTAS, view class, action)` for each route of the URL configuration."""
    for camino, vista in patrones(get_resolver()):
        clase = getattr(vista, "cls", None)
        if clase is None:
            continue
        acciones = getattr(vista, "actions", None) or {"get": None}
        for metodo, accion in acciones.items():
            if metodo.upper() in METODOS:
                yield f"{metodo.upper()} {re.sub('<[^>]+>', '999999', camino)}", clase, accion


def frase(cuerpo):
    """Return the sentence of an error, in either dialect."""
    return cuerpo["error"] if "error" in cuerpo else cuerpo["message"]


def visto(ruta, recibida):
    """Return what two answers to the same have in common."""
    return recibida.status_code, ruta not in CAMBIANTES and recibida.getvalue()


def permitidos(camino):
    metodos = {ruta.split()[0] for ruta in RUTAS if ruta.split()[1] == camino}
    return metodos | ({"HEAD"} if "GET" in metodos else set())


def test_cada_ruta_esta_en_la_tabla():
    assert sorted(ruta for ruta, _, _ in rutas_declaradas()) == sorted(RUTAS)


def test_cada_accion_declara_un_permiso_que_existe():
    sin_permiso = [
        ruta
        for ruta, clase, accion in rutas_declaradas()
        if RUTAS[ruta][0] is not ABIERTA and clase.acciones[accion].permiso not in PERMISOS
    ]

    assert sin_permiso == []


def test_ninguna_accion_declarada_sobra():
    sobran = [
        f"{clase.__name__}.{accion}"
        for clase in {clase for _, clase, _ in rutas_declaradas()}
        for accion in set(getattr(clase, "acciones", ()))
        - {accion for _, otra, accion in rutas_declaradas() if otra is clase}
    ]

    assert sobran == []


@pytest.mark.parametrize("ruta", PROTEGIDAS)
def test_ruta_protegida_pide_token(anonimo, ruta):
    status, cuerpo = respuesta(anonimo.pedir(*ruta.split()))

    assert (status, frase(cuerpo)) == (401, "Token requerido")


# A program has no session.
SIN_LLAVES = {"POST /api/auth/logout": LLAVE_SIN_SESION}


def llave_con(rol):
    return LlaveFactory(usuario__rol=rol)


@pytest.mark.parametrize("ruta", PROTEGIDAS)
def test_ruta_admite_solo_a_sus_roles(db, ruta):
    roles, status = RUTAS[ruta]

    for quien, rol in product((UsuarioFactory, llave_con), Rol):
        recibida = Api(quien(rol=rol)).pedir(*ruta.split())

        if quien is llave_con and ruta in SIN_LLAVES:
            assert (rol, recibida.status_code, frase(recibida.json())) == (rol, 403, SIN_LLAVES[ruta])
        elif rol in roles:
            assert (quien, rol, recibida.status_code) == (quien, rol, status)
        else:
            assert (rol, recibida.status_code, frase(recibida.json())) == (rol, 403, RESTRINGIDO[roles])


@pytest.mark.parametrize("ruta", RUTAS)
def test_parametro_desconocido_es_400_en_cualquier_ruta(administrador, ruta):
    metodo, camino = ruta.split()
    status, cuerpo = respuesta(administrador.pedir(metodo, f"{camino}?inventado=1", {}))

    assert (status, frase(cuerpo).partition(" (")[0]) == (400, "inventado: no se reconoce")


CON_ARCHIVO = {"POST /api/expedientes/999999/evidencias"}  # its form may be as large as a file


@pytest.mark.parametrize("ruta", [ruta for ruta in RUTAS if ruta not in CON_ARCHIVO])
def test_cuerpo_anunciado_grande_es_413_aunque_la_ruta_no_lo_lea(administrador, ruta):
    recibida = administrador.pedir(*ruta.split(), **{"Content-Length": str(len(GRANDE))})

    assert (recibida.status_code, frase(recibida.json())) == (413, "El cuerpo pasa de 1 MiB")
    assert recibida.headers["Connection"] == "close"


def momentos():
    """Yield each query parameter that is a moment, with its path."""
    for ruta, clase, accion in rutas_declaradas():
        params = clase.acciones[accion].params.serializer.fields if getattr(clase, "acciones", None) else {}
        yield from (f"{ruta.split()[1]}?{nombre}" for nombre, campo in params.items() if isinstance(campo, MomentParam))


@pytest.mark.parametrize("momento", ["9999-12-31T23:59:59Z", "9999-12-31", "0001-01-01", "0001-01-01T23:59:59Z"])
def test_momento_que_no_se_puede_mostrar_es_400(administrador, momento):
    parametros = [*momentos()]
    assert len(parametros) >= 4

    for parametro in parametros:
        status, cuerpo = respuesta(administrador.get(f"{parametro}={momento}"))
        assert (status, frase(cuerpo).split(": ")[0]) == (400, parametro.partition("?")[2])


@pytest.mark.parametrize("ruta", [ruta for ruta, (roles, _) in RUTAS.items() if roles is ABIERTA])
def test_ruta_abierta_no_pide_token(anonimo, ruta):
    assert anonimo.pedir(*ruta.split()).status_code == RUTAS[ruta][1]


@pytest.mark.parametrize("camino", CAMINOS)
def test_metodo_que_la_ruta_no_tiene_es_405_sin_token_siquiera(anonimo, camino):
    for metodo in TODOS_LOS_METODOS - permitidos(camino):
        recibida = anonimo.pedir(metodo, camino)

        assert (recibida.status_code, frase(recibida.json())) == (405, f"El método {metodo} no está permitido aquí")
        assert recibida.headers["Allow"] == ", ".join(sorted(permitidos(camino)))


def test_metodo_que_nadie_conoce_es_405_tambien_por_la_red(servidor):
    recibida = Remota(servidor).pedir("FOO", "/api/health")

    assert respuesta(recibida) == (405, {"error": "El método FOO no está permitido aquí"})
    assert recibida.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("ruta", [ruta for ruta in RUTAS if ruta.split()[1] in CAMINOS])
def test_ruta_responde_igual_con_barra_final(administrador, ruta):
    metodo, camino = ruta.split()
    variantes = [
        administrador.pedir(metodo, camino),
        Api(administrador.usuario).pedir(metodo, f"{camino.rstrip('/')}/"),
    ]
    sin_barra, con_barra = variantes

    if "logout" in ruta:  # the first of the two revokes the token that the second sends
        assert (sin_barra.json(), con_barra.json()) == ({"ok": True}, {"error": "Token inválido o expirado"})
    else:
        assert visto(ruta, con_barra) == visto(ruta, sin_barra)


@pytest.mark.parametrize("quien", ["anonimo", "tecnico", "administrador"])
@pytest.mark.parametrize("ruta", [ruta for ruta in RUTAS if ruta.split()[1] in CAMINOS and "logout" not in ruta])
def test_if_none_match_no_cambia_lo_que_se_responde_de_lo_que_no_hay(request, quien, ruta):
    api = request.getfixturevalue(quien)

    sin_etag, con_etag = (api.pedir(*ruta.split(), **cabeceras) for cabeceras in ({}, {"If-None-Match": "*"}))

    assert visto(ruta, con_etag) == visto(ruta, sin_etag)


@pytest.mark.parametrize("ruta", [ruta for ruta in RUTAS if ruta.startswith("GET")])
def test_head_da_el_status_y_los_encabezados_de_get_sin_cuerpo(servidor, ruta):
    """The real server answers, because Django's test client takes off the body of a HEAD by itself."""
    remota = Remota(servidor, UsuarioFactory(administrador=True))
    camino = ruta.split()[1]

    get, head = (remota.pedir(metodo, camino) for metodo in ("GET", "HEAD"))

    assert (head.status, head.cuerpo) == (RUTAS[ruta][1], b"")
    distintos = {"date", "x-request-id", "content-length", "transfer-encoding"}
    assert {k.lower() for k in head.headers} - distintos == {k.lower() for k in get.headers} - distintos


@pytest.mark.parametrize("metodo", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("camino", ["/api/nada", "/api/nada/", "/api", "/api/", "/api/expedientes//", "/api/auth"])
def test_camino_desconocido_de_la_api_responde_en_el_primer_dialecto(anonimo, metodo, camino):
    recibida = anonimo.pedir(metodo, camino, {"x": 1})

    assert respuesta(recibida) == (404, {"error": "La ruta no existe"})
    assert recibida.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("metodo", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("camino", ["/nada", "/apis", "/nada/x/", "/index.html", "/favicon.ico"])
def test_otro_camino_desconocido_responde_en_el_segundo(anonimo, metodo, camino):
    recibida = anonimo.pedir(metodo, camino, {"x": 1})

    assert respuesta(recibida) == (404, {"success": False, "message": "La ruta no existe", "detail": None})


JSON, TEXTO = "application/json", "text/plain"
ORDEN = [
    # These are the role, the method, the path, the body, the content type and the status.
    ("anonimo", "DELETE", "/api/expedientes/pendientes", GRANDE, TEXTO, 405),
    ("anonimo", "POST", "/api/expedientes", GRANDE, TEXTO, 401),
    ("tecnico", "POST", "/api/expedientes", GRANDE, TEXTO, 403),
    ("operador", "POST", "/api/expedientes", GRANDE, TEXTO, 413),
    ("operador", "POST", "/api/expedientes", b"{", TEXTO, 415),
    ("operador", "POST", "/api/expedientes", b"", TEXTO, 400),
    ("operador", "PUT", "/api/expedientes", GRANDE, TEXTO, 413),
    ("operador", "PUT", "/api/expedientes", b"{", TEXTO, 400),
    ("operador", "PUT", "/api/expedientes/NADA", GRANDE, TEXTO, 413),
    ("operador", "PUT", "/api/expedientes/NADA", b"{", TEXTO, 415),
    ("operador", "PUT", "/api/expedientes/NADA", b"{", JSON, 400),
    ("operador", "PUT", "/api/expedientes/NADA", b'{"marca": 5}', JSON, 400),
    ("operador", "PUT", "/api/expedientes/NADA", b'{"no_siniestro": "OTRO"}', JSON, 400),
    ("operador", "PUT", "/api/expedientes/NADA", b"{}", JSON, 404),
    ("operador", "PATCH", "/api/expedientes/NADA/estado", b'{"estado": "Otro"}', JSON, 400),
    ("operador", "PATCH", "/api/expedientes/NADA/estado", b'{"estado": "Salida"}', JSON, 404),
    ("tecnico", "PATCH", "/api/expedientes/NADA/no_siniestro", GRANDE, TEXTO, 403),
    ("operador", "PATCH", "/api/expedientes/NADA/no_siniestro", b'{"no_siniestro": "nube"}', JSON, 400),
    ("operador", "PATCH", "/api/expedientes/NADA/no_siniestro", b'{"no_siniestro": "OTRO"}', JSON, 404),
    ("operador", "PUT", "/api/usuarios/999999", GRANDE, TEXTO, 403),
    ("administrador", "PUT", "/api/usuarios/abc", GRANDE, TEXTO, 413),
    ("administrador", "PUT", "/api/usuarios/abc", b"{", TEXTO, 415),
    ("administrador", "PUT", "/api/usuarios/999999", b'{"rol": 5}', JSON, 400),
    ("administrador", "PUT", f"/api/usuarios/{'9' * 30}", b'{"rol": 5}', JSON, 400),
    ("administrador", "PUT", f"/api/usuarios/{'9' * 30}", b"{}", JSON, 404),
    ("administrador", "PUT", "/api/usuarios/999999", b'{"username": "ocupado"}', JSON, 404),
]


@pytest.mark.parametrize(("quien", "metodo", "camino", "cuerpo", "tipo", "status"), ORDEN)
def test_orden_de_las_comprobaciones(request, quien, metodo, camino, cuerpo, tipo, status):
    api = request.getfixturevalue(quien)
    UsuarioFactory(username="ocupado")

    assert api.pedir(metodo, camino, cuerpo, tipo).status_code == status
    assert Usuario.objects.get(username="ocupado").rol == Rol.OPERADOR
