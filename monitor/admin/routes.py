"""The addresses of the admin's pages."""

from django.contrib.admin.utils import quote
from django.db import models
from django.urls import reverse


def route(model: type[models.Model], view: str, *keys) -> str:
    """Return the address of a page of a model: of its `changelist`, of its `add`, or of the `change` of the row with a
    key, in which the admin writes some letters otherwise."""
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{view}", args=[quote(key) for key in keys])
