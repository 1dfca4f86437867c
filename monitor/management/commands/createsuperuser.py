import os

from django.contrib.auth.management.commands import createsuperuser


class Command(createsuperuser.Command):
    """Django's command with an optional e-mail: DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD are enough."""

    def handle(self, *args, **options):
        os.environ.setdefault("DJANGO_SUPERUSER_EMAIL", "")
        return super().handle(*args, **options)
