"""The addresses of the admin's pages."""

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ORDER_VAR
from django.db import models
from django.urls import reverse
from django.utils.http import urlencode


def route(model: type[models.Model], view: str, *keys) -> str:
    """Return the address of a page of a model: of its `changelist`, of its `add`, or of the `change` of the row with a
    key, in which the admin writes some letters otherwise."""
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=[quote(key) for key in keys])


def list_route(model_admin: ModelAdmin, request, filtro: dict, orden: str = "") -> str:
    """Return the address of a list with these parameters of its filters, sorted by a column of it, if not as the list
    itself is."""
    parametros = dict(filtro)
    if orden:
        con_casillas = bool(model_admin.get_actions(request))  # the first column, for who may choose rows
        parametros[ORDER_VAR] = model_admin.list_display.index(orden) + con_casillas
    return f"{route(model_admin.model, 'changelist')}?{urlencode(parametros)}"
