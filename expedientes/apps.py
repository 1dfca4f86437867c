from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from expedientes.anexos import ANEXOS


class ExpedientesConfig(AppConfig):
    name = "expedientes"
    verbose_name = "Taller"

    def import_models(self):
        super().import_models()
        for anexo in ANEXOS:
            import_module(f"{self.name}.{anexo}.models")

    def ready(self):
        self.nombrar_datos(settings.DATO_NAMES)

    def nombrar_datos(self, nombres: list[str]) -> None:
        """Call `dato1` to `dato4` as the shop does, wherever people read of them. Migrations know them by the names
        that they were declared with, which Django keeps apart."""
        expediente = self.get_model("Expediente")
        for numero, nombre in enumerate(nombres, 1):
            if nombre:
                expediente._meta.get_field(f"dato{numero}").verbose_name = nombre
                expediente._meta.get_field(f"dato{numero}_fecha_hora").verbose_name = f"{nombre}: fecha y hora"
