from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models import fields


class MonitorConfig(AppConfig):
    name = "monitor"
    verbose_name = "Monitor"

    def ready(self):
        for listener in ("monitor.checks", "monitor.db.statements"):
            import_module(listener)
        # Django 6.1 would say «- Select an option -», which it has in no Spanish yet.
        fields.BLANK_CHOICE_LABEL = "---------"


class MonitorAdminConfig(AdminConfig):
    default_site = "monitor.admin.site.MonitorAdminSite"
