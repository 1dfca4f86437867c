from importlib import import_module

from django.apps import AppConfig

from expedientes.anexos import ANEXOS


class ExpedientesConfig(AppConfig):
    name = "expedientes"
    verbose_name = "Expedientes"

    def import_models(self):
        super().import_models()
        for anexo in ANEXOS:
            import_module(f"{self.name}.{anexo}.models")
