from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CambiosConfig(AppConfig):
    name = "monitor.cambios"
    verbose_name = "Cambios"

    def ready(self):
        triggers = import_module("monitor.db.triggers")
        pre_migrate.connect(triggers.drop, sender=self)
        post_migrate.connect(triggers.make_after_migrating, sender=self)
