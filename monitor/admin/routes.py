"""The addresses of the admin's pages."""

from collections.abc import Callable

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


def list_routes(model_admin: ModelAdmin, request) -> Callable[..., str]:
    """Return a function that gives the address of the list with some parameters of its filters, sorted by a column of
    it, if not as the list itself is."""
    lista = route(model_admin.model, "changelist")
    primera = int(bool(model_admin.get_actions(request)))  # after the boxes, for who may choose rows

    def ruta(filtro: dict, orden: str = "") -> str:
        en_orden = {ORDER_VAR: model_admin.list_display.index(orden) + primera} if orden else {}
        return f"{lista}?{urlencode(filtro | en_orden)}"

    return ruta
