"""The API's description as tests read it, to check that an answer is as described."""

import json

import yaml
from jsonschema import Draft202012Validator

from monitor.api.openapi.views import document


def leer_yaml(texto):
    """Read YAML with libyaml's loader, which is safe too: the pure one takes seconds for this document."""
    return yaml.load(texto, yaml.CSafeLoader)


LECTORES = {
    "application/json": json.loads,
    "application/yaml": leer_yaml,
    "text/html": bytes.decode,
    "text/plain": bytes.decode,
}


def operaciones():
    """Yield `(METHOD, path as documented, operation)` for every operation."""
    for ruta, metodos in document()["paths"].items():
        for metodo, operacion in metodos.items():
            yield metodo.upper(), ruta, con_respuestas(operacion)


def operacion_de(metodo, ruta):
    return con_respuestas(document()["paths"][ruta][metodo.lower()])


def cuerpo_de(metodo, ruta):
    """Return the schema of what an operation takes."""
    return operacion_de(metodo, ruta)["requestBody"]["content"]["application/json"]["schema"]


def con_respuestas(operacion):
    """Return the operation with its answers in their place: those of the errors are components."""
    return operacion | {"responses": {status: resolver(r) for status, r in operacion["responses"].items()}}


def resolver(esquema):
    """Return the schema that a `$ref` names."""
    while "$ref" in esquema:
        partes = esquema["$ref"].removeprefix("#/").split("/")
        esquema = document()
        for parte in partes:
            esquema = esquema[parte]
    return esquema


def fallas(esquema, valor):
    """Return what in `valor` breaks the schema: types, missing keys, formats."""
    completo = esquema | {"components": document()["components"]}
    validador = Draft202012Validator(completo, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{e.json_path}: {e.message}" for e in validador.iter_errors(valor)]


def desorden(esquema, valor, camino="$"):
    """Return the objects in `valor` whose keys are in another order than the schema's."""
    esquema = resolver(esquema)
    if "oneOf" in esquema:
        return [] if valor is None else desorden(esquema["oneOf"][0], valor, camino)
    if isinstance(valor, list):
        return [f for i, v in enumerate(valor) for f in desorden(esquema.get("items", {}), v, f"{camino}[{i}]")]
    if not isinstance(valor, dict) or "properties" not in esquema:
        return []
    propiedades = esquema["properties"]
    esperado = [clave for clave in propiedades if clave in valor]
    mal = [f"{camino}: claves {list(valor)}, y no {esperado}"] if list(valor) != esperado else []
    return mal + [f for c in esperado for f in desorden(propiedades[c], valor[c], f"{camino}.{c}")]


def fallas_de_respuesta(metodo, ruta, response):
    """Return what in the response breaks the description of its operation; `ruta` is the path as documented."""
    documentada = operacion_de(metodo, ruta)["responses"].get(str(response.status_code))
    if documentada is None:
        return [f"{response.status_code} no está en la descripción"]
    cabeceras = {nombre: resolver(cabecera) for nombre, cabecera in documentada.get("headers", {}).items()}
    faltan = [f"falta {n}" for n, c in cabeceras.items() if c["required"] and n not in response.headers]
    contenido = documentada.get("content", {})
    tipo = response.headers.get("Content-Type", "").partition(";")[0]
    if tipo not in contenido:
        return faltan + ([f"el tipo {tipo!r} no está en la descripción"] if contenido or response.getvalue() else [])
    valor = LECTORES[tipo](response.getvalue())
    return faltan + fallas(contenido[tipo]["schema"], valor) + desorden(contenido[tipo]["schema"], valor)
