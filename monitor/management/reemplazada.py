from django.core.management.base import BaseCommand, CommandError


class Reemplazada(BaseCommand):
    """A library's command that does here what it shouldn't. A command of the same name that is of this class takes its
    place, whoever calls it, and names ours."""

    requires_system_checks = []
    razon = ""
    en_su_lugar = ""

    @property
    def help(self):
        return f"No se usa: {self.en_su_lugar}"

    def run_from_argv(self, argv):
        super().run_from_argv(argv[:2])  # whatever options the other command takes

    def handle(self, *args, **options):
        raise CommandError(f"{self.razon}. En su lugar: {self.en_su_lugar}")
