from django.core.management.base import BaseCommand, CommandError

from expedientes.evidencias.revision import (
    CubetaAjena,
    es_viejo,
    filas_con_problemas,
    huerfanos,
    huerfanos_en_la_nube,
    limpiar,
    limpiar_la_nube,
)
from monitor.archivos import ALMACEN
from monitor.archivos.nube import NUBE
from monitor.errores import NubeNoResponde

AJENA = (
    "De la evidencia que según la base está en la nube, la cubeta no lista ninguna: allá no se borra nada."
    " Revise en NUBE_URL que sea la cubeta de esta base."
)


class Command(BaseCommand):
    help = "Lee otra vez toda la evidencia y dice cuál está alterada, cuál falta y qué archivos no son de nadie."

    def add_arguments(self, parser):
        parser.add_argument(
            "--limpiar", action="store_true", help="borra los archivos que no son de nadie y tienen más de un día"
        )

    def handle(self, *, limpiar: bool, **options):
        try:
            self._revisar(limpiar)
        except NubeNoResponde as error:
            raise CommandError(f"{error.mensaje}: no se terminó de revisar. Repita cuando responda.") from error
        except CubetaAjena as error:
            raise CommandError(AJENA) from error

    def _revisar(self, limpiar: bool):
        problemas = 0
        for problema, cual in filas_con_problemas():
            problemas += 1
            self.stdout.write(f"{problema}: {cual}")
        problemas += self._ajenos() + self._huerfanos(limpiar) + (self._en_la_nube(limpiar) if NUBE.hay else 0)
        if problemas:
            raise CommandError(f"Hay {problemas} problemas.")
        self.stdout.write("Toda la evidencia está, y como llegó.")

    def _ajenos(self) -> int:
        """Say which files aren't the store's, and return how many. They are never removed."""
        ajenos = sorted(ALMACEN.ajenos())
        for uno in ajenos:
            self.stdout.write(f"ajeno: {ALMACEN.raiz / uno}; Monitor no lo puso ahí ni lo borra: muévalo a otra parte")
        return len(ajenos)

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

    def _en_la_nube(self, limpiar_los: bool) -> int:
        """Do as `_huerfanos`, in the cloud."""
        sueltos = list(huerfanos_en_la_nube())
        for uno in sueltos:
            self.stdout.write(f"huérfano en la nube: {uno.lugar}, de {uno.tamano} bytes")
        if not limpiar_los:
            return len(sueltos)
        self.stdout.write(f"De la nube se borraron {limpiar_la_nube(sueltos)} que no eran de nadie.")
        return sum(not es_viejo(uno) for uno in sueltos)
