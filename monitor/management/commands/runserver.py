from django.conf import settings
from django.contrib.staticfiles.management.commands import runserver
from django.core.management.base import CommandError


class Command(runserver.Command):
    """Django's command, for whoever develops. Nothing is checked before it serves, and it has no limits."""

    def handle(self, *args, **options):
        if not settings.DEBUG:
            raise CommandError("El servidor de desarrollo sólo corre con DEBUG=on. En su lugar: manage.py serve")
        super().handle(*args, **options)
