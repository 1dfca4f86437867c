from django.apps import AppConfig


class ImportacionConfig(AppConfig):
    name = "monitor.importacion"
    label = "importacion"
    verbose_name = "Importaciones"
