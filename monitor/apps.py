from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class MonitorConfig(AppConfig):
    name = "monitor"
    verbose_name = "Monitor"

    def ready(self):
        import_module("monitor.checks")


class MonitorAdminConfig(AdminConfig):
    default_site = "monitor.admin.site.MonitorAdminSite"
