from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from solicitudes.correo import cola

MAXIMO = 36_500  # a century, which any date can go back


class Command(BaseCommand):
    help = "Borra de la cola los correos viejos que ya se entregaron, se omitieron o fallaron del todo."

    def add_arguments(self, parser):
        parser.add_argument("--dias", type=int, default=90, help="los que no han cambiado en estos días (90)")
        parser.add_argument("--simular", action="store_true", help="dice cuántos borraría y no borra nada")

    def handle(self, *, dias, simular, **options):
        if not 0 <= dias <= MAXIMO:
            raise CommandError(f"--dias no es válida: escriba un entero de 0 a {MAXIMO}.")
        viejos = cola.terminados(hasta=timezone.now() - timedelta(days=dias))
        cuantos = viejos.count() if simular else cola.borrar(viejos)
        self.stdout.write(f"Se borrarían {cuantos} correos." if simular else f"Se borraron {cuantos} correos.")
