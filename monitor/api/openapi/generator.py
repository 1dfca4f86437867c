"""The API's description (OpenAPI), made of the views' tables of actions and of what each app says in its `openapi.py`.

From the action follow who may use it, what can be wrong in a body or a URL, and where the server can fail. The code
that answers the errors writes their examples. An action that nobody described is an error of the generator.
"""

import re

import orjson
from django.utils.module_loading import autodiscover_modules
from django.utils.text import slugify
from drf_spectacular.drainage import error as warn
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, append_meta, safe_ref
from rest_framework import serializers

from monitor.api.errors import error_response
from monitor.api.idempotency import HEADER, METHODS, PATTERN, REPLAYED
from monitor.api.lists import UNTIL
from monitor.api.openapi.description import (
    CHOICE_FIELDS,
    CHOICES,
    FIELDS,
    NAMES,
    TAGS,
    VIEWS,
    Description,
    Operation,
)
from monitor.api.openapi.errors import TITLES, errors_of, name_of
from monitor.api.openapi.json_schema import DIRECTIONS, SCHEMAS, VACIA
from monitor.roles import PERMISOS, Rol

# Not `readOnly`: a body may have it, and drf-spectacular would take it off, so that what was read couldn't be sent.
NOT_READ = {"description": "Del servidor: si se envía, se ignora."}
ETAG = {"ETag": "Cambia cuando cambia cualquier cosa de lo que se lee ahí."}
IF_MATCH = {"If-Match": "El `ETag` de lo que se leyó: si ya es otro, la respuesta es 412 y no se escribe nada."}
BEARER = "El token que da el login, de 8 horas; o la llave de un programa, `mon_…`."
REQUEST_ID = {"X-Request-ID": "Nombre de la petición en la bitácora del servidor."}
GENERAL = """
API REST de Monitor, en JSON y UTF-8. Hay dos dialectos: el de `/api` responde los datos tal cual y los errores como
`{"error", "campos"}`; el de los catálogos y las solicitudes, en un sobre `{"success", "message", "data" | "detail"}`.

- Toda clave está siempre en la respuesta; lo que falta es `null`.
- Una ruta responde igual con barra final y sin ella. `HEAD` sirve donde sirve `GET`. Un método que la ruta no tiene
  es **405** con `Allow`; una ruta que no existe, **404**: siempre en JSON.
- Se revisa en este orden: método (405), token (401), rol (403), tamaño (413), tipo (415), cuerpo y campos (400),
  existencia (404), reglas (422) y conflictos (409).
- Los tipos son estrictos, y los campos y parámetros desconocidos se rechazan con el nombre más parecido.
- Con `Idempotency-Key`, repetir una escritura no la hace dos veces: la respuesta es la de la primera.
- Cada respuesta lleva `X-Request-ID`: es el nombre de la petición en la bitácora del servidor.
"""
HEADERS = REQUEST_ID | {
    "Retry-After": "Segundos que conviene esperar.",
    "WWW-Authenticate": "`Bearer`.",
    "X-Error-Code": "Palabra que dice la causa y no cambia; la tabla está en docs/contrato.md.",
    "Location": "Ruta de lo creado, codificada y sin barra final.",
    REPLAYED: "`true`, si es la respuesta guardada de la primera vez.",
}
SOMETIMES = {"Link", UNTIL, REPLAYED}
KEY = {
    "type": "string",
    "pattern": PATTERN,
    "description": "Un nombre para esta petición, que la misma persona no ha usado en 72 horas. Repetida con él, se"
    " hace una sola vez, y cada vez responde lo que la primera.",
}
LICENSE = {"name": "Propietaria", "identifier": "LicenseRef-Propietaria"}
SERVER = {"url": "/", "description": "El servidor que da esta descripción."}


class ApiGenerator(SchemaGenerator):
    def get_schema(self, *args, **kwargs):
        autodiscover_modules("openapi")
        schema = super().get_schema(*args, **kwargs)
        schema["info"] |= {"description": GENERAL.strip(), "license": LICENSE}
        schema["servers"] = [SERVER]
        schema["tags"] = [{"name": n, "description": d, "x-displayName": t} for n, (d, t) in TAGS.items()]
        return schema


