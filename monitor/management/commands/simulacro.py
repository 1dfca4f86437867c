from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from monitor.management.commands.respaldar import agregar_carpeta, descripcion
from monitor.respaldos.carpeta import mesa, respaldos
from monitor.respaldos.contenedor import Respaldo
from monitor.respaldos.frases import con_frases
from monitor.respaldos.muestra import como_base_de_django, tomar, verificar_cadena
from monitor.respaldos.trabajos import base_de_aqui, exigir_igual, respaldar

POR_MODELO = 20


class Command(BaseCommand):
    help = (
        "Prueba que los respaldos sirven: hace uno, lo restaura en una base aparte, compara todo, lo usa y limpia. "
        "No detiene a nadie ni toca la base en servicio."
    )

    def add_arguments(self, parser):
        parser.add_argument("archivo", type=Path, nargs="?", help="un respaldo que ya está, en lugar de hacer uno")
        parser.add_argument("--ultimo", action="store_true", help="el último de la carpeta, en lugar de hacer uno")
        parser.add_argument(
            "--muestra", type=int, default=POR_MODELO, help=f"cuántas filas de cada modelo se leen ({POR_MODELO})"
        )
        agregar_carpeta(parser)

    def handle(self, *, archivo, ultimo, muestra, carpeta, **options):
        if archivo and ultimo:
            raise CommandError("Diga un archivo o --ultimo, no los dos.")
        if muestra < 0:
            raise CommandError("--muestra es un entero de 0 en adelante.")
        with con_frases():
            carpeta.mkdir(mode=0o700, parents=True, exist_ok=True)
            with mesa(carpeta, self.stdout.write) as lugar:
                base = base_de_aqui()
                ruta = archivo or (ultimo_de(carpeta) if ultimo else self.hacer(base, lugar))
                with Respaldo(ruta) as respaldo:
                    self.probar(base, respaldo, lugar, muestra)
        self.stdout.write("El simulacro salió bien: el respaldo sirve.")

    def hacer(self, base, lugar):
        with self.midiendo("Se hizo un respaldo"):
            return respaldar(base, lugar)

    def probar(self, base, respaldo, lugar, muestra):
        respaldo.manifiesto.exigir_base(base.base)
        respaldo.manifiesto.exigir_migraciones_conocidas()
        self.stdout.write(descripcion(respaldo))
        inicio = monotonic()
        with base.banco(respaldo, lugar) as banco:
            self.decir("Se restauró en una base aparte", inicio)
            with self.midiendo("Tablas, filas, índices, reglas, disparadores y funciones: todo es igual"):
                exigir_igual(respaldo.manifiesto, banco.lector)
            if respaldo.manifiesto.pendientes():
                self.stdout.write(
                    "Es de una versión anterior de Monitor: no se lee con ésta, que tendría que migrarlo."
                )
            else:
                self.usar(banco, muestra)

    def usar(self, banco, muestra):
        with como_base_de_django(banco.nombre) as alias:
            tomada = tomar(alias, muestra)
            self.stdout.write(
                f"Muestra: Monitor leyó {tomada.leidas:,} filas; {tomada.iguales:,} son como las de la base en servicio"
                f" y {tomada.leidas - tomada.iguales:,} cambiaron después del respaldo."
            )
            verificar_cadena(alias, stdout=self.stdout, stderr=self.stderr)

    @contextmanager
    def midiendo(self, que):
        inicio = monotonic()
        yield
        self.decir(que, inicio)

    def decir(self, que, inicio):
        self.stdout.write(f"{que}, en {monotonic() - inicio:.1f} s.")


def ultimo_de(carpeta: Path) -> Path:
    if not (todos := respaldos(carpeta)):
        raise CommandError(f"No hay respaldos en {carpeta}. Haga uno con: manage.py respaldar")
    return todos[max(todos)]
