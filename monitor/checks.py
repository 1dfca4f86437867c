from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connections


@register(Tags.database)
def sin_personas_de_demostracion(databases=None, **kwargs):
    """Return an error when the database has people of the demo, whose passwords are public, although DEMO is off. It
    runs with `check --database default`, and so with `serve`."""
    if settings.DEMO:
        return []
    return [error for alias in databases or [] for error in _personas(alias)]


def _personas(alias):
    usuario = apps.get_model("usuarios", "Usuario")
    # Before the first migration there are no people yet.
    if usuario._meta.db_table not in connections[alias].introspection.table_names():
        return []
    nombres = list(usuario.objects.using(alias).filter(es_demo=True).values_list("username", flat=True))
    if not nombres:
        return []
    return [
        Error(
            f"La base de datos tiene personas de demostración, con claves públicas: {', '.join(nombres)}.",
            hint="Empiece con una base vacía (DATABASE_URL, «manage.py migrate», «manage.py createsuperuser»). "
            "Si esto es la demostración, ponga DEMO=on.",
            id="monitor.E001",
        )
    ]
