"""The API's description as tests read it: whether what was answered is what it says."""

import json

import yaml
from jsonschema import Draft202012Validator

from monitor.api.openapi.views import document


def leer_yaml(texto):
    """libyaml's loader, safe too: the pure one takes seconds for this document."""
    return yaml.load(texto, yaml.CSafeLoader)


LECTORES = {"application/json": json.loads, "application/yaml": leer_yaml, "text/html": bytes.decode}


def operaciones():
    """`(METHOD, path as documented, operation)` of all."""
    for ruta, metodos in document()["paths"].items():
        for metodo, operacion in metodos.items():
            yield metodo.upper(), ruta, operacion


def operacion_de(metodo, ruta):
    return document()["paths"][ruta][metodo.lower()]


def resolver(esquema):
    """The schema that a `$ref` names."""
    while "$ref" in esquema:
        partes = esquema["$ref"].removeprefix("#/").split("/")
        esquema = document()
        for parte in partes:
            esquema = esquema[parte]
    return esquema


def fallas(esquema, valor):
    """What of `valor` is not as the schema says: types, missing keys, formats."""
    completo = esquema | {"components": document()["components"]}
    validador = Draft202012Validator(completo, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{e.json_path}: {e.message}" for e in validador.iter_errors(valor)]


def desorden(esquema, valor, camino="$"):
    """What of `valor` has its keys in another order than the schema."""
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
    """`ruta` as documented."""
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
