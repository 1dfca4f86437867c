from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from catalogos.importacion.carga import CARGABLES, cargar, modelo_de
from monitor.errores import DatosInvalidos
from monitor.importacion.archivo import MEGAS, Archivo, archivo_invalido
from monitor.importacion.tabla import FILAS_MAXIMAS

DATOS = Path(__file__).parents[2] / "datos"
EJEMPLOS = DATOS / "ejemplos"

QUE_ARCHIVO = f"""
Un archivo es un CSV como los que Excel guarda: separado por «;», «,», «|» o tabuladores; en UTF-8, «texto Unicode» o
Windows; de hasta {MEGAS} MB y {FILAS_MAXIMAS:,} filas. Su primera línea nombra columnas del catálogo. Cada fila se
conoce por su código (un lugar que no lo tenga, por su nombre) o, en los catálogos sin código, por su nombre. Sí y no
pueden ser también VERDADERO y FALSO, o 1 y 0; una celda vacía quita el valor. Si algo está mal, dice todo lo que hay
que corregir, con su línea, y no escribe nada.
"""


def incluidos(*carpetas: Path) -> list[Path]:
    """Return the catalogues' files in these folders, each after those that it refers to."""
    rutas = [carpeta / f"{nombre}.csv" for nombre in CARGABLES for carpeta in carpetas]
    return [ruta for ruta in rutas if ruta.exists()]


class Command(BaseCommand):
    help = (
        "Carga los catálogos desde archivos CSV; si no se dice cuáles, los que sirven a cualquiera: "
        f"{', '.join(ruta.stem for ruta in incluidos(DATOS))}. "
        "Puede repetirse: lo que ya está como en el archivo no se toca."
    )

    def add_arguments(self, parser):
        parser.epilog = QUE_ARCHIVO
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
        rutas = archivo or incluidos(DATOS, *[EJEMPLOS] * con_ejemplos)
        cuentas = cargar_todos(rutas, solo_nuevas=solo_nuevas)
        transaction.set_rollback(simular)
        for nombre, cuenta in cuentas.items():
            self.stdout.write(f"{nombre}: " + ", ".join(f"{cuantas} {que}" for que, cuantas in cuenta.items()))
        if simular:
            self.stdout.write("Simulación: no se escribió nada.")


def cargar_todos(rutas, *, solo_nuevas) -> dict[str, dict[str, int]]:
    """Load the files, and return the counts of each catalogue by its table. Raise CommandError with all that is wrong
    in any file."""
    cuentas, errores = {}, []
    for ruta in rutas:
        try:
            archivo = Archivo.de(ruta)
            nombre = modelo_de(archivo)._meta.db_table
            if nombre in cuentas:
                raise archivo_invalido(archivo.nombre, f"ya hay otro archivo de {nombre}: cárguelos uno por uno")
            cuentas[nombre] = {}  # the name is taken, whether or not the file can be loaded
            cuentas[nombre] = cargar(archivo, solo_nuevas=solo_nuevas)
        except DatosInvalidos as error:
            errores += [frase for frases in error.campos.values() for frase in frases]
    if errores:
        raise CommandError("No se cargó nada. Corrija y repita:\n  " + "\n  ".join(errores))
    return cuentas
