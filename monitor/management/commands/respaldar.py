from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from monitor.respaldos.carpeta import Regla, guardar, mesa, quitar_viejos
from monitor.respaldos.contenedor import Respaldo
from monitor.respaldos.frases import con_frases, tamanio
from monitor.respaldos.trabajos import ahora, base_de_aqui, respaldar

COMO_SE_QUEDAN = """
Se quedan todos los respaldos de los últimos dos días y el último de cada uno de tantos días, semanas y meses que tengan
alguno (en UTC); los demás se borran cuando el nuevo está completo.
"""


class Command(BaseCommand):
    help = "Guarda un respaldo de la base en un archivo, sin detener a nadie, y quita los viejos."

    def add_arguments(self, parser):
        parser.epilog = COMO_SE_QUEDAN
        agregar_carpeta(parser)
        for periodo, cuantos in Regla()._asdict().items():
            parser.add_argument(f"--{periodo}", type=int, default=cuantos, help=f"cuántos se quedan ({cuantos})")

    def handle(self, *, carpeta, diarios, semanales, mensuales, **options):
        regla = Regla(diarios, semanales, mensuales)
        if min(regla) < 0:
            raise CommandError("--diarios, --semanales y --mensuales son enteros de 0 en adelante.")
        with con_frases():
            carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
            with mesa(carpeta, self.stdout.write) as lugar:
                base = base_de_aqui()
                self.stdout.write(f"Se respalda {base.nombre} en {carpeta}…")
                nuevo = respaldar(base, lugar)
                with Respaldo(nuevo) as respaldo:  # what was written can be read
                    frase = descripcion(respaldo)
                guardar(nuevo, carpeta / nuevo.name)
                self.stdout.write(frase)
                for viejo in quitar_viejos(carpeta, regla, ahora()):
                    self.stdout.write(f"Se quitó {viejo}")


def agregar_carpeta(parser) -> None:
    parser.add_argument(
        "--carpeta", type=Path, default=settings.BACKUP_DIR, help="dónde están los respaldos (BACKUP_DIR)"
    )


def descripcion(respaldo: Respaldo) -> str:
    manifiesto = respaldo.manifiesto
    return (
        f"{respaldo.ruta.name}: {tamanio(respaldo.bytes)}, {len(manifiesto.tablas)} tablas,"
        f" {manifiesto.filas():,} filas."
    )
