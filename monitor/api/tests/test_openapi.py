"""The API's description is complete and true, and its page is shown without a request to any other host."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.idempotency import AUN_SE_ATIENDE, USADA
from monitor.api.openapi.description import VIEWS
from monitor.api.openapi.views import document
from monitor.api.tests import mundo
from monitor.api.tests.cliente import Api, respuesta
from monitor.api.tests.documento import (
    cuerpo_de,
    desorden,
    fallas,
    fallas_de_respuesta,
    leer_yaml,
    operacion_de,
    operaciones,
    resolver,
)
from monitor.api.tests.rutas import CATALOGOS, RUTAS, SIN_EXITO
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory
from solicitudes.estados import Estado
from solicitudes.views import SolicitudViewSet

pytestmark = pytest.mark.una_vez

NOMBRE = "http://testserver"
RUTA = "/api/expedientes/SIN%2F2024%2F9"
RUTA_DE_AHORA = "/api/expedientes/SIN%2F2024%2F10"  # after the example of another number


# What the path of something that has no id of its own asks for.
CLAVES = {
    "/expedientes/": "no_siniestro",
    "/siniestro/": "no_siniestro",
    "/formatos/": "no_siniestro",
    "/comentarios/": "clave",
    "/exportar/": "no_siniestro",
}


def documentada(ruta):
    """Return a path of RUTAS as the document writes it."""
    if ruta.split()[-1] == "/evidencias/999999":
        return ruta.replace("999999", "{ruta}")
    antes, corte, despues = ruta.partition("/evidencias/")
    nombre = next((nombre for parte, nombre in CLAVES.items() if parte in ruta), "id")
    return antes.replace("999999", f"{{{nombre}}}") + corte + despues.replace("999999", "{id}")


def ejemplos():
    for metodo, ruta, operacion in operaciones():
        cuerpos = {"petición": operacion.get("requestBody", {})} | operacion["responses"]
        for nombre, cuerpo in cuerpos.items():
            for contenido in cuerpo.get("content", {}).values():
                for ejemplo in contenido.get("examples", {}).values():
                    yield f"{metodo} {ruta} {nombre}", contenido["schema"], ejemplo["value"]


def partes_de(documento):
    """Yield every object of the document but those in its examples, which are values."""
    if isinstance(documento, dict):
        yield documento
        documento = [valor for clave, valor in documento.items() if clave != "examples"]
    if isinstance(documento, list):
        for parte in documento:
            yield from partes_de(parte)


def propiedades():
    return [p for e in partes_de(document()) if isinstance(e.get("properties"), dict) for p in e["properties"].items()]


# --- The document itself ---


def test_una_accion_que_nadie_describe_es_un_aviso(monkeypatch, capsys):
    document()  # the descriptions are read once, and other tests need them
    monkeypatch.setattr("monitor.api.openapi.description.VIEWS", {})
    monkeypatch.setattr("monitor.api.openapi.generator.VIEWS", {})

    with pytest.raises(Exception, match="Failing as requested due to warnings"):
        call_command("spectacular", fail_on_warn=True)

    assert "nadie describió login en un openapi.py" in capsys.readouterr().err


def test_describe_cada_ruta():
    descritas = [f"{metodo} {ruta}" for metodo, ruta, _ in operaciones()]

    assert sorted(descritas) == sorted(documentada(ruta) for ruta in RUTAS.keys() - SIN_EXITO)


def test_cada_operacion_se_nombra_distinto_y_dice_quien():
    ids = [operacion["operationId"] for _, _, operacion in operaciones()]
    sin_texto = [
        o["operationId"] for _, _, o in operaciones() if not o["summary"] or "**Quién:**" not in o["description"]
    ]

    assert (len(set(ids)), sin_texto) == (len(ids), [])


def test_cada_ejemplo_cumple_su_esquema():
    malos = {
        nombre: mal
        for nombre, esquema, valor in ejemplos()
        if (mal := fallas(esquema, valor) + ([] if "petición" in nombre else desorden(esquema, valor)))
    }

    assert malos == {}


def test_cada_error_trae_un_ejemplo():
    sin_ejemplo = [
        f"{metodo} {ruta} {status}"
        for metodo, ruta, operacion in operaciones()
        for status, cuerpo in operacion["responses"].items()
        if status >= "400" and not cuerpo["content"]["application/json"]["examples"]
    ]

    assert sin_ejemplo == []


@pytest.mark.parametrize(
    ("ruta", "frases"),
    [
        (
            "POST /api/expedientes",
            {
                "401": ["Token requerido", "Token inválido o expirado"],
                "403": ["Acceso restringido a administradores y operadores"],
                "409": ["Ya existe un expediente con ese No. Siniestro", AUN_SE_ATIENDE],
                "422": [USADA],
                "500": ["Error interno al crear expediente"],
                "503": ["Error interno al crear expediente"],
            },
        ),
        (
            "DELETE /api/expedientes/{no_siniestro}",
            {"403": ["Acceso restringido a administradores"], "404": ["Expediente no encontrado"]},
        ),
        ("POST /api/auth/login", {"401": ["Credenciales inválidas"]}),
    ],
)
def test_los_errores_son_los_del_contrato(ruta, frases):
    respuestas = operacion_de(*ruta.split())["responses"]

    assert {
        status: [e["value"]["error"] for e in respuestas[status]["content"]["application/json"]["examples"].values()]
        for status in frases
    } == frases


def test_el_otro_dialecto_tiene_su_sobre_y_su_error():
    respuestas = operacion_de("GET", "/lugar/{id}")["responses"]
    contenido = {status: respuestas[status]["content"]["application/json"] for status in ("200", "404")}

    assert list(contenido["200"]["schema"]["properties"]) == ["success", "message", "data"]
    assert contenido["404"]["schema"] == {"$ref": "#/components/schemas/ErrorConDetalle"}
    assert [ejemplo["value"] for ejemplo in contenido["404"]["examples"].values()] == [
        {"success": False, "message": "Lugar con Id 9 no encontrado", "detail": None}
    ]


def test_solo_lo_abierto_no_pide_token():
    abiertas = [f"{metodo} {ruta}" for metodo, ruta, operacion in operaciones() if operacion["security"] == []]

    assert sorted(abiertas) == sorted(documentada(ruta) for ruta, (roles, _) in RUTAS.items() if roles is None)


def test_un_trozo_de_la_ruta_que_nadie_describe_es_un_aviso(monkeypatch, capsys):
    vista = SolicitudViewSet
    monkeypatch.setitem(VIEWS, vista, replace(VIEWS[vista], path={"pk": {"type": "integer"}}))

    with pytest.raises(Exception, match="Failing as requested due to warnings"):
        call_command("spectacular", fail_on_warn=True)

    assert "nadie describió {id} de /solicitud/{id}/aprobar en un openapi.py" in capsys.readouterr().err


def test_dice_a_donde_se_pide_bajo_que_licencia_y_sus_titulos():
    assert document()["servers"] == [{"url": "/", "description": "El servidor que da esta descripción."}]
    assert document()["info"]["license"]["name"] == "Propietaria"
    assert {(t["name"], t["x-displayName"]) for t in document()["tags"] if t["name"] != t["x-displayName"]} == {
        ("Catalogos", "Catálogos"),
        ("Checklist", "Checklist de salida"),
        ("Sesion", "Sesión"),
    }


def test_los_nombres_sirven_de_nombres_en_un_programa():
    nombres = {componente for grupo in document()["components"].values() for componente in grupo}
    nombres |= {tag["name"] for tag in document()["tags"]} | {o["operationId"] for _, _, o in operaciones()}

    assert [nombre for nombre in nombres if not re.fullmatch(r"[A-Za-z][\w-]*", nombre, re.ASCII)] == []


def test_cada_conjunto_de_valores_tiene_nombre():
    esquemas = document()["components"]["schemas"]
    con_nombre = {nombre: esquema["enum"] for nombre, esquema in esquemas.items() if "enum" in esquema}

    assert con_nombre == {
        "CualesSeRespaldan": ["Nube", "Manual"],
        "EstadoDeExpediente": ["Ingreso", "Restauracion", "Pendiente_de_salida", "Salida"],
        "EstadoDeSolicitud": [estado.name for estado in Estado],
        "EstadoDeLaNube": ["Activo", "Sin respaldos", "Sin configurar"],
        "FormatoDeDescripcion": ["yaml", "json"],
        "ResultadoDelRespaldo": ["Exitoso", "Parcial", "Error"],
        "ValorDeInspeccion": ["OK", "RE", "MA", "NA"],
        "Puerta": ["api", "admin", "comando", "importacion"],
        "Rol": ["Administrador", "Operador", "Tecnico"],
        "TipoDeEvidencia": ["evidencia", "documento"],
        "TipoDeFormato": ["xlsx", "pdf"],
        "UbicacionDeArchivos": ["Local", "Nube"],
    }
    assert [e for e in partes_de(document()) if "enum" in e and e not in esquemas.values()] == []
    con_estados = {"rol", "estado", "estado_nuevo", "estado_anterior", "CodigoEstado", "CodigoEstadoActual"}
    assert [
        n for n, p in propiedades() if n in con_estados and "string" in p.get("type", "") and "const" not in p
    ] == []


def test_cada_rama_tiene_su_tipo_y_ningun_objeto_se_parte():
    ramas = [rama for e in partes_de(document()) for rama in (*e.get("anyOf", ()), *e.get("oneOf", ()))]

    assert [rama for rama in ramas if not {"type", "$ref"} & rama.keys()] == []
    assert [e for e in partes_de(document()) if len(e.get("allOf", ())) > 1] == []
    assert [r for r in ramas if r.get("type") == "object"] == []


def test_cada_entero_de_un_cuerpo_dice_de_cuanto_a_cuanto():
    enteros = {
        f"{nombre}.{campo}": (esquema.get("minimum", -1e99), esquema.get("maximum", 1e99))
        for nombre, componente in document()["components"]["schemas"].items()
        for campo, esquema in componente.get("properties", {}).items()
        if nombre.endswith("Entrante") and "integer" in esquema.get("type", ())
    }

    assert enteros["DepartamentoEntrante.nivelJerarquico"] == (0, 2147483647)
    assert [campo for campo, (desde, hasta) in enteros.items() if desde < -(2**31) or hasta >= 2**31] == []


def test_cada_parametro_tiene_un_tipo_y_los_ids_son_enteros():
    parametros = [p for _, _, o in operaciones() for p in o.get("parameters", ())]

    assert [p["name"] for p in parametros if not {"type", "$ref"} & p["schema"].keys()] == []
    assert {p["schema"]["type"] for p in parametros if re.match(r"id|id[A-Z_]\w+$", p["name"])} == {"integer"}


@pytest.mark.parametrize(
    ("ruta", "minimo"),
    [
        ("/solicitud/{id}", 1),
        ("/lugar/{id}", 1),
        ("/aseguradora/{id}", 1),
        ("/api/expedientes/{no_siniestro}", None),
        ("/api/usuarios/{id}", None),
    ],
)
def test_un_cuerpo_vacio_solo_cabe_donde_se_admite(ruta, minimo):
    esquema = resolver(cuerpo_de("PUT", ruta))

    assert esquema.get("minProperties") == minimo
    assert bool(fallas(esquema, {})) == bool(minimo)


@pytest.mark.parametrize(
    ("ruta", "campo"),
    [("/aseguradora", "nombre"), ("/api/expedientes", "no_siniestro"), ("/api/llaves", "nombre")],
)
def test_lo_que_se_recorta_cabe_en_la_descripcion(maria, ruta, campo):
    suyo = ejemplo_de("POST", ruta)[0]
    entre_blancos, con_control = (suyo | {campo: f"\f\u00a0\n{medio}\x85 \v"} for medio in ("Norte 9", "Norte\f9"))

    assert fallas(cuerpo_de("POST", ruta), entre_blancos) == []
    assert maria.post(ruta, entre_blancos).status_code == 201
    assert fallas(cuerpo_de("POST", ruta), con_control) != []
    assert maria.post(ruta, con_control).status_code == 400


def test_cada_error_se_describe_una_vez():
    respuestas = [r for o in document()["paths"].values() for v in o.values() for r in v["responses"].items()]
    sueltos = [status for status, r in respuestas if status >= "400" and "$ref" not in r]
    comunes = document()["components"]["responses"]

    assert sueltos == ["503"] * 2  # of /api/health and /readyz, which aren't an error's
    assert {r["$ref"].split("/")[-1] for status, r in respuestas if "$ref" in r} == comunes.keys()
    assert len({json.dumps(r, sort_keys=True) for r in comunes.values()}) == len(comunes)


def test_la_fecha_del_ejemplo_de_una_solicitud_no_ha_pasado_cuando_se_lee(monkeypatch):
    un_dia = timezone.now() + timedelta(days=400)
    monkeypatch.setattr("django.utils.timezone.now", lambda: un_dia)

    leida = Api().get("/api/schema?format=json").json()["paths"]["/solicitud"]["post"]

    enviada = leida["requestBody"]["content"]["application/json"]["examples"]["ejemplo"]["value"]
    creada = leida["responses"]["201"]["content"]["application/json"]["examples"]["ejemplo"]["value"]["data"]
    assert un_dia.date().isoformat() < enviada["fechaServicioRequerido"] == creada["FechaServicioRequerido"]


# --- The running API against the document ---


@pytest.mark.parametrize("ruta", [ruta for ruta in RUTAS if ruta not in SIN_EXITO])
def test_lo_que_responde_a_cada_quien_esta_descrito(administrador, tecnico, anonimo, ruta):
    metodo, camino = ruta.split()
    recibidas = [quien.pedir(metodo, camino) for quien in (anonimo, tecnico, administrador)]

    assert [recibida.status_code for recibida in recibidas if recibida.status_code >= 500] == []
    assert [fallas_de_respuesta(metodo, documentada(camino), recibida) for recibida in recibidas] == [[], [], []]


@pytest.fixture
def maria(db):
    """Return a client of the API for the person of the examples, with the rows that the examples refer to."""
    return Api(mundo.crear().maria)


def ejemplo_de(metodo, ruta):
    """Return the example of a request and of its answer, as the document has them: `(body, status, body)`."""
    operacion = operacion_de(metodo, ruta)
    peticion = operacion.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
    status = min(operacion["responses"])
    contenido = operacion["responses"][status]["content"]["application/json"]
    return peticion and peticion["ejemplo"]["value"], int(status), contenido["examples"]["ejemplo"]["value"]


def test_los_ejemplos_de_expedientes_son_ciertos(maria):
    peticion, status, cuerpo = ejemplo_de("POST", "/api/expedientes")

    abierto = maria.post("/api/expedientes", peticion)

    assert respuesta(abierto) == (status, cuerpo)
    assert abierto.headers["Location"] == RUTA

    for metodo, ruta, camino in (
        ("PUT", "/api/expedientes/{no_siniestro}", RUTA),
        ("PATCH", "/api/expedientes/{no_siniestro}", RUTA),
        ("PATCH", "/api/expedientes/{no_siniestro}/estado", f"{RUTA}/estado"),
        ("GET", "/api/expedientes/{no_siniestro}", RUTA),
        ("GET", "/api/expedientes/{no_siniestro}/estado/historial", f"{RUTA}/estado/historial"),
        ("GET", "/api/expedientes", "/api/expedientes"),
        ("GET", "/api/expedientes/aseguradoras", "/api/expedientes/aseguradoras"),
        ("PATCH", "/api/expedientes/{no_siniestro}/no_siniestro", f"{RUTA}/no_siniestro"),
        ("DELETE", "/api/expedientes/{no_siniestro}", RUTA_DE_AHORA),
    ):
        peticion, status, _ = ejemplo_de(metodo, ruta)
        recibida = maria.pedir(metodo, camino, peticion)
        assert (recibida.status_code, fallas_de_respuesta(metodo, ruta, recibida)) == (status, [])


@pytest.mark.parametrize("catalogo", CATALOGOS)
def test_los_ejemplos_de_catalogos_son_ciertos(maria, catalogo):
    catalogo = f"/{catalogo}"
    peticion, status, cuerpo = ejemplo_de("POST", catalogo)

    creada = maria.post(catalogo, peticion)

    recibida = respuesta(creada)[1]
    propias = ("Id", "FechaHoraCreacion", "FechaHoraActualizacion")
    assert (creada.status_code, recibida["message"]) == (status, cuerpo["message"])
    assert {c: v for c, v in recibida["data"].items() if c not in propias} == {
        c: v for c, v in cuerpo["data"].items() if c not in propias
    }

    camino = creada.headers["Location"]
    for metodo, ruta, este in (
        ("PUT", f"{catalogo}/{{id}}", camino),
        ("GET", f"{catalogo}/{{id}}", camino),
        ("GET", catalogo, f"{catalogo}?por_pagina=1"),
        ("GET", f"{catalogo}/todos/lista", f"{catalogo}/todos/lista"),
        ("DELETE", f"{catalogo}/{{id}}", camino),
    ):
        peticion, status, cuerpo = ejemplo_de(metodo, ruta)
        recibida = maria.pedir(metodo, este, peticion)
        assert (recibida.status_code, fallas_de_respuesta(metodo, ruta, recibida)) == (status, [])
        assert respuesta(recibida)[1]["message"] == cuerpo["message"]


def test_el_ejemplo_de_entrar_es_cierto(db):
    usuario = UsuarioFactory(id=3, username="maria.gonzalez", nombre="María González")
    peticion, status, cuerpo = ejemplo_de("POST", "/api/auth/login")

    recibida = Api().post("/api/auth/login", peticion)

    assert peticion["password"] == CLAVE
    assert (recibida.status_code, recibida.json()["usuario"]) == (status, cuerpo["usuario"])
    assert fallas_de_respuesta("POST", "/api/auth/login", recibida) == []
    assert usuario.pk == cuerpo["usuario"]["id"]


def test_una_pagina_y_un_no_modificado_estan_descritos(maria):
    uno, _ = ExpedienteFactory.create_batch(2)
    pagina = maria.get("/api/expedientes?por_pagina=1")
    leido = maria.get(f"/api/expedientes/{uno}")
    repetido = maria.get(f"/api/expedientes/{uno}", **{"If-None-Match": leido.headers["ETag"]})

    assert ("Link" in pagina.headers, repetido.status_code) == (True, 304)
    assert fallas_de_respuesta("GET", "/api/expedientes", pagina) == []
    assert fallas_de_respuesta("GET", "/api/expedientes/{no_siniestro}", repetido) == []


# --- The routes that show it ---


@pytest.mark.parametrize("ruta", ["/api/schema", "/api/schema/"])
def test_schema_responde_yaml_o_json(ruta):
    en_yaml, en_json = Api().get(ruta), Api().get(f"{ruta}?format=json")

    assert (en_yaml.status_code, en_yaml.headers["Content-Type"]) == (200, "application/yaml")
    assert (en_json.status_code, en_json.headers["Content-Type"]) == (200, "application/json")
    assert leer_yaml(en_yaml.content) == en_json.json() == document()


@pytest.mark.parametrize(
    ("accept", "tipo"),
    [
        ("application/json", "application/json"),
        ("application/vnd.oai.openapi+json", "application/json"),
        ("text/html, application/json;q=0.9", "application/json"),
        ("application/yaml", "application/yaml"),
        ("text/x-yaml, */*", "application/yaml"),
        ("application/json;q=0.5, application/yaml", "application/yaml"),
        ("application/yaml;q=0.5, APPLICATION/JSON", "application/json"),
        ("application/yaml;q=0, application/json", "application/json"),
        ("application/json;q=0", "application/yaml"),
        ("text/html", "application/yaml"),
        ("*/*", "application/yaml"),
        ("", "application/yaml"),
        (";;,", "application/yaml"),
    ],
)
def test_schema_responde_en_lo_que_accept_nombra(accept, tipo):
    recibida = Api().get("/api/schema", Accept=accept)

    assert (recibida.status_code, recibida.headers["Content-Type"]) == (200, tipo)
    assert "Accept" in recibida.headers["Vary"]


def test_schema_responde_en_lo_que_format_dice_aunque_accept_diga_otra_cosa():
    formas = [("json", "application/yaml"), ("yaml", "application/json")]

    assert [
        Api().get(f"/api/schema?format={format_}", Accept=accept).headers["Content-Type"] for format_, accept in formas
    ] == ["application/json", "application/yaml"]


@pytest.mark.parametrize(
    ("consulta", "frase"),
    [
        ("format=xml", "format: debe ser uno de: yaml, json"),
        ("formato=json", "formato: no se reconoce (¿quiso decir `format`?)"),
        ("format=json&format=yaml", "format: está repetido"),
    ],
)
def test_schema_rechaza_lo_que_no_sabe_escribir(consulta, frase):
    status, cuerpo = respuesta(Api().get(f"/api/schema?{consulta}"))

    assert (status, cuerpo["error"]) == (400, frase)


@pytest.mark.parametrize("ruta", ["/api/schema", "/api/schema/", "/api/docs", "/api/docs/"])
def test_schema_y_docs_solo_se_leen(ruta):
    recibida = Api().post(ruta, {})

    assert respuesta(recibida) == (405, {"error": "El método POST no está permitido aquí"})
    assert recibida.headers["Allow"] == "GET, HEAD"


def test_schema_y_docs_admiten_head():
    recibidas = [Api().head(ruta) for ruta in ("/api/schema", "/api/docs")]

    assert [(r.status_code, r.content) for r in recibidas] == [(200, b"")] * 2


@pytest.mark.parametrize("ruta", ["/api/docs", "/api/docs/"])
def test_docs_solo_admite_lo_de_esta_casa(ruta):
    recibida = Api().get(ruta)
    html = recibida.content.decode()

    assert recibida.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self';" in recibida.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?! src=\"/static/)|<style|https?://|\son\w+=", html) == []


@pytest.fixture
def con_nombre(pagina, servidor):
    """A page that sees the server under a name: on localhost, Swagger UI doesn't ask the validator that it asks
    elsewhere."""
    pagina.route(f"{NOMBRE}/**", lambda r: r.fulfill(response=r.fetch(url=r.request.url.replace(NOMBRE, servidor))))
    return pagina


def test_docs_se_dibuja_sin_pedir_nada_a_nadie(con_nombre):
    pedidas, quejas = [], []
    con_nombre.on("request", lambda peticion: pedidas.append(peticion.url))
    con_nombre.on("response", lambda r: r.ok or quejas.append(f"{r.status} {r.url}"))
    # Chromium warns that it ignores this header of Django's wherever there is no TLS.
    con_nombre.on("console", lambda m: "Cross-Origin-Opener-Policy" in m.text or quejas.append(m.text))

    con_nombre.goto(f"{NOMBRE}/api/docs/")
    con_nombre.get_by_role("heading", name="Monitor API").wait_for()
    con_nombre.locator("#operations-Expedientes-expediente_create").click()
    con_nombre.get_by_text("Abrir un expediente").wait_for()
    con_nombre.wait_for_load_state("networkidle")

    assert quejas == []
    assert [url for url in pedidas if not url.startswith((f"{NOMBRE}/", "data:"))] == []
    assert f"{NOMBRE}/api/schema?format=json" in pedidas
