"""The API's description (OpenAPI), made of the views' tables of actions and of what each app says in its `openapi.py`.

Who may, what a body or a URL can get wrong and what the server can fail at follow from the action; the examples of
errors are written by the code that answers them. An action that nobody described is an error of the generator.
"""

import orjson
from django.http import QueryDict
from django.utils.module_loading import autodiscover_modules
from django.utils.text import slugify
from drf_spectacular.drainage import error as avisar
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, append_meta
from rest_framework import serializers

from monitor.api.authentication import FALTA
from monitor.api.body import LIMITE_PASADO, NO_ES_JSON, NO_ES_OBJETO, OTRO_TIPO, VACIO
from monitor.api.errors import ErrorHTTP, interno, responder_error
from monitor.api.openapi.description import CAMPOS, ETIQUETAS, VISTAS, Descripcion, Operacion
from monitor.api.openapi.json_schema import FORMAS, SENTIDOS
from monitor.api.tokens import INVALIDO
from monitor.errores import DatosInvalidos, NoAutenticado, SinPermiso
from monitor.roles import PERMISOS, Rol, exigir_permiso

SIN_LEER = {"readOnly": True, "description": "Del servidor: si se envía, se ignora."}
IDENTIFICADOR = {"X-Request-ID": "Nombre de la petición en la bitácora del servidor."}
GENERAL = """
API REST de Monitor, en JSON y UTF-8. Hay dos dialectos: el de `/api` responde los datos tal cual y los errores como
`{"error", "campos"}`; el de los catálogos y las solicitudes, en un sobre `{"success", "message", "data" | "detail"}`.

- Toda clave está siempre en la respuesta; lo que falta es `null`.
- Una ruta responde igual con barra final y sin ella. `HEAD` sirve donde sirve `GET`. Un método que la ruta no tiene
  es **405** con `Allow`; una ruta que no existe, **404**: siempre en JSON.
- Se revisa en este orden: método (405), token (401), rol (403), tamaño (413), tipo (415), cuerpo y campos (400),
  existencia (404), reglas (422) y conflictos (409).
- Los tipos son estrictos, y los campos y parámetros desconocidos se rechazan con el nombre más parecido.
- Cada respuesta lleva `X-Request-ID`: es el nombre de la petición en la bitácora del servidor.
"""
CABECERAS = IDENTIFICADOR | {
    "Retry-After": "Segundos que conviene esperar.",
    "WWW-Authenticate": "`Bearer`.",
    "Location": "Ruta de lo creado, codificada y sin barra final.",
}
A_VECES = {"Link"}
TITULOS = {
    400: "La petición está mal.",
    401: "Falta un token válido.",
    403: "No tiene permiso.",
    404: "No existe.",
    409: "Contradice el estado actual de los datos.",
    413: "El cuerpo es demasiado grande.",
    415: "El cuerpo no es JSON.",
    422: "Contradice una regla.",
    429: "Demasiados intentos.",
    500: "Falló el servidor; la causa está en su bitácora, bajo el `X-Request-ID`.",
    503: "La base de datos no responde; intente más tarde.",
}


class Generador(SchemaGenerator):
    def get_schema(self, *args, **kwargs):
        autodiscover_modules("openapi")
        esquema = super().get_schema(*args, **kwargs)
        esquema["info"]["description"] = GENERAL.strip()
        esquema["tags"] = [{"name": n, "description": d} for n, d in ETIQUETAS.items()]
        return esquema


