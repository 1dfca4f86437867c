from django.core.management.base import BaseCommand, CommandError

from expedientes.evidencias.revision import es_viejo, filas_con_problemas, huerfanos, limpiar
from monitor.archivos import ALMACEN


class Command(BaseCommand):
    help = "Lee otra vez toda la evidencia y dice cuál está alterada, cuál falta y qué archivos no son de nadie."

    def add_arguments(self, parser):
        parser.add_argument(
            "--limpiar", action="store_true", help="borra los archivos que no son de nadie y tienen más de un día"
        )

    def handle(self, *, limpiar: bool, **options):
        problemas = 0
        for problema, cual in filas_con_problemas():
            problemas += 1
            self.stdout.write(f"{problema}: {cual}")
        problemas += self._huerfanos(limpiar)
        if problemas:
            raise CommandError(f"Hay {problemas} problemas.")
        self.stdout.write("Toda la evidencia está, y como llegó.")

    def _huerfanos(self, limpiar_los: bool) -> int:
        """Say which files belong to nobody, remove the old ones if it is asked for, and return how many stay."""
        sueltos = list(huerfanos())
        for uno in sueltos:
            self.stdout.write(f"huérfano: {uno.lugar}, de {uno.tamano} bytes")
        viejos = sum(map(es_viejo, [*sueltos, *ALMACEN.a_medias()]))
        if limpiar_los:
            self.stdout.write(f"Se borraron {limpiar(sueltos)} archivos que no eran de nadie.")
            return sum(not es_viejo(uno) for uno in sueltos)
        if viejos:
            self.stdout.write("Para borrar los que tienen más de un día: manage.py revisar_evidencias --limpiar")
        return len(sueltos)
