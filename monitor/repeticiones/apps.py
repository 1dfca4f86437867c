from django.apps import AppConfig


class RepeticionesConfig(AppConfig):
    name = "monitor.repeticiones"
    label = "repeticiones"
    verbose_name = "Repeticiones"
