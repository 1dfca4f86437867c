from django.apps import AppConfig


class ExpedientesConfig(AppConfig):
    name = "expedientes"
    verbose_name = "Expedientes"
