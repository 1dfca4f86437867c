"""The words with which each app's `openapi.py` describes its views for `monitor.api.openapi.generator`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from monitor.api.params import QueryParams
from monitor.api.serializers import StrictSerializer
from monitor.errores import ErrorDeDominio


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The description of what an action takes and answers.

    Examples are Python values, and the dialect writes them. `invalid` are bodies, and `invalid_query` a query, whose
    errors the description shows. `required` are the fields that the action asks for although its serializer doesn't.
    """

    summary: str
    description: str = ""
    status: int = 200
    response: serializers.BaseSerializer | dict | None = None
    example: Any = None
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[int, dict] = field(default_factory=dict)
    content: Mapping[str, dict] = field(default_factory=dict)
    body: StrictSerializer | None = None
    optional_body: bool = False
    partial: bool = False
    required: tuple[str, ...] = ()
    request: Mapping[str, Any] | None = None
    invalid: tuple[Mapping[str, Any], ...] = ()
    params: QueryParams | None = None
    invalid_query: str = ""
    request_headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[ErrorDeDominio, ...] = ()
    uses_database: bool = True
    only_errors: bool = False


@dataclass(frozen=True)
class Description:
    tag: str
    path: Mapping[str, dict]
    operations: Mapping[str, Operation]


VIEWS: dict[type, Description] = {}
TAGS: dict[str, str] = {}
FIELDS: dict[type, Mapping[str, str]] = {}


def describe(view: type, tag: str, *, path: Mapping[str, dict] | None = None, **operations: Operation):
    """Describe a view and its actions under a tag. `path` has the schema, with its description, of each piece of the
    path that varies."""
    VIEWS[view] = Description(tag, path or {}, operations)


def describe_tag(name: str, description: str):
    TAGS[name] = description


def describe_fields(serializer: type, **descriptions: str):
    """Describe the fields of a serializer and of those made from it, or the parameters of a list."""
    FIELDS[serializer] = descriptions
