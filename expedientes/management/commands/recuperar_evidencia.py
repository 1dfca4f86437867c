from django.core.management.base import BaseCommand, CommandError

from expedientes.evidencias.models import Evidencia
from monitor.db.writes import NOBODY
from monitor.errores import ErrorDeDominio


class Command(BaseCommand):
    help = "Trae de vuelta una evidencia que se eliminó hace 30 días o menos."

    def add_arguments(self, parser):
        parser.add_argument("id", type=int, help="el id que tenía")

    def handle(self, *, id: int, **options):  # noqa: A002  it is the option's name
        try:
            evidencia = Evidencia.objects.recuperar(id, por=NOBODY)
        except ErrorDeDominio as error:
            raise CommandError(f"{error.mensaje}.") from error
        self.stdout.write(f"Volvió {evidencia.nombre_archivo} a {evidencia.expediente_id}.")
