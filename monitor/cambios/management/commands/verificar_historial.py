from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monitor.cambios.sello import Sello, clave_publica
from monitor.cambios.verificacion import hallazgos, instantanea
from monitor.errores import DatosInvalidos
from monitor.respaldos.frases import con_frases

NOMBRADOS = 1000


class Command(BaseCommand):
    help = (
        "Comprueba que ninguna historia fue cambiada, y termina con error si alguna lo fue. Con un sello guardado"
        " fuera de la base, también que nada de lo sellado falta. Lo que prueba está en docs/cadena.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("--sello", type=Path, help="un archivo que hizo sellar_historial")
        parser.add_argument("--clave", type=Path, help="la clave pública con que se comprueba el sello")

    def handle(self, *args, sello, clave, **options):
        if bool(sello) != bool(clave):
            raise CommandError("El sello y su clave pública van juntos: --sello ARCHIVO --clave CLAVE.pub.")
        try:
            with con_frases():
                leido = Sello(sello, clave_publica(clave)) if sello else None
        except DatosInvalidos as error:
            raise CommandError(f"{error}.") from error
        cuantos = 0
        with instantanea():
            for frase in hallazgos(leido.finales) if leido else hallazgos():
                cuantos += 1
                if cuantos <= NOMBRADOS:
                    self.stderr.write(frase)
        if cuantos:
            raise CommandError(
                f"No todo es como se escribió: {cuantos:,} hallazgo{'s' * (cuantos > 1)}. No corrija nada a mano:"
                " guarde una copia de la base y compare con un respaldo."
            )
        self.stdout.write(
            "Todas las historias son como se escribieron."
            + (f" Comparado con el sello del {leido.fecha}." if leido else " No se comparó con ningún sello.")
        )
