from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class MonitorConfig(AppConfig):
    name = "monitor"
    verbose_name = "Monitor"


class MonitorAdminConfig(AdminConfig):
    default_site = "monitor.admin.MonitorAdminSite"
