from django.apps import AppConfig


class UsuariosConfig(AppConfig):
    name = "monitor.usuarios"
    label = "usuarios"
    verbose_name = "Administración"
    default_auto_field = "django.db.models.BigAutoField"
