from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from catalogos.importacion.carga import CARGABLES, cargar
from monitor.errores import DatosInvalidos

DATOS = Path(__file__).parents[2] / "datos"
EJEMPLOS = DATOS / "ejemplos"


class Command(BaseCommand):
    help = "Carga los catálogos desde archivos CSV. Puede repetirse: lo que ya está como en el archivo no se toca."

    def add_arguments(self, parser):
        parser.add_argument(
            "--archivo",
            action="append",
            type=Path,
            metavar="CATALOGO.csv",
            help=f"un archivo propio en lugar de los incluidos ({', '.join(CARGABLES)}); puede repetirse",
        )
        parser.add_argument(
            "--con-ejemplos",
            action="store_true",
            help=f"también los de una institución de muestra ({', '.join(ruta.stem for ruta in incluidos(EJEMPLOS))})",
        )
        parser.add_argument("--simular", action="store_true", help="dice lo que haría y no escribe nada")
        parser.add_argument(
            "--solo-nuevas", action="store_true", help="crea las filas que faltan y deja las demás como estén"
        )

    @transaction.atomic
    def handle(self, *, archivo, con_ejemplos, simular, solo_nuevas, **options):
        if archivo and con_ejemplos:
            raise CommandError("Los ejemplos no van con archivos propios: quite --con-ejemplos o --archivo.")
        cuentas, errores = {}, []
        for ruta in archivo or incluidos(DATOS, *[EJEMPLOS] * con_ejemplos):
            try:
                cuentas[ruta.stem] = cargar(ruta, solo_nuevas=solo_nuevas)
            except DatosInvalidos as error:
                errores += error.campos.get(ruta.name) or [error.mensaje]
        if errores:
            raise CommandError("No se cargó nada. Corrija y repita:\n  " + "\n  ".join(errores))
        transaction.set_rollback(simular)
        for nombre, cuenta in cuentas.items():
            self.stdout.write(f"{nombre}: " + ", ".join(f"{cuantas} {que}" for que, cuantas in cuenta.items()))
        if simular:
            self.stdout.write("Simulación: no se escribió nada.")


def incluidos(*carpetas: Path) -> list[Path]:
    """Return the files of some folders, each after those it refers to."""
    rutas = [carpeta / f"{nombre}.csv" for nombre in CARGABLES for carpeta in carpetas]
    return [ruta for ruta in rutas if ruta.exists()]