class OperationSchema(AutoSchema):
    """The OpenAPI operation of one action. Each method gives a part of it that drf-spectacular asks for."""

    @property
    def described(self) -> Description:
        return VIEWS.get(type(self.view)) or Description("", {}, {})

    @property
    def operation(self) -> Operation:
        operation = self.described.operations.get(self.view.action)
        if operation is None:
            warn(f"nadie describió {self.view.action} en un openapi.py")
            return Operation(summary=self.view.action)
        return operation

    @property
    def row(self):
        """Return the action's row in the view's table."""
        return self.view.acciones[self.view.action]

    @property
    def takes_key(self):
        return self.view.takes_key and self.method in METHODS

    @property
    def dialect_schemas(self):
        return SCHEMAS[self.view.dialect]

    def get_operation_id(self):
        methods = [m for m, action in self.view.action_map.items() if action == self.view.action and m != "head"]
        parts = [type(self.view).__name__.removesuffix("ViewSet").lower(), self.view.action]
        return "_".join([*parts, self.method.lower()] if len(methods) > 1 else parts)

    def get_summary(self):
        return self.operation.summary

    def get_description(self):
        return "\n\n".join(filter(None, [self.operation.description, self._who()]))

    def get_tags(self):
        return [self.described.tag]

    def get_auth(self):
        if not self.row.permiso:
            return []
        schema = {"type": "http", "scheme": "bearer", "description": BEARER}
        self._register("token", schema, ResolvedComponent.SECURITY_SCHEMA)
        return [{"token": []}]

    def is_excluded(self):
        return not self.operation.listed

    def get_operation(self, *args):
        """Return the operation; an open one says so, because to say nothing means nothing to some generators."""
        operation = super().get_operation(*args)
        return operation and {"security": []} | operation

    def _who(self):
        roles = PERMISOS.get(self.row.permiso, frozenset())
        if not self.row.permiso:
            return "**Quién:** cualquiera, sin token."
        return f"**Quién:** {', '.join(rol.label for rol in Rol if rol in roles)}."

    # --- Parameters and bodies ---

    def _get_parameters(self):
        return [
            *(self._param("path", name, dict(self.described.path[name])) for name in self._in_path()),
            *(self._query_param(name, field) for name, field in self._query_fields()),
            *(
                self._param("header", name, {"type": "string", "description": description})
                for name, description in self._request_headers().items()
            ),
            *([self._param("header", HEADER, dict(KEY))] if self.takes_key else []),
        ]

    def _request_headers(self):
        return dict(self.operation.request_headers) | (IF_MATCH if self.operation.stale else {})

    def _in_path(self):
        names = re.findall(r"{(\w+)}", self.path)
        for name in set(names) - self.described.path.keys():
            warn(f"nadie describió {{{name}}} de {self.path} en un openapi.py")
        return [name for name in names if name in self.described.path]

    def _query_fields(self):
        return self.row.params.serializer.fields.items()

    def _query_param(self, name, field):
        return self._param("query", name, self._map_serializer_field(field, "query"))

    def _param(self, where, name, schema):
        param = {"in": where, "name": name, "description": schema.pop("description", ""), "schema": safe_ref(schema)}
        return param | ({"required": True} if where == "path" else {})

    def _get_request_body(self, direction="request"):
        operation = self.operation
        if operation.form:
            name, *_ = operation.form
            schema = {"type": "object", "properties": dict(operation.form), "required": [name]}
            return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
        if operation.body is None:
            return None
        body = type(operation.body)(partial=True) if operation.partial else operation.body
        content = {"schema": self.resolve_serializer(body, "request").ref}
        if operation.request is not None:
            content["examples"] = {"ejemplo": {"value": _given(operation.request)}}
        return {"required": not operation.optional_body, "content": {"application/json": content}}

    # --- Responses ---

    def _get_response_bodies(self, direction="response"):
        errors = {}
        for error in errors_of(self.operation, self.row, takes_key=self.takes_key):
            self._add_error(errors, error)
        responses = {str(self.operation.status): self._success()}
        responses |= {status: self._shared(status, response) for status, response in errors.items()}
        responses |= {str(status): response for status, response in self.operation.others.items()}
        return dict(sorted(responses.items()))

    def _success(self):
        operation = self.operation
        headers = REQUEST_ID | dict(operation.headers) | (ETAG if operation.tagged else {})
        if self.takes_key:
            headers[REPLAYED] = HEADERS[REPLAYED]
        response = {"description": "Hecho.", "headers": self._headers(headers)}
        content = dict(operation.content)
        if operation.response is not None:
            data = self.dialect_schemas.data(_given(operation.example), operation.message)
            content["application/json"] = {
                "schema": self.dialect_schemas.success(self._schema_of(operation.response)),
                "examples": {"ejemplo": {"value": orjson.loads(self.view.dialect.json(data))}},
            }
        return response | {"content": content}

    def _schema_of(self, response):
        if isinstance(response, dict):
            return {key: self._nested(value) for key, value in response.items()}
        if isinstance(response, serializers.ListSerializer):
            return {"type": "array", "items": self.resolve_serializer(response.child, "response").ref}
        return self.resolve_serializer(response, "response").ref

    def _nested(self, value):
        """Return a value of a schema, in which serializers may stand at any depth."""
        if isinstance(value, dict | serializers.BaseSerializer):
            return self._schema_of(value)
        return value

    def _add_error(self, responses, error):
        answer = error_response(error, self.view.dialect)
        headers = REQUEST_ID | {name: HEADERS[name] for name in answer.headers if name in HEADERS}
        new = {
            "description": TITLES[answer.status_code],
            "headers": self._headers(headers),
            "content": {"application/json": {"schema": self._error_schema(), "examples": {}}},
        }
        response = responses.setdefault(str(answer.status_code), new)
        response["headers"] |= {
            name: header(HEADERS[name], required=False) for name in new["headers"].keys() ^ response["headers"].keys()
        }
        examples = response["content"]["application/json"]["examples"]
        examples[slugify(error.mensaje)[:60]] = {"summary": error.mensaje, "value": orjson.loads(answer.content)}

    def _shared(self, status, response):
        """Return a reference to an error's answer among the components, where the operations that answer it share
        it."""
        name = name_of(response["content"]["application/json"]["examples"])
        return self._register(
            f"{self.dialect_schemas.error_name}_{status}_{name}", response, ResolvedComponent.RESPONSE
        )

    def _error_schema(self):
        return self._register(self.dialect_schemas.error_name, self.dialect_schemas.error, ResolvedComponent.SCHEMA)

    def _headers(self, descriptions):
        own = {name: header(text, required=name not in SOMETIMES) for name, text in descriptions.items()}
        common = HEADERS.items() & descriptions.items()
        return own | {n: self._register(n, own[n], ResolvedComponent.HEADER) for n, _ in common}

    def _register(self, name, schema, kind):
        component = ResolvedComponent(name, kind, schema=schema, object=name)
        self.registry.register_on_missing(component)
        if self.registry[component].schema != schema:
            warn(f"{name} nombra dos cosas distintas")
        return component.ref

    # --- Serializers ---

    def _get_serializer_name(self, serializer, direction, bypass_extensions=False):
        name = NAMES.get(type(serializer)) or re.sub("(Serializer|Entrada|Salida)$", "", type(serializer).__name__)
        return name + ("Parcial" if serializer.partial else "") + ("Entrante" if direction == "request" else "")

    def _map_basic_serializer(self, serializer, direction):
        """Return the schema of an object: a response has every key, and a body has no keys that the serializer doesn't
        know."""
        if direction == "response":
            properties = {n: self._map_serializer_field(c, direction) for n, c in serializer.fields.items()}
            return {"type": "object", "properties": properties, "required": list(properties)}
        ignored = getattr(getattr(serializer, "Meta", None), "ignored", ())
        properties = {
            name: NOT_READ if field.read_only else self._map_serializer_field(field, direction)
            for name, field in serializer.fields.items()
        } | dict.fromkeys(ignored, NOT_READ)
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if serializer.partial:
            return schema | ({"minProperties": 1} if self.operation.never_empty else {})
        required = [n for n, c in serializer.fields.items() if c.required and not c.read_only]
        return schema | ({"required": required} if required else {})

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        meta = self._meta_of(field, direction)
        if values := self._choices(field):
            schema = self._enum(values, field)
            meta.pop("title", None)
        else:
            schema = DIRECTIONS[direction](field, self.dialect_schemas)
        if schema is None:
            return super()._map_serializer_field(field, direction, bypass_extensions)
        return append_meta(schema, meta)

    def _choices(self, field):
        """Return the values that a field chooses from, by its class or by what its description says."""
        if isinstance(field, serializers.ChoiceField):
            return tuple(field.choices)
        found = (CHOICE_FIELDS.get((cls, field.field_name)) for cls in type(field.parent).__mro__)
        return next(filter(None, found), None)

    def _enum(self, values, field):
        if values not in CHOICES:
            warn(f"nadie nombró los valores de {field.field_name} en un openapi.py")
        enum = {"type": "string", "enum": list(values)}
        ref = self._register(CHOICES.get(values, field.field_name), enum, ResolvedComponent.SCHEMA)
        return {"anyOf": [ref, VACIA]} if getattr(field, "allow_blank", False) else ref

    def _meta_of(self, field, direction):
        meta = self._get_serializer_field_meta(field, "response")
        meta = {key: value for key, value in meta.items() if key in ("title", "nullable")}
        if direction == "query":
            meta = {}
        for cls in type(field.parent).__mro__:
            if description := FIELDS.get(cls, {}).get(field.field_name):
                return meta | {"description": description}
        return meta


def header(description: str, *, required: bool) -> dict:
    return {"description": description, "required": required, "schema": {"type": "string"}}


def _given(example):
    return example() if callable(example) else example
