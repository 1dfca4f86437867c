from tempfile import TemporaryFile
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import connections

from monitor.archivos import ALMACEN

PRODUCCION = "produccion"  # the tag of the checks that `serve` runs as well as `check --deploy`
DE_NADIE = {"127.0.0.1", "localhost", "::1", "monitor.example.org"}


@checks.register(checks.Tags.database)
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
        checks.Error(
            f"La base de datos tiene personas de demostración, con claves públicas: {', '.join(nombres)}.",
            hint="Empiece con una base vacía (DATABASE_URL, «manage.py migrate», «manage.py createsuperuser»). "
            "Si esto es la demostración, ponga DEMO=on.",
            id="monitor.E001",
        )
    ]


@checks.register(PRODUCCION, deploy=True)
def con_proxies_si_hay_https(**kwargs):
    """Return a warning when nothing can say that a request came over HTTPS: Monitor itself never speaks TLS."""
    if not settings.HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Warning(
            "HTTPS=on, y TRUSTED_PROXIES está vacía: el admin redirigirá sin fin y la API responderá 403 a todo.",
            hint="Ponga en TRUSTED_PROXIES la dirección del proxy que termina TLS (127.0.0.1 si está en esta máquina). "
            "En una red sin TLS, ponga HTTPS=off.",
            id="monitor.W001",
        )
    ]


@checks.register(PRODUCCION, deploy=True)
def con_dos_secretos(**kwargs):
    """Return a warning when one secret signs both the admin's sessions and the API's tokens."""
    if settings.SECRET_KEY != settings.JWT_SECRET:
        return []
    return [
        checks.Warning(
            "SECRET_KEY y JWT_SECRET son iguales: quien conozca uno puede hacer sesiones del admin y tokens de la API.",
            hint="Ponga otro valor en JWT_SECRET; los tokens que ya se dieron dejarán de servir. Uno al azar: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="monitor.W002",
        )
    ]


@checks.register(PRODUCCION, deploy=True)
def sin_secretos_anteriores(**kwargs):
    """Return a warning while what former secrets signed is good: nobody else would remember to take them off."""
    nombres = [nombre for nombre in ("SECRET_KEY_FALLBACKS", "JWT_SECRET_FALLBACKS") if getattr(settings, nombre)]
    if not nombres:
        return []
    return [
        checks.Warning(
            f"Sigue valiendo lo que firmaron los secretos anteriores: {' y '.join(nombres)}.",
            hint="A las 12 horas de haberlos cambiado ya venció todo: quítelos y reinicie Monitor.",
            id="monitor.W007",
        )
    ]


@checks.register(PRODUCCION, deploy=True)
def con_direccion_propia(**kwargs):
    """Return a warning when the links in mails lead to this machine, or to the example's name."""
    if settings.DEMO or urlsplit(settings.PUBLIC_URL).hostname not in DE_NADIE:
        return []
    return [
        checks.Warning(
            f"Los enlaces de los correos llevan a {settings.PUBLIC_URL}, a donde las personas no llegan.",
            hint="Ponga en PUBLIC_URL la dirección por la que se entra a Monitor, como https://monitor.taller.mx, o en "
            "ALLOWED_HOSTS ese nombre antes que los demás.",
            id="monitor.W003",
        )
    ]


@checks.register(PRODUCCION, deploy=True)
def con_donde_guardar_archivos(**kwargs):
    """Return an error when the folder of files can't be written: the server keeps large bodies there too."""
    try:
        with TemporaryFile(dir=ALMACEN.entrantes):
            return []
    except OSError as error:
        return [
            checks.Error(
                f"En la carpeta de los archivos no se puede escribir ({ALMACEN.raiz}): {error.strerror}.",
                hint="Póngala en ARCHIVOS_DIR, o dé a quien corre Monitor permiso de escribir en ella.",
                id="monitor.E002",
            )
        ]
