"""Kept values, such as those of a history or of an archived copy, as people read them in the admin."""

from typing import Any

from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ValidationError
from django.db import models
from django.templatetags.static import static
from django.utils.html import format_html

SI_NO = {True: "Sí", False: "No"}
ICONOS = {True: "yes", False: "no", None: "unknown"}


def show(field: models.Field | None, value: Any) -> str:
    """Return a value of a field, or of a column that is gone, as text. What the field doesn't take any more, or has no
    date in the local time zone, is shown as it was kept."""
    if value is None:
        return "—"
    if isinstance(value, bool) or isinstance(field, models.BooleanField):
        return SI_NO[value]
    try:
        return str(display_for_field(field.to_python(value), field, "—") if field else value)
    except (ValidationError, OverflowError):  # the local time has no date for some moments
        return str(value)


def boolean_icon(value: bool | None) -> str:
    """Return the HTML of the icon for a flag, as Django has it, in words for who doesn't see it."""
    return format_html(
        '<img src="{}" alt="{}">', static(f"admin/img/icon-{ICONOS[value]}.svg"), SI_NO.get(value, "Sin confirmar")
    )
