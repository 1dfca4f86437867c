from django.apps import AppConfig


class CatalogosConfig(AppConfig):
    name = "catalogos"
    verbose_name = "Catálogos"
