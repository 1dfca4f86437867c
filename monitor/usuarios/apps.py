from django.apps import AppConfig


class UsuariosConfig(AppConfig):
    name = "monitor.usuarios"
    label = "usuarios"
    verbose_name = "Usuarios"
    default_auto_field = "django.db.models.BigAutoField"
