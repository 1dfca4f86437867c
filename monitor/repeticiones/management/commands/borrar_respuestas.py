from django.core.management.base import BaseCommand

from monitor.repeticiones.models import RespuestaGuardada


class Command(BaseCommand):
    help = "Borra las respuestas que se guardaron para repeticiones (Idempotency-Key) y ya vencieron."

    def add_arguments(self, parser):
        parser.add_argument("--simular", action="store_true", help="dice cuántas borraría y no borra nada")

    def handle(self, *, simular, **options):
        vencidas = RespuestaGuardada.objects.vencidas()
        cuantas = vencidas.count() if simular else vencidas.delete()[0]
        self.stdout.write(f"Se borrarían {cuantas} respuestas." if simular else f"Se borraron {cuantas} respuestas.")
