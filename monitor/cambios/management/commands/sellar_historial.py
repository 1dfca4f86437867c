from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitor.cambios.sello import clave_privada, crear_clave, sellar
from monitor.cambios.verificacion import hallazgos, instantanea
from monitor.errores import DatosInvalidos
from monitor.respaldos.frases import con_frases


class Command(BaseCommand):
    help = (
        "Firma dónde acaba cada historia, en un archivo que se guarda fuera de esta máquina. Antes comprueba que las"
        " historias son como se escribieron, y si no lo son no sella."
    )

    def add_arguments(self, parser):
        parser.add_argument("--crear-clave", type=Path, metavar="CLAVE", help="sólo crea la clave y su pareja pública")
        parser.add_argument("--clave", type=Path, help="la clave privada con que se firma")
        parser.add_argument("--carpeta", type=Path, default=Path(), help="dónde dejar el sello; aquí, si no se dice")

    def handle(self, *args, crear_clave: Path | None, clave: Path | None, carpeta: Path, **options):
        try:
            with con_frases():
                self._hacer(crear_clave, clave, carpeta)
        except DatosInvalidos as error:
            raise CommandError(f"{error}.") from error

    def _hacer(self, nueva, clave, carpeta):
        if nueva:
            self._crear_clave(nueva)
        elif clave:
            self._sellar(clave, carpeta)
        else:
            raise CommandError("Diga con qué clave firmar: --clave CLAVE, que hace --crear-clave CLAVE.")

    def _crear_clave(self, ruta):
        publica = crear_clave(ruta)
        self.stdout.write(f"Se creó la clave {ruta}; guarde {publica} con los sellos, fuera de esta máquina.")

    def _sellar(self, clave, carpeta):
        privada = clave_privada(clave)
        with instantanea():
            for frase in hallazgos():
                raise CommandError(f"{frase} No se selló nada; corra verificar_historial.")
            ruta = carpeta / f"historial-{timezone.now():%Y-%m-%dT%H%M%SZ}.sello"
            cuantas = sellar(ruta, privada)
        self.stdout.write(f"Se sellaron {cuantas:,} historias en {ruta}. Guárdelo fuera de esta máquina.")