class Esquema(AutoSchema):
    """Of one action; each method is a part of it that drf-spectacular asks for."""

    @property
    def vista(self) -> Descripcion:
        return VISTAS.get(type(self.view)) or Descripcion("", {}, {})

    @property
    def operacion(self) -> Operacion:
        operacion = self.vista.operaciones.get(self.view.action)
        if operacion is None:
            avisar(f"nadie describió {self.view.action} en un openapi.py")
            return Operacion(resumen=self.view.action)
        return operacion

    @property
    def accion(self):
        return self.view.acciones[self.view.action]

    @property
    def forma(self):
        return FORMAS[self.view.dialecto]

    def get_operation_id(self):
        metodos = [m for m, accion in self.view.action_map.items() if accion == self.view.action and m != "head"]
        partes = [type(self.view).__name__.removesuffix("ViewSet").lower(), self.view.action]
        return "_".join([*partes, self.method.lower()] if len(metodos) > 1 else partes)

    def get_summary(self):
        return self.operacion.resumen

    def get_description(self):
        return "\n\n".join(filter(None, [self.operacion.descripcion, self._quien()]))

    def get_tags(self):
        return [self.vista.etiqueta]

    def get_auth(self):
        if not self.accion.permiso:
            return []
        esquema = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Lo da el login; 8 horas."}
        self._registrar("token", esquema, ResolvedComponent.SECURITY_SCHEMA)
        return [{"token": []}]

    def _quien(self):
        roles = PERMISOS.get(self.accion.permiso, frozenset())
        if not self.accion.permiso:
            return "**Quién:** cualquiera, sin token."
        return f"**Quién:** {', '.join(rol.label for rol in Rol if rol in roles)}."

    # --- What it takes ---

    def _get_parameters(self):
        return [
            *(self._parametro("path", nombre, dict(self.vista.ruta[nombre])) for nombre in self._en_la_ruta()),
            *(self._de_consulta(nombre, campo) for nombre, campo in self._parametros()),
            *(
                self._parametro("header", nombre, {"type": "string", "description": descripcion})
                for nombre, descripcion in self.operacion.encabezados.items()
            ),
        ]

    def _en_la_ruta(self):
        return [nombre for nombre in self.vista.ruta if f"{{{nombre}}}" in self.path]

    def _parametros(self):
        return self.operacion.parametros.serializer.fields.items() if self.operacion.parametros else ()

    def _de_consulta(self, nombre, campo):
        return self._parametro("query", nombre, self._map_serializer_field(campo, "query"))

    def _parametro(self, lugar, nombre, esquema):
        parametro = {"in": lugar, "name": nombre, "description": esquema.pop("description", ""), "schema": esquema}
        return parametro | ({"required": True} if lugar == "path" else {})

    def _get_request_body(self, direction="request"):
        operacion = self.operacion
        if operacion.cuerpo is None:
            return None
        cuerpo = type(operacion.cuerpo)(partial=True) if operacion.parcial else operacion.cuerpo
        esquema = self.resolve_serializer(cuerpo, "request").ref
        if operacion.requeridos:
            llenos = {nombre: {"type": "string", "minLength": 1} for nombre in operacion.requeridos}
            esquema = {"allOf": [esquema, {"required": list(operacion.requeridos), "properties": llenos}]}
        contenido = {"schema": esquema}
        if operacion.peticion is not None:
            contenido["examples"] = {"ejemplo": {"value": operacion.peticion}}
        return {"required": not operacion.cuerpo_opcional, "content": {"application/json": contenido}}

    # --- What it answers ---

    def _get_response_bodies(self, direction="response"):
        respuestas = {} if self.operacion.solo_errores else {str(self.operacion.status): self._exito()}
        for error in self._errores():
            self._anadir_error(respuestas, error)
        respuestas |= {str(status): respuesta for status, respuesta in self.operacion.otras.items()}
        return dict(sorted(respuestas.items()))

    def _exito(self):
        operacion = self.operacion
        cabeceras = IDENTIFICADOR | dict(operacion.cabeceras)
        respuesta = {"description": "Hecho.", "headers": self._cabeceras(cabeceras)}
        contenido = dict(operacion.contenido)
        if operacion.respuesta is not None:
            datos = self.forma.datos(operacion.ejemplo, operacion.mensaje)
            contenido["application/json"] = {
                "schema": self.forma.exito(self._esquema_de(operacion.respuesta)),
                "examples": {"ejemplo": {"value": orjson.loads(self.view.dialecto.json(datos))}},
            }
        return respuesta | {"content": contenido}

    def _esquema_de(self, respuesta):
        if isinstance(respuesta, dict):
            return {clave: self._anidado(valor) for clave, valor in respuesta.items()}
        if isinstance(respuesta, serializers.ListSerializer):
            return {"type": "array", "items": self.resolve_serializer(respuesta.child, "response").ref}
        return self.resolve_serializer(respuesta, "response").ref

    def _anidado(self, valor):
        """A schema may hold serializers, at any depth."""
        if isinstance(valor, dict | serializers.BaseSerializer):
            return self._esquema_de(valor)
        return valor

    def _errores(self):
        """In the order in which they are checked."""
        operacion = self.operacion
        if self.accion.permiso:
            yield from (NoAutenticado(FALTA), NoAutenticado(INVALIDO))
            yield from _sin_permiso(self.accion.permiso)
        if operacion.cuerpo is not None:
            yield from (ErrorHTTP(413, LIMITE_PASADO), ErrorHTTP(415, OTRO_TIPO))
            yield from map(DatosInvalidos, ([] if operacion.cuerpo_opcional else [VACIO]) + [NO_ES_JSON, NO_ES_OBJETO])
        for invalido in operacion.invalidos:
            yield _al_leer(lambda cuerpo=invalido: operacion.cuerpo.leer(cuerpo, parcial=operacion.parcial))
        if operacion.parametros:
            yield _al_leer(lambda: operacion.parametros.leer(QueryDict(operacion.consulta_invalida)))
        yield from operacion.errores
        yield interno(500, self.accion.operacion)
        if operacion.usa_base:
            yield interno(503, self.accion.operacion)

    def _anadir_error(self, respuestas, error):
        response = responder_error(error, self.view.dialecto)
        cabeceras = IDENTIFICADOR | {n: CABECERAS[n] for n in response.headers if n in CABECERAS}
        nueva = {
            "description": TITULOS[response.status_code],
            "headers": self._cabeceras(cabeceras),
            "content": {"application/json": {"schema": self._esquema_de_error(), "examples": {}}},
        }
        respuesta = respuestas.setdefault(str(response.status_code), nueva)
        ejemplos = respuesta["content"]["application/json"]["examples"]
        ejemplos[slugify(error.mensaje)[:60]] = {"summary": error.mensaje, "value": orjson.loads(response.content)}

    def _esquema_de_error(self):
        return self._registrar(self.forma.nombre_del_error, self.forma.error, ResolvedComponent.SCHEMA)

    def _cabeceras(self, descripciones):
        propias = {
            nombre: {"description": descripcion, "required": nombre not in A_VECES, "schema": {"type": "string"}}
            for nombre, descripcion in descripciones.items()
        }
        comunes = CABECERAS.items() & descripciones.items()
        return propias | {n: self._registrar(n, propias[n], ResolvedComponent.HEADER) for n, _ in comunes}

    def _registrar(self, nombre, esquema, tipo):
        componente = ResolvedComponent(nombre, tipo, schema=esquema, object=nombre)
        self.registry.register_on_missing(componente)
        return componente.ref

    # --- Serializers ---

    def _get_serializer_name(self, serializer, direction, bypass_extensions=False):
        nombre = type(serializer).__name__.removesuffix("Serializer").removesuffix("Entrada")
        return nombre + ("Parcial" if serializer.partial else "") + ("Entrante" if direction == "request" else "")

    def _map_basic_serializer(self, serializer, direction):
        """A response has every key; a body has no other than those it may have."""
        if direction == "response":
            propiedades = {n: self._map_serializer_field(c, direction) for n, c in serializer.fields.items()}
            return {"type": "object", "properties": propiedades, "required": list(propiedades)}
        ignorados = getattr(getattr(serializer, "Meta", None), "ignorados", ())
        propiedades = {
            nombre: SIN_LEER if campo.read_only else self._map_serializer_field(campo, direction)
            for nombre, campo in serializer.fields.items()
        } | dict.fromkeys(ignorados, SIN_LEER)
        esquema = {"type": "object", "properties": propiedades, "additionalProperties": False}
        requeridos = [n for n, c in serializer.fields.items() if c.required and not c.read_only]
        return esquema | ({"required": requeridos} if requeridos and not serializer.partial else {})

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        meta = self._meta_de(field, direction)
        esquema = SENTIDOS[direction](field, self.forma)
        if esquema is None:
            return super()._map_serializer_field(field, direction, bypass_extensions)
        if meta.get("nullable") and "enum" in esquema:
            esquema["enum"] = [*esquema["enum"], None]
        return append_meta(esquema, meta)

    def _meta_de(self, campo, direction):
        meta = self._get_serializer_field_meta(campo, "response")
        meta = {clave: valor for clave, valor in meta.items() if clave in ("title", "nullable")}
        if direction == "query":
            meta = {}
        for clase in type(campo.parent).__mro__:
            if descripcion := CAMPOS.get(clase, {}).get(campo.field_name):
                return meta | {"description": descripcion}
        return meta


def _sin_permiso(permiso):
    """What a role that may not is told: the same for all such roles."""
    for rol in Rol:
        try:
            exigir_permiso(rol, permiso)
        except SinPermiso as error:
            return [error]
    return []


def _al_leer(leer):
    try:
        leer()
    except DatosInvalidos as error:
        return error
    raise AssertionError("el ejemplo de lo inválido es válido")
