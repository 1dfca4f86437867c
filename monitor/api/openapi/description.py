"""The words with which each app's `openapi.py` describes its views for `monitor.api.openapi.generator`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from monitor.api.serializers import StrictSerializer
from monitor.errores import ErrorDeDominio


@dataclass(frozen=True, kw_only=True)
class Operation:
    """The description of what an action takes and answers.

    Examples are Python values, and the dialect writes them; one that depends on the day is a function that gives it.
    `invalid` are bodies, and `invalid_query` a query, whose errors the description shows. `form` has the schema of each
    part of a form, for an action that takes a file. With `never_empty` the action refuses a body that changes nothing.
    The answer of one that is `tagged` has the row's ETag; `stale` is the sentence of an action that writes a row on
    condition, for who saw another state of it. What isn't `listed` can't but fail, and no client is to be made for it.
    """

    summary: str
    description: str = ""
    status: int = 200
    response: serializers.BaseSerializer | dict | None = None
    example: Any | Callable[[], Any] = None
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[int, dict] = field(default_factory=dict)
    content: Mapping[str, dict] = field(default_factory=dict)
    body: StrictSerializer | None = None
    form: Mapping[str, dict] = field(default_factory=dict)
    optional_body: bool = False
    partial: bool = False
    never_empty: bool = False
    request: Mapping[str, Any] | Callable[[], Mapping[str, Any]] | None = None
    invalid: tuple[Mapping[str, Any], ...] = ()
    invalid_query: str = "inventado=1"
    request_headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[ErrorDeDominio, ...] = ()
    tagged: bool = False
    stale: str = ""
    uses_database: bool = True
    listed: bool = True


# What an operation says that doesn't answer again what its caller has.
UNLESS_KNOWN: Mapping[str, Any] = {
    "request_headers": {"If-None-Match": "El `ETag` que ya se tiene."},
    "others": {304: {"description": "Nada cambió desde ese `ETag`."}},
}


def done(**others: dict) -> dict:
    """Return the schema of the answer that says that something was done, with the schema of what else it says."""
    properties = {"ok": {"type": "boolean", "const": True}, **others}
    return {"type": "object", "properties": properties, "required": [*properties]}


@dataclass(frozen=True)
class Description:
    tag: str
    path: Mapping[str, dict]
    operations: Mapping[str, Operation]


VIEWS: dict[type, Description] = {}
TAGS: dict[str, tuple[str, str]] = {}
FIELDS: dict[type, Mapping[str, str]] = {}
NAMES: dict[type, str] = {}
CHOICES: dict[tuple[str, ...], str] = {}
CHOICE_FIELDS: dict[tuple[type, str], tuple[str, ...]] = {}


def describe(view: type, tag: str, *, path: Mapping[str, dict] | None = None, **operations: Operation):
    """Describe a view and its actions under a tag. `path` has the schema, with its description, of each piece of the
    path that varies."""
    VIEWS[view] = Description(tag, path or {}, operations)


def describe_tag(name: str, description: str, title: str = ""):
    """Describe a tag. Generators make modules and classes of its name, so it has no accents; people read the title."""
    TAGS[name] = (description, title or name)


def describe_fields(serializer: type, **descriptions: str):
    """Describe the fields of a serializer and of those made from it, or the parameters of a list."""
    FIELDS[serializer] = descriptions


def name_component(serializer: type, name: str):
    """Give the objects of a serializer another name than its class has, for those who don't know our code."""
    NAMES[serializer] = name


def name_choices(name: str, values: Iterable[str], **fields: type):
    """Name the set of values that some fields choose from: generators make a type of it. `fields` are those whose
    serializer, which stands beside each, takes them for any text."""
    CHOICES[tuple(values)] = name
    CHOICE_FIELDS.update(((serializer, name), tuple(values)) for name, serializer in fields.items())
