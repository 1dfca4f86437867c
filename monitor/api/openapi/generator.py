"""The API's description (OpenAPI), made of the views' tables of actions and of what each app says in its `openapi.py`.

From the action follow who may use it, what can be wrong in a body or a URL, and where the server can fail. The code
that answers the errors writes their examples. An action that nobody described is an error of the generator.
"""

import orjson
from django.http import QueryDict
from django.utils.module_loading import autodiscover_modules
from django.utils.text import slugify
from drf_spectacular.drainage import error as warn
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, append_meta
from rest_framework import serializers

from monitor.api.authentication import FALTA
from monitor.api.body import LIMITE_PASADO, NO_ES_JSON, NO_ES_OBJETO, OTRO_TIPO, VACIO
from monitor.api.errors import HttpError, error_response, internal
from monitor.api.openapi.description import FIELDS, TAGS, VIEWS, Description, Operation
from monitor.api.openapi.json_schema import DIRECTIONS, SCHEMAS
from monitor.api.tokens import INVALIDO
from monitor.errores import DatosInvalidos, NoAutenticado, SinPermiso
from monitor.roles import PERMISOS, Rol, exigir_permiso

NOT_READ = {"readOnly": True, "description": "Del servidor: si se envía, se ignora."}
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
- Cada respuesta lleva `X-Request-ID`: es el nombre de la petición en la bitácora del servidor.
"""
HEADERS = REQUEST_ID | {
    "Retry-After": "Segundos que conviene esperar.",
    "WWW-Authenticate": "`Bearer`.",
    "X-Error-Code": "Palabra que dice la causa y no cambia; la tabla está en docs/contrato.md.",
    "Location": "Ruta de lo creado, codificada y sin barra final.",
}
SOMETIMES = {"Link"}
TITLES = {
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


class ApiGenerator(SchemaGenerator):
    def get_schema(self, *args, **kwargs):
        autodiscover_modules("openapi")
        schema = super().get_schema(*args, **kwargs)
        schema["info"]["description"] = GENERAL.strip()
        schema["tags"] = [{"name": n, "description": d} for n, d in TAGS.items()]
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
        schema = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "Lo da el login; 8 horas."}
        self._register("token", schema, ResolvedComponent.SECURITY_SCHEMA)
        return [{"token": []}]

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
                for name, description in self.operation.request_headers.items()
            ),
        ]

    def _in_path(self):
        return [name for name in self.described.path if f"{{{name}}}" in self.path]

    def _query_fields(self):
        return self.operation.params.serializer.fields.items() if self.operation.params else ()

    def _query_param(self, name, field):
        return self._param("query", name, self._map_serializer_field(field, "query"))

    def _param(self, where, name, schema):
        param = {"in": where, "name": name, "description": schema.pop("description", ""), "schema": schema}
        return param | ({"required": True} if where == "path" else {})

    def _get_request_body(self, direction="request"):
        operation = self.operation
        if operation.body is None:
            return None
        body = type(operation.body)(partial=True) if operation.partial else operation.body
        schema = self.resolve_serializer(body, "request").ref
        if operation.required:
            filled = {name: {"type": "string", "minLength": 1} for name in operation.required}
            schema = {"allOf": [schema, {"required": list(operation.required), "properties": filled}]}
        content = {"schema": schema}
        if operation.request is not None:
            content["examples"] = {"ejemplo": {"value": operation.request}}
        return {"required": not operation.optional_body, "content": {"application/json": content}}

    # --- Responses ---

    def _get_response_bodies(self, direction="response"):
        responses = {} if self.operation.only_errors else {str(self.operation.status): self._success()}
        for error in self._errors():
            self._add_error(responses, error)
        responses |= {str(status): response for status, response in self.operation.others.items()}
        return dict(sorted(responses.items()))

    def _success(self):
        operation = self.operation
        headers = REQUEST_ID | dict(operation.headers)
        response = {"description": "Hecho.", "headers": self._headers(headers)}
        content = dict(operation.content)
        if operation.response is not None:
            data = self.dialect_schemas.data(operation.example, operation.message)
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

    def _errors(self):
        """Yield the errors of the operation in the order in which they are checked."""
        operation = self.operation
        if self.row.permiso:
            yield from (NoAutenticado(FALTA), NoAutenticado(INVALIDO))
            yield from _forbidden(self.row.permiso)
        if operation.body is not None:
            yield from (HttpError(413, LIMITE_PASADO), HttpError(415, OTRO_TIPO))
            yield from map(DatosInvalidos, ([] if operation.optional_body else [VACIO]) + [NO_ES_JSON, NO_ES_OBJETO])
        for invalid in operation.invalid:
            yield _error_of(lambda body=invalid: operation.body.read(body, partial=operation.partial))
        if operation.params:
            yield _error_of(lambda: operation.params.read(QueryDict(operation.invalid_query)))
        yield from operation.errors
        yield internal(500, self.row.operacion)
        if operation.uses_database:
            yield internal(503, self.row.operacion)

    def _add_error(self, responses, error):
        answer = error_response(error, self.view.dialect)
        headers = REQUEST_ID | {name: HEADERS[name] for name in answer.headers if name in HEADERS}
        new = {
            "description": TITLES[answer.status_code],
            "headers": self._headers(headers),
            "content": {"application/json": {"schema": self._error_schema(), "examples": {}}},
        }
        response = responses.setdefault(str(answer.status_code), new)
        examples = response["content"]["application/json"]["examples"]
        examples[slugify(error.mensaje)[:60]] = {"summary": error.mensaje, "value": orjson.loads(answer.content)}

    def _error_schema(self):
        return self._register(self.dialect_schemas.error_name, self.dialect_schemas.error, ResolvedComponent.SCHEMA)

    def _headers(self, descriptions):
        own = {
            name: {"description": description, "required": name not in SOMETIMES, "schema": {"type": "string"}}
            for name, description in descriptions.items()
        }
        common = HEADERS.items() & descriptions.items()
        return own | {n: self._register(n, own[n], ResolvedComponent.HEADER) for n, _ in common}

    def _register(self, name, schema, kind):
        component = ResolvedComponent(name, kind, schema=schema, object=name)
        self.registry.register_on_missing(component)
        return component.ref

    # --- Serializers ---

    def _get_serializer_name(self, serializer, direction, bypass_extensions=False):
        name = type(serializer).__name__.removesuffix("Serializer").removesuffix("Entrada")
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
        required = [n for n, c in serializer.fields.items() if c.required and not c.read_only]
        return schema | ({"required": required} if required and not serializer.partial else {})

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        meta = self._meta_of(field, direction)
        schema = DIRECTIONS[direction](field, self.dialect_schemas)
        if schema is None:
            return super()._map_serializer_field(field, direction, bypass_extensions)
        if meta.get("nullable") and "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
        return append_meta(schema, meta)

    def _meta_of(self, field, direction):
        meta = self._get_serializer_field_meta(field, "response")
        meta = {key: value for key, value in meta.items() if key in ("title", "nullable")}
        if direction == "query":
            meta = {}
        for cls in type(field.parent).__mro__:
            if description := FIELDS.get(cls, {}).get(field.field_name):
                return meta | {"description": description}
        return meta


def _forbidden(permiso):
    """Return the error that a role without the permission is told, which is the same for all such roles."""
    for rol in Rol:
        try:
            exigir_permiso(rol, permiso)
        except SinPermiso as error:
            return [error]
    return []


def _error_of(read):
    try:
        read()
    except DatosInvalidos as error:
        return error
    raise AssertionError("el ejemplo de lo inválido es válido")
