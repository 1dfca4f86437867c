from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models import fields
from django.utils.translation import trans_real

from monitor import palabras


class MonitorConfig(AppConfig):
    name = "monitor"
    verbose_name = "Monitor"

    def ready(self):
        for listener in ("monitor.checks", "monitor.db.sqlite", "monitor.db.statements"):
            import_module(listener)
        # Django 6.1 would say «- Select an option -», which it has in no Spanish yet.
        fields.BLANK_CHOICE_LABEL = "---------"
        trans_real.translation(settings.LANGUAGE_CODE).merge(palabras.Catalogue(palabras.ADMIN))


class MonitorAdminConfig(AdminConfig):
    default_site = "monitor.admin.site.MonitorAdminSite"

    def ready(self):
        super().ready()
        # Django's says «True» and «False» to who can't see it.
        import_module("django.contrib.admin.templatetags.admin_list")._boolean_icon = import_module(
            "monitor.admin.values"
        ).boolean_icon


class EstaticosConfig(StaticFilesConfig):
    """Collects nothing that no page of ours asks for: DRF's own pages, and the page of the description that ours isn't
    made of."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "rest_framework", "redoc"]
